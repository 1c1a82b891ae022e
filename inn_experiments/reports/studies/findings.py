"""The answers to the expected findings, and to "better than a trivial predictor?", as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from inn_experiments.reports.estimate import interval, lowest_baseline, matched, metric, number
from inn_experiments.reports.studies.hypotheses import (
    HYPOTHESES,
    NO_DATA,
    SUPPORTED,
    UNDECIDED,
    Answer,
    Hypothesis,
    answer,
    holm,
    overall,
)
from inn_experiments.reports.studies.selection import Grid, choose_cells
from inn_experiments.reports.studies.tables import markdown

HEADER = (
    "Said to be better",
    "than",
    "measured by",
    "difference ± 95 %",
    "ratio [95 %]",
    "pairs of cells",
    "seeds in favour",
    "Holm p",
    "answer",
)


def hypotheses_section(grid: Grid, hypotheses: Sequence[Hypothesis] = HYPOTHESES) -> str:
    """Every hypothesis with its overall answer and one line per comparison."""
    answers = {one.name: [answer(grid, comparison) for comparison in one.comparisons] for one in hypotheses}
    every = [one for group in answers.values() for one in group]
    adjusted = dict(zip(map(id, every), holm([one.p for one in every]), strict=True))
    parts = [_multiplicity(every, adjusted)]
    for hypothesis in hypotheses:
        group = answers[hypothesis.name]
        rows = [_row(one, adjusted[id(one)]) for one in group]
        counts = {verdict: [one.verdict for one in group].count(verdict) for verdict in _verdicts(group)}
        summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        parts.append(f"### {hypothesis.name}: {overall(group)}\n\n{hypothesis.statement} ({summary})\n")
        parts.append(markdown(HEADER, rows) + "\n")
    return "\n".join(parts)


def below_trivial(grid: Grid) -> str:
    """How many cells' forward errors lie below their run's best trivial predictor, and by how much."""
    per_cell: dict[object, list[float]] = {}
    for cell, runs in grid.reports.items():
        for report in runs.values():
            error, best = metric("test/forward/mse")(report), lowest_baseline(report, "forward", "mse")
            if error is not None and best is not None:
                per_cell.setdefault(cell, []).append(error / best[1])
    if not per_cell:
        return "No finished run holds both a forward error and its trivial predictors."
    ratios = [ratio for found in per_cell.values() for ratio in found]
    cells = sum(max(found) < 1 for found in per_cell.values())
    runs = sum(ratio < 1 for ratio in ratios)
    best_names = sorted({lowest_baseline(one, "forward", "mse")[0] for one in grid.every() if one["baselines"]})
    return (
        f"Expected: every cell's forward error lies below the best trivial predictor. Found: in {cells} of "
        f"{len(per_cell)} finished cells it does for every seed, in {runs} of {len(ratios)} runs. The error "
        f"is {number(median(ratios))} times that of the best trivial predictor ({', '.join(best_names)}) in "
        f"the median run, {number(min(ratios))} in the best and {number(max(ratios))} in the worst."
    )


def spread_line(grid: Grid) -> str:
    """How far the inverse error of svd and explicit moves between seeds: largest over smallest mean."""
    found = {}
    for method in ("svd", "explicit"):
        _, _, means = matched(grid, choose_cells(method=method), metric("test/inverse/mse"))
        if len(means) > 1 and min(means) > 0:
            found[method] = max(means) / min(means)
    text = ", ".join(f"{method} {number(ratio)}" for method, ratio in found.items())
    return f"Stability over seeds, largest inverse MSE over smallest: {text}." if found else ""


def _verdicts(group: Sequence[Answer]) -> list[str]:
    return sorted({one.verdict for one in group}, key=[one.verdict for one in group].index)


def _row(one: Answer, adjusted: float | None) -> list[str]:
    comparison = one.comparison
    arrow = "higher" if comparison.higher else "lower"
    names = [f"{comparison.axis}={comparison.better}", comparison.worse, f"{comparison.measure} ({arrow})"]
    if one.verdict == NO_DATA:
        return [*names, "missing", "—", "0", "—", "—", NO_DATA]
    bounds = "n/a" if one.ratio_bounds is None else " to ".join(number(bound) for bound in one.ratio_bounds)
    other = "" if one.ratio_verdict in (NO_DATA, one.verdict) else f" (by the ratio: {one.ratio_verdict})"
    pairs = len(choose_cells(**{comparison.axis: comparison.better}))
    return [
        *names,
        interval(one.difference, one.half),
        "—" if one.ratio is None else f"{number(one.ratio)} [{bounds}]",
        f"{one.pairs} of {pairs}",
        f"{one.favourable} of {one.seeds}",
        "n/a" if adjusted is None else number(adjusted),
        one.verdict + other,
    ]


def _multiplicity(every: Sequence[Answer], adjusted: dict[int, float | None]) -> str:
    tested = [one for one in every if one.p is not None]
    decided = [one for one in tested if one.verdict not in (UNDECIDED, NO_DATA)]
    kept = [one for one in decided if adjusted[id(one)] < 0.05]
    supported = sum(one.verdict == SUPPORTED for one in kept)
    return (
        "Differences are better − worse, paired by seed and averaged over the cells that differ in this axis "
        "alone; `undecided` means that the 95 % interval contains 0. The ratio is the geometric mean of "
        "better / worse over the same pairs: errors that differ by orders of magnitude between seeds have no "
        "useful interval of a difference, but may have one of a ratio. A hypothesis is supported when all "
        "its comparisons are, and not supported when one interval lies on the other side.\n\n"
        f"Multiple comparisons: with {len(tested)} tests at 5 %, about {number(0.05 * len(tested))} would "
        "look decided by chance if nothing differed. The column `Holm p` corrects for it: of the "
        f"{len(decided)} decided comparisons {len(kept)} stay below 0.05, {supported} of them supported.\n"
    )
