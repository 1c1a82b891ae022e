"""The statements one by one: where on the manifold points end, and how long the steps are that lead there."""

import numpy as np
import scipy

from inn_experiments.contracts import Number
from inn_experiments.measures.claims import mean, share
from inn_experiments.measures.numbers.intervals import mean_interval, paired_interval

PERMUTATIONS = 999
# A point further from the manifold than this share of training rows counts as off it.
INSIDE = 0.99
# The first and the last of this many equal parts of the steps are compared.
PARTS = 5


def same_place(first: np.ndarray, last: np.ndarray, near: float) -> np.ndarray:
    """Which of the places `first` and `last` (n,), one over the other, are the same: bool (n,)."""
    return np.abs(first - last) < near


def chance_of_same(first: np.ndarray, last: np.ndarray, near: float) -> float:
    """The share of same places among all n^2 pairs, which is its mean over all permutations of `last`."""
    last = np.sort(last)
    inside = np.searchsorted(last, first + near, "left") - np.searchsorted(last, first - near, "right")
    return float(inside.mean() / len(last))


def agreement(key: str, text: str, first: np.ndarray, last: np.ndarray, near: float, seed: int) -> list[Number]:
    """The share of points whose places `first` and `last` (n,) are the same, against shuffled pairs.

    p is two-sided, of a permutation test; chance is exact.
    """

    def matched(shuffled: np.ndarray, axis: int) -> np.ndarray:
        return same_place(shuffled, last, near).mean(axis=axis)

    options = {"permutation_type": "pairings", "vectorized": True, "n_resamples": PERMUTATIONS, "axis": -1}
    test = scipy.stats.permutation_test((first,), matched, random_state=np.random.default_rng(seed), **options)
    return share(key, text, same_place(first, last, near), chance_of_same(first, last, near), float(test.pvalue))


def difference(key: str, text: str, first: np.ndarray, second: np.ndarray) -> list[Number]:
    """How much more often `first` than `second` (n,), booleans over the same points, is true.

    The interval is paired; p is of McNemar's exact test: a point where only one is true is either with 1/2.
    """
    value, half = paired_interval(first, second)
    only, other = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    p = float(scipy.stats.binomtest(only, only + other).pvalue) if only + other else 1.0
    return mean(key, text, value, half, chance=0.0, p=p, n=len(first))


def off_manifold(ends: np.ndarray, fresh: np.ndarray, train: np.ndarray) -> list[Number]:
    """How far restored points `ends` (n,) are from the manifold, beside real ones `fresh` (m,) nothing was done to.

    All are distances; those of the training rows alone say what counts as off the manifold. p is of Fisher's exact
    test, and of a rank test.
    """
    limit = np.quantile(train, INSIDE)
    out, real = ends > limit, fresh > limit
    table = [[int(part.sum()), int((~part).sum())] for part in (out, real)]
    text = f"ends further off than {100 * INSIDE:g} % of training rows; chance: real points"
    found = share("off_manifold", text, out, float(real.mean()), float(scipy.stats.fisher_exact(table).pvalue))
    text, p = (
        "distance of the ends to the manifold; chance: of real points",
        float(scipy.stats.mannwhitneyu(ends, fresh).pvalue),
    )
    return found + mean("distance", text, *mean_interval(ends), chance=float(fresh.mean()), p=p, n=len(ends))


def second_place(key: str, text: str, places: np.ndarray) -> list[Number]:
    """The share of paths that end at the second of two places (n,), 0 or 1, against a fair coin, exactly."""
    hits = places > 0.5
    return share(key, text, hits, 0.5, float(scipy.stats.binomtest(int(hits.sum()), len(hits)).pvalue))


def step_lengths(states: np.ndarray) -> np.ndarray:
    """Lengths (n, k) of the k steps of n paths whose states are (k+1, n, 2)."""
    return np.linalg.norm(np.diff(np.asarray(states, np.float64), axis=0), axis=2).T


