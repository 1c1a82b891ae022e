"""The paper's "Expected Findings" (Section 10.1), each put as comparisons that the data can contradict."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t as student

from inn_experiments.measures.numbers.intervals import holm as adjusted
from inn_experiments.measures.quantities import quantity
from inn_experiments.reports.design import Design
from inn_experiments.reports.estimate import over_seeds, row_means
from inn_experiments.reports.words import ROUNDING, leaves_out_zero

SUPPORTED, CONTRADICTED, UNDECIDED, NO_DATA = "supported", "not supported", "undecided", "no data"


class Comparison(NamedTuple):
    """`better` is said to beat `worse` (values of one axis) in a metric, all other axes being equal.

    Errors that differ by orders of magnitude are decided `by_ratio`. `own`: the metric is what `better` was trained by.
    """

    hypothesis: str
    axis: str
    better: str
    worse: str
    key: str

    @property
    def by_ratio(self) -> bool:
        """Whether the logarithm of the ratio decides, not the difference."""
        return self.key.removeprefix("test/") in BY_RATIO

    @property
    def own(self) -> bool:
        """Whether the metric is the loss that `better` was trained with."""
        return self.axis == "loss" and self.key.endswith(f"/{self.better}")


class Ratio(NamedTuple):
    """The geometric mean of better / worse, and its 95 % interval."""

    mean: float
    bounds: tuple[float, float] | None


class Answer(NamedTuple):
    """What the seeds say to one comparison; `difference` is better - worse, paired by seed.

    `alone` is the verdict of the 95 % interval of what decides, the difference or the ratio, and `p` its p value;
    `verdict` is the same where `holm`, p adjusted for all comparisons, is below 0.05, and undecided elsewhere.
    """

    comparison: Comparison
    alone: str
    difference: float | None = None
    half: float | None = None
    ratio: Ratio | None = None
    favourable: int = 0
    seeds: int = 0
    pairs: int = 0
    p: float | None = None
    holm: float | None = None

    @property
    def verdict(self) -> str:
        """What is left of the verdict when there are many."""
        if self.alone in (UNDECIDED, NO_DATA):
            return self.alone
        return self.alone if self.holm is not None and self.holm < LEVEL else UNDECIDED


LEVEL = 0.05
ROUND_TRIPS = ("round_trip_clean/mse", "round_trip_prime/mse")
BY_RATIO = ("inverse/mse", *ROUND_TRIPS)
"""Errors of walks, among others, which differ by orders of magnitude between seeds and methods."""
STRUCTURE = ("samples/c2st", "samples/fid", "samples/precision", "samples/coverage")
STATEMENTS = {
    "H1": "Semi-implicit training has the best bidirectional consistency (lowest round-trip errors).",
    "H2": "Implicit has lower errors in each direction than semi-implicit, but is less consistent.",
    "H3": "SVD inversion is stable, explicit inversion struggles with the activations.",
    "H4": "Same-class convex noise preserves structure better than Gaussian noise, above all inversely.",
    "H5": "The FID loss gives perceptually better samples, the KL loss better matched ones. Each is scored by its own "
    "metric, which it was trained to lower, and by two that neither was: C2ST and the sliced Wasserstein distance. The "
    "cross metrics, FID-trained rows by KL and KL-trained rows by FID, are the first lines of either read backwards.",
}
CLAIMS = (
    ("H1", "method", "semi_implicit", "implicit", ROUND_TRIPS),
    ("H1", "method", "semi_implicit", "svd", ROUND_TRIPS),
    ("H1", "method", "semi_implicit", "explicit", ROUND_TRIPS),
    ("H2", "method", "implicit", "semi_implicit", ("forward/mse", "inverse/mse")),
    ("H2", "method", "semi_implicit", "implicit", ROUND_TRIPS),
    ("H3", "method", "svd", "explicit", ("inverse/mse", *ROUND_TRIPS)),
    ("H4", "sampling", "convex", "gaussian", ("inverse/mse", *STRUCTURE)),
    ("H5", "loss", "fid", "kl", ("samples/fid", "samples/c2st")),
    ("H5", "loss", "kl", "fid", ("samples/kl", "samples/swd")),
)
COMPARISONS = [Comparison(*claim, f"test/{key}") for *claim, keys in CLAIMS for key in keys]


def answer(grid: Design, comparison: Comparison) -> Answer:
    """Compare two values of an axis, paired by seed over the cells that both have.

    It is `alone`: its p is not adjusted, and so nothing is decided; `answers` adjusts.
    """
    better, worse = _paired(grid, comparison)
    seeds, way = better.index[better.notna().all(axis=1)], quantity(comparison.key).way
    if better.empty or seeds.empty:
        return Answer(comparison, NO_DATA)
    first, second = (row_means(side.loc[seeds]).tolist() for side in (better, worse))
    # Two equal networks may differ by rounding, which has a small interval too.
    first = [b if math.isclose(a, b, rel_tol=ROUNDING) else a for a, b in zip(first, second, strict=True)]
    difference, half = over_seeds(pd.Series(first) - pd.Series(second), grid.frame)
    ratio, decisive = None, (difference, half)
    if min(better.min(axis=None), worse.min(axis=None)) > 0:
        own, other = (row_means(side.loc[seeds].map(math.log)) for side in (better, worse))
        logs = (own - other).where((own - other).abs() > ROUNDING, 0.0)
        log, log_half = over_seeds(logs, grid.frame)
        bounds = None if log_half is None else (math.exp(log - log_half), math.exp(log + log_half))
        ratio = Ratio(math.exp(log), bounds)
        decisive = (log, log_half) if comparison.by_ratio else decisive
    favourable = sum((a - b) * way > 0 for a, b in zip(first, second, strict=True))
    alone, p = _verdict(*decisive, way), _p_value(*decisive, len(seeds))
    return Answer(comparison, alone, difference, half, ratio, favourable, len(seeds), better.shape[1], p)


def answers(grid: Design) -> list[Answer]:
    """What the seeds say to every comparison, with p values adjusted for there being so many."""
    every = [answer(grid, each) for each in COMPARISONS]
    return [one._replace(holm=p) for one, p in zip(every, holm([one.p for one in every]), strict=True)]


def overall(answers: Sequence[Answer]) -> str:
    """A hypothesis is supported when all its comparisons are, and not when one points the other way."""
    verdicts = {one.verdict for one in answers}
    return CONTRADICTED if CONTRADICTED in verdicts else verdicts.pop() if len(verdicts) == 1 else UNDECIDED


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's adjusted p-values (1979), in the order given; None stays None and counts as no comparison."""
    raised = iter(adjusted(np.array([p for p in p_values if p is not None])).tolist())
    return [None if p is None else next(raised) for p in p_values]


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
