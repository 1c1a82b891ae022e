"""The paper's "Expected Findings" (Section 10.1), each put as comparisons that the data can contradict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from scipy.stats import t as student

from inn_experiments.measures.numbers.intervals import paired_interval
from inn_experiments.reports.estimate import ROUNDING, Getter, metric
from inn_experiments.reports.studies.selection import Cell, Grid, choose_cells

SUPPORTED, CONTRADICTED, UNDECIDED, NO_DATA = "supported", "not supported", "undecided", "no data"


@dataclass(frozen=True)
class Comparison:
    """`better` is said to beat `worse` (values of one axis) in `measure`, all other axes being equal."""

    axis: str
    better: str
    worse: str
    measure: str
    getter: Getter = field(repr=False)
    higher: bool = False


@dataclass(frozen=True)
class Hypothesis:
    """One expected finding and the comparisons that together say the same."""

    name: str
    statement: str
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Answer:
    """What the seeds say to one comparison; `difference` is better - worse, paired by seed.

    `ratio` is the geometric mean of better / worse and `ratio_bounds` its interval: errors that differ by
    orders of magnitude between seeds have no useful interval of a difference, but may have one of a ratio.
    """

    comparison: Comparison
    verdict: str
    difference: float | None = None
    half: float | None = None
    ratio: float | None = None
    ratio_bounds: tuple[float, float] | None = None
    ratio_verdict: str = NO_DATA
    favourable: int = 0
    seeds: int = 0
    pairs: int = 0
    p: float | None = None


def _error(axis: str, better: str, worse: str, key: str, higher: bool = False) -> Comparison:
    return Comparison(axis, better, worse, key.removeprefix("test/"), metric(key), higher)


ROUND_TRIPS = ("test/round_trip_clean/mse", "test/round_trip_prime/mse")
HYPOTHESES = (
    Hypothesis(
        "H1",
        "Semi-implicit training has the best bidirectional consistency (lowest round-trip errors).",
        tuple(
            _error("method", "semi_implicit", other, key)
            for other in ("implicit", "svd", "explicit")
            for key in ROUND_TRIPS
        ),
    ),
    Hypothesis(
        "H2",
        "Implicit has lower errors in each direction than semi-implicit, but is less consistent.",
        tuple(_error("method", "implicit", "semi_implicit", f"test/{way}/mse") for way in ("forward", "inverse"))
        + tuple(_error("method", "semi_implicit", "implicit", key) for key in ROUND_TRIPS),
    ),
    Hypothesis(
        "H3",
        "SVD inversion is stable, explicit inversion struggles with the activations.",
        (
            _error("method", "svd", "explicit", "test/inverse/mse"),
            *(_error("method", "svd", "explicit", key) for key in ROUND_TRIPS),
        ),
    ),
    Hypothesis(
        "H4",
        "Same-class convex noise preserves structure better than Gaussian noise, above all inversely.",
        (
            _error("sampling", "convex", "gaussian", "test/inverse/mse"),
            *(_error("sampling", "convex", "gaussian", f"test/samples/{measure}") for measure in ("c2st", "fid")),
            *(
                _error("sampling", "convex", "gaussian", f"test/samples/{measure}", higher=True)
                for measure in ("precision", "coverage")
            ),
        ),
    ),
    Hypothesis(
        "H5",
        "The FID loss gives perceptually better samples (FID), the KL loss better matched ones (KL).",
        (_error("loss", "fid", "kl", "test/samples/fid"), _error("loss", "kl", "fid", "test/samples/kl")),
    ),
)


def answer(grid: Grid, comparison: Comparison) -> Answer:
    """Compare two values of an axis, paired by seed over the cells that both have.

    The verdict follows the 95 % interval of the difference: undecided where it contains 0.
    """
    pairs, seeds, better, worse = _paired_values(grid, comparison)
    if not seeds:
        return Answer(comparison, NO_DATA)
    first, second = (_means(side, pairs, seeds) for side in (better, worse))
    # Two equal networks may differ by rounding, which has a small interval too.
    first = [b if math.isclose(a, b, rel_tol=ROUNDING) else a for a, b in zip(first, second, strict=True)]
    difference, half = paired_interval(first, second)
    wanted = 1 if comparison.higher else -1
    ratio, bounds, ratio_verdict = None, None, NO_DATA
    logs = [_means(_logarithms(side), pairs, seeds) for side in (better, worse) if _positive(side)]
    if len(logs) == 2:
        log_ratio, log_half = paired_interval(*logs)
        ratio, ratio_verdict = math.exp(log_ratio), _verdict(log_ratio, log_half, wanted)
        bounds = None if log_half is None else (math.exp(log_ratio - log_half), math.exp(log_ratio + log_half))
    favourable = sum((a - b) * wanted > 0 for a, b in zip(first, second, strict=True))
    return Answer(
        comparison,
        _verdict(difference, half, wanted),
        difference,
        half,
        ratio,
        bounds,
        ratio_verdict,
        favourable,
        len(seeds),
        len(pairs),
        _p_value(difference, half, len(seeds)),
    )


def overall(answers: Sequence[Answer]) -> str:
    """A hypothesis is supported when all its comparisons are, and not when one points the other way."""
    verdicts = [one.verdict for one in answers]
    if all(verdict == NO_DATA for verdict in verdicts):
        return NO_DATA
    if CONTRADICTED in verdicts:
        return CONTRADICTED
    return SUPPORTED if all(verdict == SUPPORTED for verdict in verdicts) else UNDECIDED


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's adjusted p-values (1979), in the order given; None stays None and counts as no comparison."""
    order = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(order):
        largest = max(largest, min(1.0, p * (len(order) - rank)))
        adjusted[place] = largest
    return adjusted


Values = dict[tuple[Cell, int], float]


def _paired_values(grid: Grid, comparison: Comparison) -> tuple[list[Cell], list[int], Values, Values]:
    """Both sides on the same cells and seeds, keyed by the cell of the better side."""
    better: Values = {}
    worse: Values = {}
    for cell in choose_cells(**{comparison.axis: comparison.better}):
        other = cell._replace(**{comparison.axis: comparison.worse})
        for seed in grid.seeds:
            runs = [grid.reports.get(one, {}).get(seed) for one in (cell, other)]
            values = [None if run is None else comparison.getter(run) for run in runs]
            if None not in values:
                better[cell, seed], worse[cell, seed] = values
    pairs = sorted({cell for cell, _ in better})
    seeds = [seed for seed in grid.seeds if pairs and all((cell, seed) in better for cell in pairs)]
    return pairs, seeds, better, worse


def _means(values: Values, pairs: list[Cell], seeds: list[int]) -> list[float]:
    return [sum(values[cell, seed] for cell in pairs) / len(pairs) for seed in seeds]


def _positive(values: Values) -> bool:
    return min(values.values()) > 0


def _logarithms(values: Values) -> Values:
    return {place: math.log(value) for place, value in values.items()}


def _verdict(difference: float, half: float | None, wanted: int) -> str:
    if half is None or abs(difference) <= half:
        return UNDECIDED
    return SUPPORTED if difference * wanted > 0 else CONTRADICTED


def _p_value(difference: float, half: float | None, seeds: int) -> float | None:
    """Two-sided p-value of the paired t test whose 95 % half width is `half`."""
    if half is None:
        return None
    if half == 0:
        return 1.0 if difference == 0 else 0.0
    statistic = abs(difference) / half * student.ppf(0.975, seeds - 1)
    return float(2 * student.sf(statistic, seeds - 1))
