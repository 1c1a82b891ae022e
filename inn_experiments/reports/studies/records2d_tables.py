"""The tables of the report on 2-D records: errors of reconstruction, utility, and uplift class by class."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inn_experiments.reports.before import baseline, metric
from inn_experiments.reports.studies.records2d_runs import (
    ERROR,
    Interval,
    Kind,
    Run,
    Runs,
    Width,
    class_sizes,
    gained,
    in_class,
    measured,
    over_seeds,
    table_row,
)
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import interval

ABSENT = "-"
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


def reconstruction_table(widths: dict[Width, Runs]) -> str:
    """One row per autoencoder and d: its error beside PCA of as many numbers and the mean record."""
    rows = []
    for width, runs in widths.items():
        one = next(iter(runs.values()))
        components = min(width.numbers, one["split"]["train"] - 1, one["split"]["features"])
        rows.append(
            [
                width.autoencoder,
                str(width.latent),
                str(width.numbers),
                f"{one['parameters']:,}",
                text(over_seeds(runs, metric(ERROR))),
                text(over_seeds(runs, metric("test/reconstruction/share"))),
                f"{text(over_seeds(runs, baseline('reconstruction', 'pca', 'mse')))} ({components})",
                text(over_seeds(runs, baseline("reconstruction", "global_mean", "mse"))),
                str(len(runs)),
            ]
        )
    header = [
        "Autoencoder",
        "d",
        "numbers",
        "parameters",
        "MSE ↓",
        "share of the mean record's ↓",
        "PCA (components) ↓",
        "mean record ↓",
        "seeds",
    ]
    return markdown(header, rows)


def separability_table(widths: dict[Width, Runs]) -> str:
    """MSE of joint minus that of sequential at each d, paired by seed; '' where there is no pair."""
    rows = []
    for latent in sorted({width.latent for width in widths}):
        first, second = (widths.get(Width(name, latent), {}) for name in ("sequential", "joint"))
        both = {seed: run for seed, run in second.items() if seed in first}
        if not both:
            continue
        found = over_seeds(both, lambda run, first=first: run["metrics"][ERROR] - first[run["seed"]]["metrics"][ERROR])
        low = sum(run["metrics"][ERROR] > first[seed]["metrics"][ERROR] for seed, run in both.items())
        rows.append([str(latent), difference(found), f"{low} of {len(both)}"])
    return markdown(["d", "joint − sequential, MSE", "seeds in which sequential is lower"], rows) if rows else ""


def utility_table(runs: Runs, protocol: str) -> str:
    """Accuracy and macro F1 of each treatment, and what they are above original records alone."""
    rows = []
    for name, label in TREATMENTS.items():
        values = [over_seeds(runs, measured(protocol, name, key)) for key in ("accuracy", "f1_macro")]
        gains = [over_seeds(runs, gained(protocol, name, "real", key)) for key in ("accuracy", "f1_macro")]
        entries = [percent(values[0]), text(values[1])]
        entries += [ABSENT, ABSENT] if name == "real" else [difference(gains[0], 100), difference(gains[1])]
        if values[0] is not None:
            rows.append([label, *entries, PAPER.get(name, "")])
    rows.append(["always the largest class (trivial)", percent(over_seeds(runs, largest(protocol))), *[""] * 4])
    header = [
        "Trained on",
        "accuracy, %",
        "macro F1",
        "accuracy − original, points",
        "macro F1 − original",
        "the paper's own accuracy, %",
    ]
    return markdown(header, rows)


def control_table(kinds: dict[Kind, Runs], protocol: str) -> str:
    """What generated records give beyond the controls that cost nothing, paired by seed."""
    rows = []
    for kind, runs in kinds.items():
        entries = [
            difference(over_seeds(runs, gained(protocol, "synthetic", control, key)), scale)
            for control in CONTROLS
            for key, scale in (("accuracy", 100), ("f1_macro", 1))
        ]
        rows.append([str(kind), *entries, str(len(runs))])
    header = [f"− {label}, {key}" for label in CONTROLS.values() for key in ("accuracy, points", "macro F1")]
    return markdown(["Original + synthetic", *header, "seeds"], rows)


def class_table(runs: Runs, protocol: str) -> str:
    """F1 of original records and its uplift, smallest class first; '' where classes were not told."""
    present = [
        name for name in CLASSWISE if any("per_class" in table_row(run, protocol, name) for run in runs.values())
    ]
    rows = [
        [
            name,
            f"{size:.3g}",
            text(over_seeds(runs, in_class(protocol, "real", label, "f1"))),
            *(difference(over_seeds(runs, in_class(protocol, each, label, "difference_f1"))) for each in present),
        ]
        for label, (name, size) in class_sizes(runs, protocol).items()
    ]
    if not rows:
        return ""
    trends = [difference(over_seeds(runs, size_trend(protocol, each))) for each in present]
    rows.append(["rank correlation with the size", "", "", *trends])
    return markdown(["Class", "training records", "F1, original", *(TREATMENTS[each] for each in present)], rows)


def largest(protocol: str) -> Callable[[Run], float | None]:
    """Reads the accuracy of calling every test record by the class with most training records."""

    def read(run: Run) -> float | None:
        sizes = [(row["n_train"], row["n_test"]) for row in table_row(run, protocol, "real").get("per_class", [])]
        return max(sizes)[1] / sum(size for _, size in sizes) if sizes else None

    return read


def size_trend(protocol: str, treatment: str) -> Callable[[Run], float | None]:
    """Reads Spearman's correlation of class size and uplift; None if constant or of fewer than three."""

    def read(run: Run) -> float | None:
        from scipy.stats import spearmanr

        rows = table_row(run, protocol, treatment).get("per_class", [])
        sizes, gains = [row["n_train"] for row in rows], [row["difference_f1"]["mean"] for row in rows]
        if len(rows) < 3 or np.ptp(sizes) == 0 or np.ptp(gains) == 0:
            return None
        return float(spearmanr(sizes, gains).statistic)

    return read


def text(value: Interval | None) -> str:
    """`mean ± half`."""
    return ABSENT if value is None else interval(*value)


def percent(value: Interval | None) -> str:
    """`mean ± half`, in per cent with two digits behind the point, as the paper has it."""
    if value is None:
        return ABSENT
    mean, half = value
    return f"{100 * mean:.2f} ± {'n/a' if half is None else f'{100 * half:.2f}'}"


def difference(value: Interval | None, scale: float = 1.0) -> str:
    """`mean ± half` with its sign, bold where the interval leaves 0 out."""
    if value is None:
        return ABSENT
    mean, half = scale * value[0], None if value[1] is None else scale * value[1]
    shown = f"{'+' if mean > 0 else ''}{interval(mean, half)}"
    return shown if half is None or abs(mean) <= half else f"**{shown}**"
