"""No autoencoder: the latent of a row is the row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from inn_experiments.contracts import Rows
from inn_experiments.training.trainer import Trainer


class Identity:
    """Rows as their own latents, with the interface of an autoencoder; there is nothing to train or to keep.

    Args: bounded: rows lie in [0, 1], so decoded ones are clipped to it; the others are what the program
    hands to every autoencoder, and are not used.
    """

    fitted = True
    parameters = 0
    seconds = 0.0

    def __init__(self, trainer: Trainer | None = None, bounded: bool = False, **about: Any) -> None:
        self.bounded, self.normalise = bounded, "scalar"
        self.curves: dict[str, tuple[list[int], list[float]]] = {}

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Nothing to learn."""

    def encode(self, x: np.ndarray) -> np.ndarray:
        """A copy of the rows x (n, d), float32."""
        return np.array(x, dtype=np.float32)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """The rows z (n, d), float32, clipped to [0, 1] where clean rows lie there."""
        rows = np.array(z, dtype=np.float32)
        return np.clip(rows, 0.0, 1.0, out=rows) if self.bounded else rows

    def training_key(self) -> dict[str, Any]:
        """What decides the trained weights: nothing."""
        return {"name": "identity"}

    def resume_in(self, folder: Path) -> None:
        """There is no training to resume."""

    def save(self, folder: Path) -> None:
        """There is nothing to write; the folder is made, as by every other autoencoder."""
        folder.mkdir(parents=True, exist_ok=True)

    def load(self, folder: Path) -> None:
        """There is nothing to read."""
