"""Copies of training rows with a little Gaussian noise."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import NonNegative, Rows, UserError
from inn_experiments.synthesizers.classical.base import Classical


@dataclass(eq=False)
class Jitter(Classical):
    """Copies with noise N(0, (scale * s_k)^2) on feature k, `s_k` its deviation over all training rows.

    Args:
        scale: the noise relative to that deviation.
    """

    scale: NonNegative = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.scale >= 0:
            raise UserError(f"generator jitter: scale is {self.scale}; it must be 0 or more, e.g. 0.1")

    def _learn(self, train: Rows) -> None:
        self.deviation = train.x.std(axis=0, dtype=np.float64).astype(np.float32)

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label]
        copies = rows[rng.integers(len(rows), size=count)]
        return copies + self.scale * self.deviation * rng.standard_normal(copies.shape, dtype=np.float32)
