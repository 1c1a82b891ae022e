"""95 % intervals over repeats and over test rows; a half width that cannot be estimated is None, never NaN."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import scipy

LEVEL = 0.95
NORMAL = NormalDist().inv_cdf(0.5 + LEVEL / 2)
RESAMPLES = 1000
LEAST_UNITS = 5
MOST_OF_RANGE = 0.9
"""An interval that is wider than this share of all possible values says nothing."""
ROUNDING = 1e-9
CERTAIN = 0.95
"""A C2ST from which on rows are told from real ones with certainty."""

Interval = tuple[float, float | None]


class Bounded(NamedTuple):
    """A value with the bounds of its 95 % interval, which lie within the range that it can have."""

    value: float
    low: float
    high: float


class Ranged(NamedTuple):
    """A value with its 95 % interval: `half` the width of a symmetric one, or bounds; neither where rows are few."""

    value: float
    half: float | None = None
    low: float | None = None
    high: float | None = None


def bounded_share(share: float, trials: float, quantile: float = NORMAL) -> Bounded:
    """Wilson's interval of a `share` of so many independent `trials`, which need not be a whole number.

    All p with |p - share| <= quantile (p (1 - p) / trials)^1/2: never empty, never outside of 0..1, and open to one
    side where all trials ended alike. Source: Wilson 1927.

    >>> [round(bound, 3) for bound in bounded_share(1.0, 16)]
    [1.0, 0.806, 1.0]
    """
    k = quantile**2 / trials
    middle, half = share + k / 2, np.sqrt(k * share * (1 - share) + k**2 / 4)
    low, high = float((middle - half) / (1 + k)), float((middle + half) / (1 + k))
    # Rounding may not take the share itself out.
    return Bounded(share, max(0.0, min(low, share)), min(1.0, max(high, share)))


def mean_of(parts: Sequence[Bounded]) -> Bounded:
    """The mean of independent values (n,) in one range, with an interval of theirs: distances to bounds add squared.

    Source: Zou and Donner 2008.
    """
    values, lows, highs = np.array(parts).T
    mean = float(values.mean())
    below, above = (float(np.sqrt(np.sum((values - bounds) ** 2))) / len(values) for bounds in (lows, highs))
    return Bounded(mean, mean - below, mean + above)


def difference_of(first: Bounded, second: Bounded) -> Bounded:
    """`first` less `second` with an interval, as of two independent ones: where both are about the same rows, too wide.

    The distances to the bounds that lie apart add squared. Source: Zou and Donner 2008.

    >>> difference_of(Bounded(0.75, 0.5, 1.0), Bounded(0.5, 0.5, 0.5))
    Bounded(value=0.25, low=0.0, high=0.5)
    """
    value = first.value - second.value
    below = np.hypot(first.value - first.low, second.high - second.value)
    above = np.hypot(first.high - first.value, second.value - second.low)
    return Bounded(value, float(value - below), float(value + above))


def _half_width(variance: float, freedom: float) -> float:
    return float(scipy.stats.t.ppf(0.5 + LEVEL / 2, freedom) * np.sqrt(variance))


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean of independent `values` (n,) and the half width of its Student t interval, None for a single value.

    Raises ValueError for no values.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.size == 0:
        raise ValueError("mean_interval needs at least one value, got none")
    if values.size == 1:
        return float(values[0]), None
    return float(values.mean()), _half_width(values.var(ddof=1) / values.size, values.size - 1)


def paired_interval(a: Sequence[float], b: Sequence[float]) -> Interval:
    """The mean of `a - b` (n,), pair by pair, and its half width: for two cells run with the same seeds.

    Raises ValueError where the lengths differ.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"paired values must have one length, got {a.shape} and {b.shape}")
    return mean_interval(a - b)


def corrected_interval(differences: Sequence[float], n_train: int, n_test: int) -> Interval:
    """The mean over repeated, overlapping splits and its corrected resampled t half width; None for fewer than two.

    Splits of one table share rows, so `variance / n` is too small; it becomes `variance (1/n + n_test/n_train)` for
    `n_train` and `n_test` rows in each split (Nadeau and Bengio 2003).
    """
    values = np.asarray(differences, dtype=np.float64)
    mean, half_width = mean_interval(values)
    if half_width is None:
        return mean, None
    variance = values.var(ddof=1) * (1 / values.size + n_test / n_train)
    return mean, _half_width(variance, values.size - 1)


