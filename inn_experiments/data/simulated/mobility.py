"""What both simulators of ion mobility share: unbalanced classes, the width of a peak, and noise."""

import numpy as np

HALF_HEIGHT = 2.0 * np.sqrt(2.0 * np.log(2.0))
"""The width of a Gaussian peak at half its height, in standard deviations."""


def ladder(classes: int, imbalance: float, total: int) -> np.ndarray:
    """Rows of each class (C,), `total` in all, on a geometric ladder: `imbalance` times as many first as last.

    >>> ladder(3, 4.0, 70)
    array([40, 20, 10])
    """
    steps = float(imbalance) ** -(np.arange(classes) / max(1, classes - 1))
    # Rounding the cumulated counts keeps their sum exact.
    edges = np.round(np.cumsum(steps) / steps.sum() * total).astype(np.int64)
    return np.diff(edges, prepend=0)


def add_noise(clean: np.ndarray, electronic: float, rng: np.random.Generator) -> np.ndarray:
    """`clean` ions with Gaussian shot noise (variance: their number) and `electronic` noise, in their own precision."""
    deviation = np.sqrt(np.maximum(clean, 0) + clean.dtype.type(electronic**2))
    return clean + deviation * rng.standard_normal(clean.shape, dtype=clean.dtype)
