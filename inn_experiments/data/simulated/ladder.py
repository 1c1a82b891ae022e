"""Unbalanced classes: their sizes on a geometric ladder."""

from __future__ import annotations

import numpy as np


def ladder(classes: int, imbalance: float, total: int) -> np.ndarray:
    """Rows of each class (C,), `total` in all: `imbalance` times as many of the first as of the last.

    >>> ladder(3, 4.0, 70)
    array([40, 20, 10])
    """
    steps = float(imbalance) ** -(np.arange(classes) / max(1, classes - 1))
    # Rounding the cumulated counts keeps their sum exact.
    edges = np.round(np.cumsum(steps) / steps.sum() * total).astype(np.int64)
    return np.diff(edges, prepend=0)
