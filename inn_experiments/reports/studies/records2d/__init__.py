"""The report on 2-D records: the second source's results (arXiv 2502.13183) from finished runs."""

from argparse import Namespace
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from inn_experiments.reports.estimate import by_row, over_seeds
from inn_experiments.reports.runs import ABSENT, Frame
from inn_experiments.reports.studies.records2d import runs as query
from inn_experiments.reports.studies.records2d.figure import records2d_figure
from inn_experiments.reports.studies.records2d.runs import ERROR, Kind, Width
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import emphasised, interval

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
ABOUT = (
    "An entry is the mean over seeds ± half the width of its 95 % interval: a seed divides the records anew and trains "
    "everything again, but it divides the same records, and the interval is corrected for that. Differences "
    "are paired by seed; **bold** ones have intervals that leave 0 out. Intervals are not corrected for there being "
    "many."
)
ABOUT_RECONSTRUCTION = (
    "Mean squared error of all values of test records, in normalised units. PCA: the training records' first "
    "principal components, as many as the latent has numbers or as the records allow (in brackets). Mean record: of "
    "the training records. `joint` is the control for the assumption that the two axes can be coded one after the "
    "other: one autoencoder on whole records with a latent of the same size."
)
ABOUT_UTILITY = (
    "Principal components of the training records, then a random forest, scored on real test records that nothing was "
    "fitted to and that never went through the autoencoder. The paper's figures are of its own measured records, and "
    "what its ± means is not said. Copies are drawn with replacement, which weights the records unevenly: to be above "
    "them alone is no evidence for a generator."
)
ABOUT_CLASSES = (
    "F1 of each class on real test records, the smallest class first, and the difference to original records alone. "
    "Rank correlation: Spearman's, of training records and uplift over the classes of a seed; negative where small "
    "classes gain more. Convex combinations are the control: smaller classes may gain from any added records."
)


def answer(frame: Frame, options: Namespace) -> Document:
    """Reconstruction against d, and what the generators around each autoencoder are good for."""
    chosen = query.chosen_runs(frame, options.only)
    widths, kinds = query.by_width(chosen), query.by_kind(chosen)
    sections = [ABOUT, f"![]({options.picture})", "## Errors of reconstruction against d", ABOUT_RECONSTRUCTION]
    sections.append(reconstruction_table(widths))
    if separability := separability_table(widths):
        sections += ["### One autoencoder on whole records", separability]
    for protocol in query.protocols(chosen):
        sections += utility_sections(kinds, protocol)
    sizes = sorted(set(zip(*map(chosen.split, ("train", "test", "features")), strict=True)))
    facts = [f"{train} training and {test} test records of {features} values" for train, test, features in sizes]
    warnings = dict.fromkeys(warning for warnings in chosen.runs["warnings"] for warning in warnings)
    facts += [f"warning of the runs: {warning}" for warning in warnings]
    title = f"2-D records: {chosen.axes['data'].iloc[0]}"
    return Document(title, chosen, sections, facts=facts, figure=records2d_figure(widths, kinds))


def utility_sections(kinds: Mapping[Kind, Frame], protocol: str) -> list[str]:
    """What a classifier gains from each generator, the controls, and each class' share in it."""
    parts = [f"## Utility, protocol {protocol}", ABOUT_UTILITY]
    for kind, runs in kinds.items():
        parts += [f"### {kind} ({len(runs)} {'seed' if len(runs) == 1 else 'seeds'})", utility_table(runs, protocol)]
    parts += ["### Beyond the controls", control_table(kinds, protocol)]
    tables = {kind: class_table(runs, protocol) for kind, runs in kinds.items()}
    if any(tables.values()):
        parts += [f"## Uplift per class, protocol {protocol}", ABOUT_CLASSES]
        parts += [part for kind, table in tables.items() if table for part in (f"### {kind}", table)]
    return parts


def reconstruction_table(widths: Mapping[Width, Frame]) -> str:
    """One row per autoencoder and d: its error beside PCA of as many numbers and the mean record."""
    rows = []
    for width, runs in widths.items():
        train, features = (runs.split(part).iloc[0] for part in ("train", "features"))
        share = runs.value("test/reconstruction/share")
        pca, mean = (runs.value(ERROR, reference=name) for name in ("pca", "global_mean"))
        own, share, pca, mean = (text(values, runs) for values in (runs.value(ERROR), share, pca, mean))
        pca += f" ({min(width.numbers, train - 1, features)})"
        sizes = [str(width.latent), str(width.numbers), f"{runs.value('parameters').iloc[0]:,.0f}"]
        rows.append([width.autoencoder, *sizes, own, share, pca, mean, str(len(runs))])
    header = ["Autoencoder", "d", "numbers", "parameters", "MSE ↓", "share of the mean record's ↓"]
    return markdown([*header, "PCA (components) ↓", "mean record ↓", "seeds"], rows)


