"""Float64 statistics of float32 rows, read in blocks, so that no second copy of the rows is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

# Rows that are read, or go through a network, at once where nothing is learned.
BLOCK = 4096

# Directions with less than this share of the largest variance are taken for rounding rather than structure.
LEAST_VARIANCE = 1e-4


@dataclass(frozen=True)
class Moments:
    """Means and deviations of rows (n, d).

    Attributes:
        columns: the mean of each column, (d,).
        mean, deviation: of all values.
        residual: what is left of that deviation around the columns' means.
    """

    columns: np.ndarray
    mean: float
    deviation: float
    residual: float

    @classmethod
    def of(cls, x: np.ndarray) -> Self:
        """The statistics of x (n, d)."""
        columns = sum(part.sum(axis=0, dtype=np.float64) for part in blocks(x)) / len(x)
        mean = float(columns.mean())
        variance = sum(float(np.square(part - mean, dtype=np.float64).sum()) for part in blocks(x)) / x.size
        return cls(columns, mean, variance**0.5, max(variance - float(columns.var()), 0.0) ** 0.5)


def whitening(x: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The map (d, d) after which the principal directions of x (n, d), less its means (d,), weigh the same.

    With eigenvalues l of the covariance, direction i is divided by sqrt(l_i + LEAST_VARIANCE max l); all are
    scaled to a mean variance of 1. Rows that do not differ get the identity.
    """
    covariance = sum((part - columns).T @ (part - columns) for part in blocks(x)) / len(x)
    values, vectors = np.linalg.eigh(covariance)
    if not values[-1] > 0:
        return np.eye(len(values))
    values = values.clip(min=0)
    floored = values + LEAST_VARIANCE * values[-1]
    return vectors / np.sqrt(floored * (values / floored).mean())


def blocks(rows: np.ndarray, size: int = BLOCK) -> Iterator[np.ndarray]:
    """The rows (n, d) in order, as views of at most `size` rows."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def evenly(count: int) -> np.ndarray:
    """At most BLOCK indices, evenly over `count` rows."""
    return np.linspace(0, count - 1, min(count, BLOCK)).astype(np.int64)
