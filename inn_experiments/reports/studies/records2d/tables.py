"""The tables of the report on 2-D records: errors of reconstruction, utility, and uplift class by class."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from inn_experiments.reports.estimate import corrected_over_seeds
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.records2d.runs import ERROR, Kind, Width, class_sizes
from inn_experiments.reports.table import ABSENT, markdown
from inn_experiments.reports.words import entry, leaves_out_zero, signed

TREATMENTS = {
    "real": "original",
    "reconstructed": "reconstructed",
    "synthetic": "original + synthetic",
    "reconstructed_synthetic": "reconstructed + synthetic",
    "convex": "original + convex combinations (control)",
    "bootstrap": "original + copies (control)",
    "shuffled": "original + synthetic, labels shuffled (control)",
}
PAPER = {"real": "75.60 ± 3.44", "synthetic": "84.40 ± 3.21", "reconstructed_synthetic": "83.6"}
"""Accuracy in %, as the second source prints it, of its own records."""

CONTROLS = {"convex": "convex combinations", "bootstrap": "copies"}
CLASSWISE = ("synthetic", "convex", "reconstructed", "reconstructed_synthetic")
SCALES = {"accuracy": 100, "f1_macro": 1}


def reconstruction_table(widths: Mapping[Width, Frame]) -> str:
    """One row per autoencoder and d: its error beside PCA of as many numbers and the mean record."""
    rows = []
    for width, runs in widths.items():
        train, features = (runs.split(part).iloc[0] for part in ("train", "features"))
        pca = text(runs.value(ERROR, reference="pca"), runs)
        rows.append(
            [
                *(width.autoencoder, str(width.latent), str(width.numbers)),
                f"{runs.value('parameters').iloc[0]:,.0f}",
                text(runs.value(ERROR), runs),
                text(runs.value("test/reconstruction/share"), runs),
                f"{pca} ({min(width.numbers, train - 1, features)})",
                text(runs.value(ERROR, reference="global_mean"), runs),
                str(len(runs)),
            ]
        )
    header = ["Autoencoder", "d", "numbers", "parameters", "MSE ↓", "share of the mean record's ↓"]
    return markdown([*header, "PCA (components) ↓", "mean record ↓", "seeds"], rows)


def separability_table(widths: Mapping[Width, Frame]) -> str:
    """MSE of joint minus that of sequential at each d, paired by seed; '' where there is no pair."""
    rows = []
    for latent in sorted({width.latent for width in widths}):
        first, second = (widths.get(Width(name, latent)) for name in ("sequential", "joint"))
        if first is None or second is None:
            continue
        known = dict(zip(first.runs["seed"], first.value(ERROR), strict=True))
        gaps = (second.value(ERROR) - second.runs["seed"].map(known)).dropna()
        if len(gaps):
            rows.append([str(latent), difference(gaps, second), f"{(gaps > 0).sum()} of {len(gaps)}"])
    return markdown(["d", "joint − sequential, MSE", "seeds in which sequential is lower"], rows) if rows else ""


def utility_table(runs: Frame, protocol: str) -> str:
    """Accuracy and macro F1 of each treatment, and what they are above original records alone."""
    rows = []
    for name, label in TREATMENTS.items():
        accuracy, f1 = (runs.value(f"utility/{protocol}/{name}/{key}") for key in SCALES)
        if accuracy.notna().any():
            gains = [ABSENT, ABSENT] if name == "real" else gained(runs, protocol, name, "real")
            rows.append([label, percent(accuracy, runs), text(f1, runs), *gains, PAPER.get(name, "")])
    trivial = percent(by_run(runs, [f"utility/{protocol}/real/{key}" for key in ("n_train", "n_test")], largest), runs)
    rows.append(["always the largest class (trivial)", trivial, *[""] * 4])
    header = ["Trained on", "accuracy, %", "macro F1", "accuracy − original, points", "macro F1 − original"]
    return markdown([*header, "the paper's own accuracy, %"], rows)


def control_table(kinds: Mapping[Kind, Frame], protocol: str) -> str:
    """What generated records give beyond the controls that cost nothing, paired by seed."""
    header = [f"− {label}, {key}" for label in CONTROLS.values() for key in ("accuracy, points", "macro F1")]
    rows = []
    for kind, runs in kinds.items():
        gains = [gain for control in CONTROLS for gain in gained(runs, protocol, "synthetic", control)]
        rows.append([str(kind), *gains, str(len(runs))])
    return markdown(["Original + synthetic", *header, "seeds"], rows)


def gained(runs: Frame, protocol: str, treatment: str, reference: str) -> list[str]:
    """By how much a treatment is above another one of the same run, in accuracy (points) and macro F1."""
    prefix = f"utility/{protocol}"
    return [
        difference(runs.value(f"{prefix}/{treatment}/{key}") - runs.value(f"{prefix}/{reference}/{key}"), runs, scale)
        for key, scale in SCALES.items()
    ]


def class_table(runs: Frame, protocol: str) -> str:
    """F1 of original records and its uplift, smallest class first; '' where classes were not told."""
    sizes, prefix = class_sizes(runs, protocol), f"utility/{protocol}"
    if not sizes:
        return ""
    gains = {name: runs.classes(f"{prefix}/{name}/difference_f1") for name in CLASSWISE}
    gains = {name: table for name, table in gains.items() if len(table.columns)}
    f1, rows = runs.classes(f"{prefix}/real/f1"), []
    for name, size in sizes.items():
        uplifts = (difference(table[name], runs) for table in gains.values())
        rows.append([name, f"{size:.3g}", text(f1[name], runs), *uplifts])
    trends = [by_run(runs, [f"{prefix}/{name}/{key}" for key in ("n_train", "difference_f1")], trend) for name in gains]
    rows.append(["rank correlation with the size", "", "", *(difference(each, runs) for each in trends)])
    return markdown(["Class", "training records", "F1, original", *(TREATMENTS[name] for name in gains)], rows)


def by_run(runs: Frame, keys: list[str], read: Callable[..., float]) -> pd.Series:
    """What `read` makes of some numbers of each run's classes, an array a key; NaN where none were told."""
    tables = [runs.classes(key).to_numpy(dtype=float) for key in keys]
    rows = [[row[~np.isnan(row)] for row in numbers] for numbers in zip(*tables, strict=True)]
    return pd.Series([read(*row) if len(row[0]) else np.nan for row in rows], index=runs.runs.index, dtype=float)