def separability_table(widths: Mapping[Width, Frame]) -> str:
    """MSE of joint minus that of sequential at each d, paired by seed; '' where there is no pair."""
    rows = []
    for latent in sorted({width.latent for width in widths}):
        first, second = (widths.get(Width(name, latent)) for name in ("sequential", "joint"))
        if first is not None and second is not None:
            known = dict(zip(first.runs["seed"], first.value(ERROR), strict=True))
            gaps = (second.value(ERROR) - second.runs["seed"].map(known)).dropna()
            rows += (
                [[str(latent), text(gaps, second, difference), f"{(gaps > 0).sum()} of {len(gaps)}"]]
                if len(gaps)
                else []
            )
    return markdown(["d", "joint − sequential, MSE", "seeds in which sequential is lower"], rows) if rows else ""


def utility_table(runs: Frame, protocol: str) -> str:
    """Accuracy and macro F1 of each treatment, and what they are above original records alone."""
    rows = []
    for name, label in TREATMENTS.items():
        accuracy, f1 = (runs.value(f"utility/{protocol}/{name}/{key}") for key in SCALES)
        if accuracy.notna().any():
            gains = [ABSENT, ABSENT] if name == "real" else gained(runs, protocol, name, "real")
            rows.append([label, text(accuracy, runs, percent, 100), text(f1, runs), *gains, PAPER.get(name, "")])
    trivial = by_row(largest, *(runs.classes(f"utility/{protocol}/real/{key}") for key in ("n_train", "n_test")))
    rows.append(["always the largest class (trivial)", text(trivial, runs, percent, 100), *[""] * 4])
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
    found = []
    for key, scale in SCALES.items():
        own, other = (runs.value(f"utility/{protocol}/{name}/{key}") for name in (treatment, reference))
        found.append(text(own - other, runs, difference, scale))
    return found


def class_table(runs: Frame, protocol: str) -> str:
    """F1 of original records and its uplift, smallest class first; '' where classes were not told."""
    sizes, prefix = query.class_sizes(runs, protocol), f"utility/{protocol}"
    if not sizes:
        return ""
    gains = {name: runs.classes(f"{prefix}/{name}/difference_f1") for name in CLASSWISE}
    gains = {name: table for name, table in gains.items() if len(table.columns)}
    f1, rows = runs.classes(f"{prefix}/real/f1"), []
    for name, size in sizes.items():
        uplifts = (text(table[name], runs, difference) for table in gains.values())
        rows.append([name, f"{size:.3g}", text(f1[name], runs), *uplifts])
    trends = [by_row(trend, runs.classes(f"{prefix}/{name}/n_train"), table) for name, table in gains.items()]
    rows.append(["rank correlation with the size", "", "", *(text(each, runs, difference) for each in trends)])
    return markdown(["Class", "training records", "F1, original", *(TREATMENTS[name] for name in gains)], rows)


def largest(train: np.ndarray, test: np.ndarray) -> float:
    """The accuracy of calling every test record by the class with most training records (c,)."""
    return max(zip(train, test, strict=True))[1] / test.sum()


def trend(sizes: np.ndarray, gains: np.ndarray) -> float:
    """Spearman's correlation of class size and uplift (c,); NaN if constant or of fewer than three."""
    constant = len(sizes) < 3 or np.ptp(sizes) == 0 or np.ptp(gains) == 0
    return np.nan if constant else float(spearmanr(sizes, gains).statistic)


def text(values: pd.Series, runs: Frame, form: Callable[..., str] = interval, scale: float = 1.0) -> str:
    """The mean over seeds and its half width, times `scale`, as `form` writes them."""
    found = over_seeds(values, runs)
    return ABSENT if found is None else form(*(None if one is None else scale * one for one in found))


def percent(mean: float, half: float | None) -> str:
    """Per cent with two digits behind the point, as the paper has it."""
    return f"{mean:.2f} ± {'n/a' if half is None else f'{half:.2f}'}"


def difference(mean: float, half: float | None) -> str:
    """With its sign, bold where the interval leaves 0 out."""
    return emphasised((mean, half))


STUDY = Study("records2d", "2-D records: reconstruction, utility, uplift per class", answer)
