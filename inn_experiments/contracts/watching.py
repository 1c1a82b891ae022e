"""What can be watched of a synthesizer that denoises, beside what `parts` says of it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from inn_experiments.contracts.parts import Corrupted, Invertible
from inn_experiments.contracts.rows import About, Rows


@runtime_checkable
class Iterative(Invertible, Protocol):
    """An invertible synthesizer whose states between a corrupted row and a clean one can be seen (equation 1)."""

    def prepare(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Make the networks of what `fit` is told, and train none of them."""

    def iterates(self, corrupted: Corrupted) -> np.ndarray:
        """The corrupted rows and what each iteration made of them, (k+1, n, d)."""


@runtime_checkable
class Restoring(Protocol):
    """A synthesizer that takes rows into noise up to a level, and clean rows out of it, in normalised units."""

    def levels(self) -> int:
        """T, the last level."""

    def noised(self, x: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        """Rows x (n, d) of classes y (n,) corrupted to this level, (n, d)."""

    def restored(self, x_t: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        """The clean rows (n, d) that are seen in rows x_t (n, d) at this level; `y` (n,) where it is told classes."""
