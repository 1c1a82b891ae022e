"""Peaks of 2-D records: where they are, how far each stands out, and which of two records belong together."""

import numpy as np

SECOND = np.array([[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]])
"""The mixed second difference, which a plane, and any sum of a function of row and one of column, is 0 under."""

MEDIAN = 0.6745
"""The median of the magnitude of a standard normal number."""


def noise_level(records: np.ndarray) -> float:
    """The standard deviation of the white noise in records (n, m, d), of which peaks are the smaller part.

    It is the median of the mixed second differences' magnitude, over what it is for noise of deviation 1 (Immerkaer
    1996, with a median in place of the mean, which peaks would raise).

    >>> round(noise_level(2.0 * np.random.default_rng(0).normal(size=(4, 50, 50))), 1)
    2.0
    """
    from scipy.ndimage import convolve

    found = [np.abs(convolve(record.astype(np.float64), SECOND)[1:-1, 1:-1]) for record in records]
    return float(np.median(found)) / (MEDIAN * float(np.sqrt(np.square(SECOND).sum())))


def peaks(record: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """(places (p, 2), prominences (p,)) of the local maxima of a record (m, d) that stand out by `least` or more.

    The prominence is the height over the highest saddle on a way to a higher place; that of the highest place is its
    height over the lowest one. Places are rows and columns, eight to a neighbourhood; the highest peak comes first.

    Values are visited from the highest down. One without visited neighbours begins a peak; one between two peaks is
    the saddle at which the lower of them ends.
    """
    m, d = record.shape
    order = np.argsort(-record, axis=None, kind="stable")
    # A margin, so that no neighbour has to be looked for.
    wide = d + 2
    margin = (order // d + 1) * wide + order % d + 1
    around = (-wide - 1, -wide, -wide + 1, -1, 1, wide - 1, wide, wide + 1)
    owner = [-1] * ((m + 2) * wide)
    above: list[int] = []
    tops: list[int] = []
    prominence: list[float] = []
    heights = record.ravel()[order].tolist()
    for rank, (place, height) in enumerate(zip(margin.tolist(), heights, strict=True)):
        met = {_root(above, owner[place + step]) for step in around if owner[place + step] >= 0}
        if not met:
            owner[place] = len(above)
            above.append(len(above))
            tops.append(rank)
            prominence.append(height - heights[-1])
            continue
        # Peaks are numbered from the highest down.
        owner[place] = highest = min(met)
        for ended in met - {highest}:
            above[ended] = highest
            prominence[ended] = heights[tops[ended]] - height
    found = np.array(prominence)
    kept = np.flatnonzero((found >= least) & (found > 0))
    places = order[np.array(tops, dtype=np.int64)[kept]]
    return np.stack([places // d, places % d], axis=1), found[kept]


def _root(above: list[int], peak: int) -> int:
    while above[peak] != peak:
        above[peak] = above[above[peak]]
        peak = above[peak]
    return peak


def matched(first: np.ndarray, second: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices (k,) and (k,) of the places (p, 2) and (q, 2) that belong together, each to one at most.

    As many pairs as can be are formed of places at most `reach` bins apart along either axis, and of all ways to do
    so, the one with the least sum of squared distances.

    >>> [index.tolist() for index in matched(np.array([[0, 0], [9, 9]]), np.array([[8, 9], [5, 5], [0, 1]]), 2.0)]
    [[0, 1], [2, 0]]
    """
    from scipy.optimize import linear_sum_assignment

    gaps = np.abs(first[:, None, :] - second[None, :, :]).astype(np.float64)
    near = gaps.max(axis=2, initial=0.0) <= reach
    # One pair more is worth more than all distances together.
    far = 4.0 * reach**2 * (min(near.shape) + 1) + 1.0
    rows, columns = linear_sum_assignment(np.where(near, np.square(gaps).sum(axis=2), far))
    kept = near[rows, columns]
    return rows[kept], columns[kept]
