"""The answers to the expected findings, and to "better than a trivial predictor?", as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from inn_experiments.measures.quantities import quantity
from inn_experiments.reports.design import Design
from inn_experiments.reports.estimate import row_means, without_gaps
from inn_experiments.reports.studies.grid.hypotheses import (
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
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import interval, number

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
ABOUT = (
    "Differences are better − worse, paired by seed and averaged over the cells that differ in this axis alone; "
    "`undecided` means that the 95 % interval contains 0. The ratio is the geometric mean of better / worse over the "
    "same pairs: errors that differ by orders of magnitude between seeds have no useful interval of a difference, but "
    "may have one of a ratio. A hypothesis is supported when all its comparisons are, and not supported when one "
    "interval lies on the other side."
)


def hypotheses_section(grid: Design, hypotheses: Sequence[Hypothesis] = HYPOTHESES) -> list[str]:
    """Every hypothesis with its overall answer and one line per comparison."""
    answers = {one.name: [answer(grid, comparison) for comparison in one.comparisons] for one in hypotheses}
    every = [one for group in answers.values() for one in group]
    adjusted = dict(zip(map(id, every), holm([one.p for one in every]), strict=True))
    parts = [ABOUT, _multiplicity(every, adjusted)]
    for hypothesis in hypotheses:
        group = answers[hypothesis.name]
        counts = Counter(one.verdict for one in group)
        summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        rows = [_row(grid, one, adjusted[id(one)]) for one in group]
        parts += [f"### {hypothesis.name}: {overall(group)}", f"{hypothesis.statement} ({summary})"]
        parts.append(markdown(HEADER, rows))
    return parts


def below_trivial(grid: Design) -> str:
    """How many cells' forward errors lie below their run's best trivial predictor, and by how much."""
    trivial = grid.frame.references("test/forward/mse").dropna(how="all")
    ratios = (grid.frame.value("test/forward/mse") / trivial.min(axis=1)).dropna()
    if ratios.empty:
        return "No finished run holds both a forward error and its trivial predictors."
    worst = ratios.groupby(grid.places_of_runs).max()
    return (
        f"Expected: every cell's forward error lies below the best trivial predictor. Found: in {sum(worst < 1)} of "
        f"{len(worst)} finished cells it does for every seed, in {sum(ratios < 1)} of {len(ratios)} runs. The error "
        f"is {number(ratios.median())} times that of the best trivial predictor "
        f"({', '.join(sorted(set(trivial.idxmin(axis=1))))}) in the median run, {number(ratios.min())} in the best "
        f"and {number(ratios.max())} in the worst."
    )


def spread_line(grid: Design) -> str:
    """How far the inverse error of svd and explicit moves between seeds: largest over smallest mean."""
    found = {}
    for method in ("svd", "explicit"):
        kept = without_gaps(grid.number("test/inverse/mse")[grid.places(method=method)])
        means = [] if kept.empty else row_means(kept).tolist()
        if len(means) > 1 and min(means) > 0:
            found[method] = max(means) / min(means)
    text = ", ".join(f"{method} {number(ratio)}" for method, ratio in found.items())
    return f"Stability over seeds, largest inverse MSE over smallest: {text}." if found else ""


def _row(grid: Design, one: Answer, adjusted: float | None) -> list[str]:
    comparison = one.comparison
    measured = f"{comparison.key.removeprefix('test/')} ({quantity(comparison.key).better})"
    names = [f"{comparison.axis}={comparison.better}", comparison.worse, measured]
    if one.verdict == NO_DATA:
        return [*names, "missing", "—", "0", "—", "—", NO_DATA]
    ratio, other = "—", ""
    if one.ratio is not None:
        bounds = "n/a" if one.ratio.bounds is None else " to ".join(map(number, one.ratio.bounds))
        ratio = f"{number(one.ratio.mean)} [{bounds}]"
        other = "" if one.ratio.verdict == one.verdict else f" (by the ratio: {one.ratio.verdict})"
    pairs = len(grid.places(**{comparison.axis: comparison.better}))
    return [
        *names,
        interval(one.difference, one.half),
        ratio,
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
        f"Multiple comparisons: with {len(tested)} tests at 5 %, about {number(0.05 * len(tested))} would "
        "look decided by chance if nothing differed. The column `Holm p` corrects for it: of the "
        f"{len(decided)} decided comparisons {len(kept)} stay below 0.05, {supported} of them supported."
    )
