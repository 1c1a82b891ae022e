"""Statistics of training rows that need not fit into memory a second time."""

from __future__ import annotations

import numpy as np

BLOCK = 4096


def mean_and_deviation(x: np.ndarray) -> tuple[float, float]:
    """The mean and standard deviation of all values of x (n, d), float64; the deviation 1 where there is none."""
    blocks = [slice(start, start + BLOCK) for start in range(0, len(x), BLOCK)]
    mean = sum(float(x[block].sum(dtype=np.float64)) for block in blocks) / x.size
    squares = sum(float(np.square(x[block] - mean, dtype=np.float64).sum()) for block in blocks)
    return mean, (squares / x.size) ** 0.5 or 1.0
