"""Where on the manifold points end: at home, at the nearest place, off it, or at either of two places."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Number
from inn_experiments.measures.claims import mean, share
from inn_experiments.measures.numbers.intervals import mean_interval, paired_interval

PERMUTATIONS = 999
# A point further from the manifold than this share of training rows counts as off it.
INSIDE = 0.99


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
    from scipy.stats import permutation_test

    def matched(shuffled: np.ndarray, axis: int) -> np.ndarray:
        return (np.abs(shuffled - last) < near).mean(axis=axis)

    test = permutation_test(
        (first,),
        matched,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        axis=-1,
        random_state=np.random.default_rng(seed),
    )
    return share(key, text, same_place(first, last, near), chance_of_same(first, last, near), float(test.pvalue))


def difference(key: str, text: str, first: np.ndarray, second: np.ndarray) -> list[Number]:
    """How much more often `first` than `second` (n,), booleans over the same points, is true.

    The interval is paired; p is of McNemar's exact test: a point where only one is true is either with 1/2.
    """
    from scipy.stats import binomtest

    value, half = paired_interval(first, second)
    only, other = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    p = float(binomtest(only, only + other).pvalue) if only + other else 1.0
    return mean(key, text, value, half, chance=0.0, p=p, n=len(first))


def off_manifold(ends: np.ndarray, fresh: np.ndarray, train: np.ndarray) -> list[Number]:
    """How far restored points are from the manifold, beside real points that nothing was done to.

    p is of a rank test, and of Fisher's exact one.

    Args:
        ends: distances (n,) of the restored points.
        fresh: distances (m,) of real points.
        train: distances of the training rows, which alone say what counts as off the manifold.
    """
    from scipy.stats import fisher_exact, mannwhitneyu

    limit = np.quantile(train, INSIDE)
    out, real = ends > limit, fresh > limit
    table = [[int(part.sum()), int((~part).sum())] for part in (out, real)]
    return [
        *share(
            "off_manifold",
            f"ends further off than {100 * INSIDE:g} % of training rows; chance: real points",
            out,
            float(real.mean()),
            float(fisher_exact(table).pvalue),
        ),
        *mean(
            "distance",
            "distance of the ends to the manifold; chance: of real points",
            *mean_interval(ends),
            chance=float(fresh.mean()),
            p=float(mannwhitneyu(ends, fresh).pvalue),
            n=len(ends),
        ),
    ]


def second_place(key: str, text: str, places: np.ndarray) -> list[Number]:
    """The share of paths that end at the second of two places (n,), 0 or 1, against a fair coin, exactly."""
    from scipy.stats import binomtest

    hits = places > 0.5
    return share(key, text, hits, 0.5, float(binomtest(int(hits.sum()), len(hits)).pvalue))
