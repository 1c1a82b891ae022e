"""A diffusion that can be watched: its states on both ways, and what its network says of them."""

from typing import Protocol, runtime_checkable

import numpy as np


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