def noise_deviations(signal: np.ndarray, first_step: np.ndarray, freshness: np.ndarray) -> np.ndarray:
    """Standard deviation (k,), a coordinate, of the fresh noise in each step of a sampler; `signal` is alpha (k+1,).

    It falls as that of q(x_s | x_t, x_0) (Kulkarni et al., equation 6) times `freshness` (k,), by which the sampler
    departs from it. How much of it the sampler adds, and in which units, is read off `first_step` (n, 2): paths with
    one start differ after it by its noise alone.
    """
    now, then = np.asarray(signal[:-1], np.float64), np.asarray(signal[1:], np.float64)
    noise = np.sqrt(np.maximum(1 - then**2, 0) / np.maximum(1 - now**2, 1e-12))
    fresh = noise * np.sqrt(np.maximum(1 - (now / then) ** 2, 0)) * freshness
    observed = np.sqrt(np.var(np.asarray(first_step, np.float64), axis=0, ddof=1).mean())
    return fresh * (observed / fresh[0] if fresh[0] > 0 else 0.0)


def mean_noise_lengths(deviations: np.ndarray) -> np.ndarray:
    """Mean lengths (k,) of steps in the plane that are noise of these deviations (k,): Rayleigh's mean."""
    return np.sqrt(np.pi / 2) * deviations


def shrinking(lengths: np.ndarray, deviations: np.ndarray, seed: int) -> list[Number]:
    """Whether steps shrink with time, each number beside that of steps made of the fresh noise alone.

    Lengths are (n, k) with k >= 5; `deviations` (k,) of the noise are all zero for a sampler that adds none: there is
    nothing to compare with then.
    """
    noise = np.random.default_rng(seed).rayleigh(size=lengths.shape) * deviations
    first, last = _ends(lengths)
    ratio, n = last.mean() / first.mean(), len(lengths)
    expected, p, fallen, ordered, alone = None, None, None, None, ""
    # A ratio of paired means, to first order in their errors.
    half = mean_interval(last - ratio * first)[1]
    half = None if half is None else half / first.mean()
    if noise.any():
        alone = "; chance: noise alone"
        noise_first, noise_last = _ends(noise)
        expected = float(noise_last.mean() / noise_first.mean())
        p = float(scipy.stats.ttest_1samp(last - expected * first, 0).pvalue)
        fallen, ordered = float((noise_last < noise_first).mean()), float(order(noise).mean())
    text = f"last fifth of steps over the first, lengths{alone}"
    found = mean("step_ratio", text, ratio, half, chance=expected, p=p, n=n)
    found += share("steps_shrink", f"paths whose last fifth of steps is shorter{alone}", last < first, fallen)
    text = f"rank correlation of step length and number{alone}"
    found += mean("step_order", text, *mean_interval(order(lengths)), chance=ordered, n=n)
    if noise.any():
        energy, half = mean_interval((lengths**2).sum(axis=1))
        part = 2 * float(np.sum(deviations**2)) / energy
        # The noise of a step is independent of the rest of it, so that their squares add. The interval covers
        # the paths' choice and that the noise's variance was read off as many first steps.
        error = None if half is None else part * float(np.hypot(half / energy, 1.96 / np.sqrt(n - 1)))
        found += mean("noise_share", "share of squared step length that is fresh noise", part, error, n=n)
    return found


def order(lengths: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation (n,) of each path's step lengths (n, k) with the number of the step."""
    ranks = scipy.stats.rankdata(lengths, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    number = np.arange(lengths.shape[1]) - (lengths.shape[1] - 1) / 2
    scale = np.sqrt((ranks**2).sum(axis=1) * (number**2).sum())
    return ranks @ number / np.maximum(scale, 1e-300)


def _ends(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean length (n,) over the first and over the last fifth of each path's steps."""
    count = lengths.shape[1] // PARTS
    return lengths[:, :count].mean(axis=1), lengths[:, -count:].mean(axis=1)
