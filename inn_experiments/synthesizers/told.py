"""What a generator is told of the class of a row, and how it sees rows: here, the class' line of a table."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import Rows, child_seed
from inn_experiments.maths.moments import Moments

Bound = Tensor | float
Streams = list[tuple[np.ndarray, torch.Generator]]
"""Places (m,) of rows that are made together, and the chance that they are made of."""


class Told(Protocol):
    """Conditions of rows, and how rows are seen by somebody who knows their condition.

    Attributes:
        teaching: (m,) the training rows that something can be learned of.
    """

    teaching: np.ndarray

    def of(self, labels: np.ndarray, draws: torch.Generator, own: np.ndarray | None = None) -> Tensor:
        """Conditions (n, k) of rows of classes (n,); own (n,): which training rows these are, if they are."""

    def units(self, seed: int) -> tuple[float, float]:
        """Mean and deviation of what is seen of training rows."""

    def inward(self, x: Tensor, z: Tensor) -> Tensor:
        """What is seen of rows x (n, d), told z (n, k)."""

    def outward(self, seen: Tensor, z: Tensor) -> Tensor:
        """The rows (..., n, d) of which that is seen."""

    def bounds(self, low: float, high: float, z: Tensor) -> tuple[Bound, Bound]:
        """The ends of what is seen of rows that lie between two values."""

    def streams(self, y: np.ndarray, seed: int) -> Streams:
        """Rows of classes y (n,), by the chance that they are made of."""


class Table:
    """A condition (C, k) for each class; rows are seen as they are."""

    def __init__(self, table: np.ndarray, train: Rows | None = None) -> None:
        self.table, self.train = torch.from_numpy(table), train
        self.teaching = np.arange(len(train) if train else 0)

    def of(self, labels: np.ndarray, draws: torch.Generator, own: np.ndarray | None = None) -> Tensor:
        """The classes' lines (n, k); nothing is drawn."""
        return self.table[torch.from_numpy(labels)]

    def units(self, seed: int) -> tuple[float, float]:
        """Mean and deviation of all values."""
        moments = Moments.of(self.train.x)
        return moments.mean, moments.deviation or 1.0

    def inward(self, x: Tensor, z: Tensor) -> Tensor:
        """The rows."""
        return x

    def outward(self, seen: Tensor, z: Tensor) -> Tensor:
        """The rows."""
        return seen

    def bounds(self, low: float, high: float, z: Tensor) -> tuple[Bound, Bound]:
        """The values themselves."""
        return low, high

    def streams(self, y: np.ndarray, seed: int) -> Streams:
        """One for all."""
        return [(np.arange(len(y)), torch.Generator().manual_seed(child_seed(seed, "sample")))]
