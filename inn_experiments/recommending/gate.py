"""The gate of fidelity: rows that are told from real ones with certainty, however they score."""

from collections.abc import Sequence

import numpy as np

from inn_experiments.measures.numbers.intervals import CERTAIN, Bounded, bounded_share

SURELY = 0.8
"""Told with certainty are so many of the rows: CERTAIN in the mean, and surely more than this many."""


def pooled(told: Sequence[tuple[float, int]], rows: int) -> Bounded | None:
    """C2ST over several scenes with an interval; None where there is none.

    Args:
        told: of each scene the score and its pairs.
        rows: different ones that were held out; pairs of the same row count once.
    """
    if not told:
        return None
    scores, pairs = np.array(told).T
    return bounded_share(float(np.average(scores, weights=pairs)), float(min(pairs.sum(), rows)))


def certain(found: Bounded | None) -> bool:
    """Whether rows are told from real ones with certainty.

    >>> certain(Bounded(1.0, 0.806, 1.0)), certain(Bounded(1.0, 0.7, 1.0)), certain(Bounded(0.9, 0.85, 0.95))
    (True, False, False)
    """
    return found is not None and found.value >= CERTAIN and found.low > SURELY
