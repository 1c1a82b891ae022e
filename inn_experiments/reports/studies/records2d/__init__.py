"""The report on 2-D records: the second source's results (arXiv 2502.13183) from finished runs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.records2d.figure import records2d_figure
from inn_experiments.reports.studies.records2d.runs import Kind, by_kind, by_width, chosen_runs, protocols
from inn_experiments.reports.studies.records2d.tables import (
    class_table,
    control_table,
    reconstruction_table,
    separability_table,
    utility_table,
)
from inn_experiments.reports.study import Document, Study

ABOUT = (
    "An entry is the mean over seeds ± half the width of its 95 % corrected resampled t interval (Nadeau and Bengio "
    "2003): a seed divides the records anew and trains everything again, but it divides the same records. Differences "
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
    chosen = chosen_runs(frame, options.only)
    widths, kinds = by_width(chosen), by_kind(chosen)
    sections = [ABOUT, f"![]({options.picture})", "## Errors of reconstruction against d", ABOUT_RECONSTRUCTION]
    sections.append(reconstruction_table(widths))
    if separability := separability_table(widths):
        sections += ["### One autoencoder on whole records", separability]
    for protocol in protocols(chosen):
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


STUDY = Study("records2d", "2-D records: reconstruction, utility, uplift per class", answer)
