"""Intervals over test rows that take part in several comparisons at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RESAMPLES = 1000


def interval_over_rows(
    outcomes: Sequence[tuple[int, np.ndarray]], *, seed: int, signed: bool = False
) -> tuple[float, float, float]:
    """(mean, low, high): the mean over comparisons of their rows' means, with a 95 % percentile interval.

    `outcomes` are (class, values (n_class,)) of comparisons; those of one class are of the same rows in the
    same order, and these are drawn again together, within their class. A bootstrap of equal values sees no
    error: shares that are all 0 or all 1 get Wilson's interval for their number of different rows; where they
    are `signed`, differences of two shares, it opens to both sides of 0.
    """
    from scipy.stats import binomtest

    rng = np.random.default_rng(seed)
    sizes = {label: len(values) for label, values in outcomes}
    weights = {label: rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n for label, n in sorted(sizes.items())}
    mean = float(np.mean([values.mean() for _, values in outcomes]))
    every = np.concatenate([values for _, values in outcomes])
    if np.ptp(every) == 0 and every[0] in (0.0, 1.0):
        rows = sum(sizes.values())
        bounds = binomtest(int(every[0]) * rows, rows).proportion_ci(method="wilson")
        return mean, -float(bounds.high) if signed and mean == 0 else float(bounds.low), float(bounds.high)
    drawn = np.mean([weights[label] @ values for label, values in outcomes], axis=0)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return mean, float(low), float(high)
