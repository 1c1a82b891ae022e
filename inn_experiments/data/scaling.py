"""The two normalisations: one scalar mean and deviation, or every row over its base peak."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from inn_experiments.data.checks import BLOCK, check_base_peak
from inn_experiments.maths.moments import blocks

WHOLE = 2**24
"""Values up to which a float64 copy of the rows is made."""


@dataclass(frozen=True)
class Standard:
    """One scalar mean and one scalar standard deviation for all values, so that a row keeps its shape."""

    mean: float
    std: float

    @classmethod
    def fit(cls, x: np.ndarray) -> Standard:
        """The statistics of the training rows `x` (n, d), in float64."""
        if x.size > WHOLE:
            return cls.streamed(x)
        values = np.asarray(x, dtype=np.float64)
        return cls(float(values.mean()), float(values.std()))

    @classmethod
    def streamed(cls, x: np.ndarray) -> Standard:
        """The same statistics of rows (n, d) but for their last digits, block by block."""
        mean = sum(float(block.sum(dtype=np.float64)) for block in blocks(x, BLOCK)) / x.size
        squares = sum(float(np.square(block.astype(np.float64) - mean).sum()) for block in blocks(x, BLOCK))
        return cls(mean, float(np.sqrt(squares / x.size)))

    def apply(self, x: np.ndarray) -> np.ndarray:
        """`(x - mean) / std` (n, d) float32."""
        return ((np.asarray(x, dtype=np.float64) - self.mean) / self.std).astype(np.float32)

    def undo(self, x: np.ndarray) -> np.ndarray:
        """`x * std + mean` (n, d) float32."""
        return (np.asarray(x, dtype=np.float64) * self.std + self.mean).astype(np.float32)

    def describe(self) -> dict[str, float]:
        """Its two numbers."""
        return asdict(self)


@dataclass(frozen=True)
class BasePeak:
    """Every row divided by its own maximum, the base peak; nothing is learned from other rows."""

    @classmethod
    def fit(cls, x: np.ndarray) -> BasePeak:
        """The scaling, whatever the training rows `x` (n, d)."""
        return cls()

    def apply(self, x: np.ndarray) -> np.ndarray:
        """`x / max(x)` row by row (n, d) float32, in [0, 1] where no intensity is negative."""
        values = np.asarray(x, dtype=np.float64)
        check_base_peak(values)
        return (values / values.max(axis=1, keepdims=True)).astype(np.float32)

    def undo(self, x: np.ndarray) -> np.ndarray:
        """The same rows: a base peak of 1 is a unit of its own, the absolute height is not modelled."""
        return np.asarray(x, dtype=np.float32)

    def describe(self) -> dict[str, float]:
        """No numbers."""
        return {}
