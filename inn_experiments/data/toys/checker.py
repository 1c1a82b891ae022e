"""The 2 x 2 checker: grey images of four values and their inverse, as small as a picture gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split
from inn_experiments.contracts.limits import NaturalInt, NonNegative, SeveralInt
from inn_experiments.data.toys.toy import toy_split

PATTERNS = np.array([[200.0, 50.0, 50.0, 200.0], [50.0, 200.0, 200.0, 50.0]])
"""The pattern of "Inverse Diffusion and Latent Manifolds", Section 3, row by row, and its inverse."""

WHITE = 255.0


class Checker:
    """Rows of four grey values in 0..255: one of two patterns, in turn, and Gaussian noise; standardised.

    rows, val_rows, test_rows, fresh_rows: sizes of train, val, test and fresh, all drawn anew for every seed;
    noise: standard deviation in grey values, which are clipped at black and white.
    """

    def __init__(
        self,
        rows: SeveralInt = 2000,
        val_rows: NaturalInt = 500,
        test_rows: SeveralInt = 1000,
        fresh_rows: NaturalInt = 1000,
        noise: NonNegative = 10.0,
    ) -> None:
        self.sizes = {"train": rows, "val": val_rows, "test": test_rows, "fresh": fresh_rows}
        self.noise = float(noise)

    def load(self, *, seed: int, cache: Path) -> Split:
        """The parts that `seed` draws; `cache` is not used."""
        classes = ("checker", "inverse")
        return toy_split("checker", classes, self.sizes, self._draw, seed=seed, axis_name="pixel")

    def _draw(self, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        y = np.arange(rows) % len(PATTERNS)
        noise = np.random.default_rng(seed).normal(0.0, self.noise, (rows, PATTERNS.shape[1]))
        return np.clip(PATTERNS[y] + noise, 0.0, WHITE), y
