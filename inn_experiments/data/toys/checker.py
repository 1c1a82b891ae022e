"""The 2 x 2 checker: grey images of four values and their inverse, as small as a picture gets."""

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from inn_experiments.contracts.limits import NaturalInt, NonNegative, SeveralInt
from inn_experiments.data.toys.toy import Toy

PATTERNS = np.array([[200.0, 50.0, 50.0, 200.0], [50.0, 200.0, 200.0, 50.0]])
"""The pattern of "Inverse Diffusion and Latent Manifolds", Section 3, row by row, and its inverse."""

WHITE = 255.0


@dataclass
class Checker(Toy):
    """Rows of four grey values in 0..255: one of two patterns, in turn, and Gaussian noise; standardised.

    Args:
        noise: standard deviation in grey values, which are clipped at black and white.
    """

    name: ClassVar[str] = "checker"
    classes: ClassVar[tuple[str, ...]] = ("checker", "inverse")
    axis_name: ClassVar[str] = "pixel"

    noise: NonNegative = 10.0
    _: KW_ONLY
    rows: SeveralInt = 2000
    val_rows: NaturalInt = 500
    test_rows: SeveralInt = 1000
    fresh_rows: NaturalInt = 1000

    def draw(self, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Noisy patterns (rows, 4) and which of the two each is."""
        y = np.arange(rows) % len(PATTERNS)
        noise = np.random.default_rng(seed).normal(0.0, self.noise, (rows, PATTERNS.shape[1]))
        return np.clip(PATTERNS[y] + noise, 0.0, WHITE), y