def score_interval(
    values: Sequence[float],
    resampled: Sequence[float],
    units: int,
    *,
    trials: float,
    fewest: int = LEAST_UNITS,
    share: float | None = None,
    signed: bool = False,
) -> Ranged:
    """The mean of a score in 0..1 over repeats, or `signed` of a difference of two, with both sources of its error.

    The spread of `values` (n,), the repeats' scores, is the error of all that is drawn anew in each; that of
    `resampled` (b,), their mean on bootstrap resamples of the test rows, is the error of having only these. The two
    variances add; degrees of freedom by Welch and Satterthwaite. Where test sets of a `share` of the rows are drawn
    anew, n of them have only 1 - (1 - share)^n of the rows, so that resampling each for itself sees too little error.

    An interval that would leave the range of the score is Wilson's for as many trials as give its variance. Equal
    values are no proof of certainty: they get Wilson's for their `trials`. No bounds for one repeat, for fewer than two
    trials, and for bounds that would leave hardly anything out: they are too few.

    Args:
        values: see above.
        resampled: see above.
        units: test rows or groups a stratum that resamples draw from.
        trials: test rows or groups in all; of a mean of classes those that would give its variance.
        fewest: units of the smallest stratum. Of a handful of rows resamples tell too little: the variance is then that
            of `trials` trials at least.
        share: see above; None where all repeats have the same test rows.
        signed: a difference; in -1..1.
    """
    values, resampled = np.asarray(values, dtype=np.float64), np.asarray(resampled, dtype=np.float64)
    mean = float(values.mean())
    # The different rows of all test sets, in test sets, and how much of their error resamples of each for itself see.
    sets = 1.0 if share is None else (1 - (1 - share) ** values.size) / share
    seen = 1.0 if share is None else sets / values.size
    trials *= sets
    if values.size < 2 or trials < 2 or resampled.size < 2:
        return Ranged(mean)
    draws = values.var(ddof=1) / values.size
    # The bootstrap's plug-in variance is too small by (m - 1) / m.
    rows = resampled.var(ddof=1) * units / max(units - 1, 1) / seen
    if fewest < LEAST_UNITS:
        least = (bounded_share(0.0, trials).high / NORMAL) ** 2 if signed else mean * (1 - mean) / trials
        rows = max(rows, least)
    if draws + rows < ROUNDING**2 or 1 - abs(mean) < ROUNDING:
        return _alike(mean, trials, signed)
    freedom = (draws + rows) ** 2 / (draws**2 / (values.size - 1) + rows**2 / (resampled.size - 1))
    return _within(mean, draws + rows, freedom, signed)


def _alike(mean: float, trials: float, signed: bool) -> Ranged:
    if signed and abs(mean) < ROUNDING:
        high = bounded_share(0.0, trials).high
        return Ranged(mean, None, -high, high)
    return _ranged(mean, trials, NORMAL, signed)


def _within(mean: float, variance: float, freedom: float, signed: bool) -> Ranged:
    half, least = _half_width(variance, freedom), -1.0 if signed else 0.0
    if least <= mean - half and mean + half <= 1:
        return Ranged(mean, half)
    width = 1 - least
    share = (mean - least) / width
    trials = share * (1 - share) / (variance / width**2)
    return _ranged(mean, trials, float(scipy.stats.t.ppf(0.5 + LEVEL / 2, freedom)), signed)


def _ranged(mean: float, trials: float, quantile: float, signed: bool) -> Ranged:
    least = -1.0 if signed else 0.0
    _, low, high = bounded_share((mean - least) / (1 - least), trials, quantile)
    if high - low > MOST_OF_RANGE:
        return Ranged(mean)
    return Ranged(mean, None, min(mean, least + (1 - least) * low), max(mean, least + (1 - least) * high))


def interval_over_rows(
    outcomes: Sequence[tuple[int, np.ndarray]], *, seed: int, signed: bool = False
) -> tuple[float, float, float]:
    """(mean, low, high): the mean over comparisons of their rows' means, with a 95 % percentile interval.

    Outcomes are (class, values (n_class,)): those of one class are of the same rows in the same order, which are drawn
    again together. A bootstrap of equal values sees no error: shares that are all 0 or all 1 get Wilson's interval for
    their number of different rows, which opens to both sides of 0 where they are `signed`, differences of two shares.
    """
    rng = np.random.default_rng(seed)
    sizes = {label: len(values) for label, values in outcomes}
    weights = {label: rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n for label, n in sorted(sizes.items())}
    mean = float(np.mean([values.mean() for _, values in outcomes]))
    every = np.concatenate([values for _, values in outcomes])
    if np.ptp(every) == 0 and every[0] in (0.0, 1.0):
        rows = sum(sizes.values())
        bounds = scipy.stats.binomtest(int(every[0]) * rows, rows).proportion_ci(method="wilson")
        return mean, -float(bounds.high) if signed and mean == 0 else float(bounds.low), float(bounds.high)
    drawn = np.mean([weights[label] @ values for label, values in outcomes], axis=0)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return mean, float(low), float(high)


def holm(p: np.ndarray) -> np.ndarray:
    """The p values (c,) of as many tests, adjusted so that the least of them is right for all (Holm 1979).

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p)
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted
