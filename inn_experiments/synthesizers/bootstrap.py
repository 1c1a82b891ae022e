"""Plain copies of training rows: what a classifier gains from repetition alone."""

from __future__ import annotations

import numpy as np

from inn_experiments.synthesizers.classical import Classical


class Bootstrap(Classical):
    """Training rows of the wanted class drawn with replacement: the reference for every augmentation."""

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label]
        return rows[rng.integers(len(rows), size=count)]
