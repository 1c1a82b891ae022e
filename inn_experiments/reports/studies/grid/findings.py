"""The answers to the expected findings, and to "better than a trivial predictor?", as Markdown."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from inn_experiments.measures.quantities import BAR, quantity
from inn_experiments.reports.design import Design
from inn_experiments.reports.estimate import row_means, without_gaps
from inn_experiments.reports.studies.grid import hypotheses as expected
from inn_experiments.reports.studies.grid.hypotheses import Answer
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import interval, number

FORWARD = ("forward", "both", "walked")
"""What the training of a network that goes forward is called."""
HEADER = (
    *("Said to be better", "than", "measured by", "difference ± 95 %", "ratio [95 %]", "pairs of cells"),
    *("seeds in favour", "Holm p", "answer"),
)
ABOUT = (
    "Differences are better − worse, paired by seed and averaged over the cells that differ in this axis alone. The "
    "ratio is the geometric mean of better / worse over the same pairs. It decides what is said of the inverse and of "
    "round trips, so all of H1 and H3: errors of walks differ by orders of magnitude, and their difference is that of "
    "the largest. Elsewhere the difference decides. What decides "
    "is **bold**. The answer is by Holm's p, adjusted for all comparisons here: `undecided` from 0.05 on. A hypothesis "
    "is supported when all its comparisons are, and not supported when one is decided the other way."
)

ABOUT_BAR = (
    "It guesses the class from the row (QDA) and has one linear map a class, fitted to the same training rows. The "
    "orthogonal prime is linear within a class, so forward nothing is left for it to learn; with a prime that is not, "
    "such as prime=catalogue, it is a bar and no bound."
)


def hypotheses_section(grid: Design) -> list[str]:
    """Every hypothesis with its overall answer and one line per comparison."""
    every = expected.answers(grid)
    parts = [ABOUT, _multiplicity(every)]
    for name, statement in expected.STATEMENTS.items():
        group = [one for one in every if one.comparison.hypothesis == name]
        summary = ", ".join(f"{count} {verdict}" for verdict, count in Counter(one.verdict for one in group).items())
        parts += [f"### {name}: {expected.overall(group)}", f"{statement} ({summary})"]
        parts.append(markdown(HEADER, [_row(grid, one) for one in group]))
    return parts


def below_trivial(grid: Design) -> str:
    """How many cells' forward errors lie below their run's best trivial predictor, and by how much."""
    trivial = grid.frame.trivial("test/forward/mse").dropna(how="all")
    ratios = (grid.frame.value("test/forward/mse") / trivial.min(axis=1)).dropna()
    if ratios.empty:
        return "No finished run holds both a forward error and its trivial predictors."
    worst, apart = ratios.groupby(grid.places_of_runs).max(), trainings(grid)[ratios.index]
    below = apart[ratios < 1].nunique()
    return (
        f"Expected: every cell's forward error lies below the best trivial predictor. Found: in {sum(worst < 1)} of "
        f"{len(worst)} finished cells it does for every seed, in {sum(ratios < 1)} of {len(ratios)} runs, which "
        f"are {below} of {apart.nunique()} trainings of a forward network. The error "
        f"is {number(ratios.median())} times that of the best trivial predictor "
        f"({', '.join(sorted(set(trivial.idxmin(axis=1))))}) in the median run, {number(ratios.min())} in the best "
        f"and {number(ratios.max())} in the worst."
    )


def beside_bar(grid: Design) -> str:
    """How many runs' errors lie below those of the class-wise linear predictor, way by way; '' for runs without it."""
    parts = []
    for way in ("forward", "inverse"):
        pair = pd.DataFrame({"bar": grid.frame.value(f"test/{way}/mse", reference=BAR)})
        pair = pair.assign(own=grid.frame.value(f"test/{way}/mse")).dropna()
        if len(pair):
            below, apart = pair["own"] < pair["bar"], trainings(grid)[pair.index]
            told = f"{below.sum()} of {len(pair)} runs"
            if way == "forward":
                told += f" ({apart[below].nunique()} of {apart.nunique()} trainings)"
            parts.append(f"{way} {number(pair['bar'].median())}, and {told} below it")
    return f"Class-wise linear predictor, median: {'; '.join(parts)}. {ABOUT_BAR}" if parts else ""


def trainings(grid: Design) -> pd.Series:
    """What each run's forward network is called: runs of one name share it, as implicit, svd and explicit do.

    The name by which the run keeps the training; runs that tell none share one where, at one seed, the errors of both
    tasks of the network are equal to the last digit.
    """
    frame = grid.frame
    errors = [frame.value(f"test/{way}/{measure}") for way in ("forward", "denoise") for measure in ("mse", "mae")]
    alike = pd.Series([*map(str, zip(frame.runs["seed"], *errors, strict=True))], index=frame.runs.index)
    told = frame.runs["trained"].map(lambda names: next((names[one] for one in FORWARD if one in names), None))
    return told.where(told.notna(), alike)


def spread_line(grid: Design) -> str:
    """How far the inverse error of svd and explicit moves between seeds: largest over smallest mean."""
    found = []
    for method in ("svd", "explicit"):
        means = row_means(without_gaps(grid.number("test/inverse/mse")[grid.places(method=method)]))
        if len(means) > 1 and means.min() > 0:
            found.append(f"{method} {number(means.max() / means.min())}")
    return f"Stability over seeds, largest inverse MSE over smallest: {', '.join(found)}." if found else ""


def _row(grid: Design, one: Answer) -> list[str]:
    _, axis, better, worse, key = one.comparison
    metric = f"{key.removeprefix('test/')} ({quantity(key).better})" + (", its own" if one.comparison.own else "")
    names = [f"{axis}={better}", worse, metric]
    if one.verdict == expected.NO_DATA:
        return [*names, "missing", "—", "0", "—", "—", expected.NO_DATA]
    ratio, difference = "—", interval(one.difference, one.half)
    if one.ratio is not None:
        bounds = "n/a" if one.ratio.bounds is None else " to ".join(map(number, one.ratio.bounds))
        ratio = f"{number(one.ratio.mean)} [{bounds}]"
    by_ratio = one.comparison.by_ratio and one.ratio is not None
    shown = [difference, f"**{ratio}**"] if by_ratio else [f"**{difference}**", ratio]
    adjusted = "n/a" if one.holm is None else number(one.holm)
    other = "" if one.alone == one.verdict else f" (alone: {one.alone})"
    pairs = f"{one.pairs} of {len(grid.places(**{axis: better}))}"
    return [*names, *shown, pairs, f"{one.favourable} of {one.seeds}", adjusted, one.verdict + other]


def _multiplicity(every: Sequence[Answer]) -> str:
    tested = [one for one in every if one.p is not None]
    alone = [one for one in tested if one.alone not in (expected.UNDECIDED, expected.NO_DATA)]
    kept = [one for one in alone if one.verdict == one.alone]
    supported = sum(one.verdict == expected.SUPPORTED for one in kept)
    return (
        f"Multiple comparisons: with {len(tested)} tests at 5 %, about {number(expected.LEVEL * len(tested))} would "
        f"look decided by chance if nothing differed. Of the {len(alone)} that their own intervals decide {len(kept)} "
        f"stay decided with Holm's p, {supported} of them supported."
    )
