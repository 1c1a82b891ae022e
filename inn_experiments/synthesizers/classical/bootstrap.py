"""Plain copies of training rows: what a classifier gains from repetition alone."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.synthesizers.classical.base import Classical


@dataclass(eq=False)
class Bootstrap(Classical):
    """Training rows of the wanted class drawn with replacement: the reference for every augmentation.

    Args:
        replacement: false gives every row once, in random order, before any row twice, so that as many copies as there
            are rows double the class exactly.

    Example:
        >>> from inn_experiments.contracts import About, Rows
        >>> bootstrap = Bootstrap(replacement=False)
        >>> bootstrap.fit(Rows(np.array([[1.0], [2.0], [5.0]]), np.array([0, 0, 1])), About(), seed=0)
        >>> sorted(bootstrap.sample([0, 0, 1], seed=1).x[:, 0].tolist())
        [1.0, 2.0, 5.0]
    """

    replacement: bool = True

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label]
        if self.replacement:
            return rows[rng.integers(len(rows), size=count)]
        rounds = [rng.permutation(len(rows)) for _ in range(-(-count // len(rows)))]
        return rows[np.concatenate([np.empty(0, int), *rounds])[:count]]
