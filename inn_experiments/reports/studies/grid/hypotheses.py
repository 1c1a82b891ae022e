"""The paper's "Expected Findings" (Section 10.1), each put as comparisons that the data can contradict."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from scipy.stats import t as student

from inn_experiments.measures.numbers.intervals import paired_interval
from inn_experiments.measures.quantities import quantity
from inn_experiments.reports.design import Design
from inn_experiments.reports.estimate import row_means
from inn_experiments.reports.words import ROUNDING, leaves_out_zero

SUPPORTED, CONTRADICTED, UNDECIDED, NO_DATA = "supported", "not supported", "undecided", "no data"


class Comparison(NamedTuple):
    """`better` is said to beat `worse` (values of one axis) in a metric, all other axes being equal."""

    axis: str
    better: str
    worse: str
    key: str


class Hypothesis(NamedTuple):
    """One expected finding and the comparisons that together say the same."""

    name: str
    statement: str
    comparisons: list[Comparison]


class Ratio(NamedTuple):
    """The geometric mean of better / worse, its 95 % interval and what that says."""

    mean: float
    bounds: tuple[float, float] | None
    verdict: str


class Answer(NamedTuple):
    """What the seeds say to one comparison; `difference` is better - worse, paired by seed, `holm` the adjusted `p`.

    Errors that differ by orders of magnitude between seeds have no useful interval of a difference, but may have one
    of their ratio.
    """

    comparison: Comparison
    verdict: str
    difference: float | None = None
    half: float | None = None
    ratio: Ratio | None = None
    favourable: int = 0
    seeds: int = 0
    pairs: int = 0
    p: float | None = None
    holm: float | None = None


def _each(axis: str, better: str, worse: str, *keys: str) -> list[Comparison]:
    return [Comparison(axis, better, worse, f"test/{key}") for key in keys]


ROUND_TRIPS = ("round_trip_clean/mse", "round_trip_prime/mse")
STRUCTURE = ("samples/c2st", "samples/fid", "samples/precision", "samples/coverage")
HYPOTHESES = (
    Hypothesis(
        "H1",
        "Semi-implicit training has the best bidirectional consistency (lowest round-trip errors).",
        _each("method", "semi_implicit", "implicit", *ROUND_TRIPS)
        + _each("method", "semi_implicit", "svd", *ROUND_TRIPS)
        + _each("method", "semi_implicit", "explicit", *ROUND_TRIPS),
    ),
    Hypothesis(
        "H2",
        "Implicit has lower errors in each direction than semi-implicit, but is less consistent.",
        _each("method", "implicit", "semi_implicit", "forward/mse", "inverse/mse")
        + _each("method", "semi_implicit", "implicit", *ROUND_TRIPS),
    ),
    Hypothesis(
        "H3",
        "SVD inversion is stable, explicit inversion struggles with the activations.",
        _each("method", "svd", "explicit", "inverse/mse", *ROUND_TRIPS),
    ),
    Hypothesis(
        "H4",
        "Same-class convex noise preserves structure better than Gaussian noise, above all inversely.",
        _each("sampling", "convex", "gaussian", "inverse/mse", *STRUCTURE),
    ),
    Hypothesis(
        "H5",
        "The FID loss gives perceptually better samples (FID), the KL loss better matched ones (KL).",
        _each("loss", "fid", "kl", "samples/fid") + _each("loss", "kl", "fid", "samples/kl"),
    ),
)


def answer(grid: Design, comparison: Comparison) -> Answer:
    """Compare two values of an axis, paired by seed over the cells that both have.

    The verdict follows the 95 % interval of the difference: undecided where it contains 0.
    """
    better, worse = _paired(grid, comparison)
    seeds, way = better.index[better.notna().all(axis=1)], quantity(comparison.key).way
    if better.empty or seeds.empty:
        return Answer(comparison, NO_DATA)
    first, second = (row_means(side.loc[seeds]).tolist() for side in (better, worse))
    # Two equal networks may differ by rounding, which has a small interval too.
    first = [b if math.isclose(a, b, rel_tol=ROUNDING) else a for a, b in zip(first, second, strict=True)]
    difference, half = paired_interval(first, second)
    ratio = None
    if min(better.min(axis=None), worse.min(axis=None)) > 0:
        log, log_half = paired_interval(*(row_means(side.loc[seeds].map(math.log)) for side in (better, worse)))
        bounds = None if log_half is None else (math.exp(log - log_half), math.exp(log + log_half))
        ratio = Ratio(math.exp(log), bounds, _verdict(log, log_half, way))
    favourable = sum((a - b) * way > 0 for a, b in zip(first, second, strict=True))
    verdict, p = _verdict(difference, half, way), _p_value(difference, half, len(seeds))
    return Answer(comparison, verdict, difference, half, ratio, favourable, len(seeds), better.shape[1], p)


def overall(answers: Sequence[Answer]) -> str:
    """A hypothesis is supported when all its comparisons are, and not when one points the other way."""
    verdicts = {one.verdict for one in answers}
    return CONTRADICTED if CONTRADICTED in verdicts else verdicts.pop() if len(verdicts) == 1 else UNDECIDED


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's adjusted p-values (1979), in the order given; None stays None and counts as no comparison."""
    known = pd.Series(p_values, dtype=float).dropna().sort_values()
    adjusted = (known * list(range(len(known), 0, -1))).clip(upper=1.0).cummax()
    return [adjusted.get(place) for place in range(len(p_values))]


def _paired(grid: Design, comparison: Comparison) -> list[pd.DataFrame]:
    """Both sides as seeds x the pairs of cells that differ in this axis alone, NaN where a side lacks its number."""
    table = grid.number(comparison.key)
    better, worse = (grid.places(**{comparison.axis: value}) for value in (comparison.better, comparison.worse))
    sides = [table[places].set_axis(better, axis=1).sort_index(axis=1) for places in (better, worse)]
    both = sides[0].notna() & sides[1].notna()
    return [side.where(both).dropna(axis=1, how="all") for side in sides]


def _verdict(difference: float, half: float | None, wanted: int) -> str:
    return (UNDECIDED, SUPPORTED, CONTRADICTED)[leaves_out_zero(difference, half) * wanted]


def _p_value(difference: float, half: float | None, seeds: int) -> float | None:
    """Two-sided p-value of the paired t test whose 95 % half width is `half`."""
    if not half:
        return None if half is None else float(difference == 0)
    statistic = abs(difference) / half * student.ppf(0.975, seeds - 1)
    return float(2 * student.sf(statistic, seeds - 1))
