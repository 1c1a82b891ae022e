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


@runtime_checkable
class Diffusing(Protocol):
    """A synthesizer whose forward and reverse process can be watched, in the normalised units of rows."""

    def diffuse(self, x: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """(levels (T+1,), states (T+1, n, d)) of rows x (n, d) that noise is added to level by level."""

    def reverse(self, start: np.ndarray, y: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """(levels (k+1,), states (k+1, n, d)) of the sampler from `start` (n, d) down to rows of classes y (n,)."""

    def signal(self) -> np.ndarray:
        """Alpha at each level, (T+1,)."""

    def freshness(self) -> np.ndarray:
        """Of each step of `reverse` (k,): the deviation of its noise over the posterior's, up to a factor."""


@runtime_checkable
class Scoring(Diffusing, Protocol):
    """A diffusion whose network can be asked for the score: the gradient of the log density of states."""

    def standardised(self, x: np.ndarray) -> np.ndarray:
        """Rows x (n, d) in the units that noise is added in, where states are alpha x + sigma noise."""

    def score(self, states: np.ndarray, t: int, y: np.ndarray) -> np.ndarray:
        """-noise / sigma (n, d) float64, by the noise that is seen in `states` (n, d) at level t, in these units."""
