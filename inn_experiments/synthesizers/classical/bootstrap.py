"""Plain copies of training rows: what a classifier gains from repetition alone."""

from __future__ import annotations

import numpy as np

from inn_experiments.synthesizers.classical.base import Classical


class Bootstrap(Classical):
    """Training rows of the wanted class drawn with replacement: the reference for every augmentation.

    Args:
        replacement: false gives every row once, in random order, before any row twice, so that as many copies as there
            are rows double the class exactly.
    """

    def __init__(self, replacement: bool = True) -> None:
        super().__init__()
        self.replacement = replacement

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label]
        if self.replacement:
            return rows[rng.integers(len(rows), size=count)]
        rounds = [rng.permutation(len(rows)) for _ in range(-(-count // len(rows)))]
        return rows[np.concatenate([np.empty(0, int), *rounds])[:count]]
