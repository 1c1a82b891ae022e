"""Toy data: parts of any size, drawn anew for every seed, standardised by statistics of the training part."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from inn_experiments.contracts import Manifold, NaturalInt, PositiveInt, SeveralInt, Split, child_seed
from inn_experiments.data.division import Parts
from inn_experiments.data.source import ArrayRows


@dataclass(kw_only=True)
class Toy(ABC):
    """A source that draws the rows of every part: a subclass says how, and what its `manifold` is, if it has one.

    Args:
        rows, val_rows, test_rows, fresh_rows: sizes of train, val, test and fresh; none is fresh where it is 0.
    """

    name: ClassVar[str]
    classes: ClassVar[tuple[str, ...]]
    axis_name: ClassVar[str] = "coordinate"

    rows: SeveralInt = 10000
    val_rows: NaturalInt = 1000
    test_rows: PositiveInt = 5000
    fresh_rows: NaturalInt = 5000

    @property
    def manifold(self) -> Manifold | None:
        """What the rows scatter about; None where nothing is measured of it."""
        return None

    @abstractmethod
    def draw(self, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows x (rows, d) in units of their own and their labels y (rows,)."""

    def load(self, *, seed: int, cache: Path) -> Split:
        """The parts that `seed` draws; `cache` is not used."""
        sizes = {"train": self.rows, "val": self.val_rows, "test": self.test_rows, "fresh": self.fresh_rows}
        x, y = zip(*(self.draw(size, child_seed(seed, part)) for part, size in sizes.items()), strict=True)
        raw = ArrayRows(
            x=np.concatenate(x),
            y=np.concatenate(y),
            classes=self.classes,
            name=self.name,
            axis_name=self.axis_name,
            manifold=self.manifold,
            pool=f"{self.name} {seed}",
        )
        edges = np.cumsum(list(sizes.values()))
        return raw.split(Parts(*np.split(np.arange(edges[-1]), edges[:-1])))


def plane(points: np.ndarray) -> np.ndarray:
    """The `points` (n, 2) in float64; raises ValueError for other shapes."""
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points must be (n, 2), got {points.shape}")
    return points