def largest(train: np.ndarray, test: np.ndarray) -> float:
    """The accuracy of calling every test record by the class with most training records (c,)."""
    return max(zip(train, test, strict=True))[1] / test.sum()


def trend(sizes: np.ndarray, gains: np.ndarray) -> float:
    """Spearman's correlation of class size and uplift (c,); NaN if constant or of fewer than three."""
    from scipy.stats import spearmanr

    constant = len(sizes) < 3 or np.ptp(sizes) == 0 or np.ptp(gains) == 0
    return np.nan if constant else float(spearmanr(sizes, gains).statistic)


def text(values: pd.Series, runs: Frame) -> str:
    """The mean over seeds, `mean ± half`."""
    return entry(corrected_over_seeds(values, runs), ABSENT)


def percent(values: pd.Series, runs: Frame) -> str:
    """The mean over seeds in per cent with two digits behind the point, as the paper has it."""
    found = corrected_over_seeds(values, runs)
    if found is None:
        return ABSENT
    mean, half = found
    return f"{100 * mean:.2f} ± {'n/a' if half is None else f'{100 * half:.2f}'}"


def difference(values: pd.Series, runs: Frame, scale: float = 1.0) -> str:
    """The mean over seeds with its sign, bold where the interval leaves 0 out."""
    found = corrected_over_seeds(values, runs)
    if found is None:
        return ABSENT
    mean, half = scale * found[0], None if found[1] is None else scale * found[1]
    return f"**{signed(mean, half)}**" if leaves_out_zero(mean, half) else signed(mean, half)
