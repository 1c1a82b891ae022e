"""Two clusters in the plane, mirror images of each other, with (0, 0) halfway between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from inn_experiments.contracts.limits import NonNegative, Positive
from inn_experiments.data.toys.toy import Toy, plane


@dataclass
class TwoClusters(Toy):
    """Points (n, 2) of one class, half about (centre, centre) and half about its opposite, standardised.

    Args:
        centre: a coordinate of the one centre.
        noise: standard deviation about either.
    """

    name: ClassVar[str] = "two_clusters"
    classes: ClassVar[tuple[str, ...]] = ("two_clusters",)

    centre: Positive = 3.0
    noise: NonNegative = 0.5

    @property
    def manifold(self) -> Centres:
        """The two centres."""
        return Centres(np.array([[-1.0, -1.0], [1.0, 1.0]]) * self.centre, self.noise)

    def draw(self, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Points (rows, 2) of the one class."""
        from sklearn.datasets import make_blobs

        y, centres = np.zeros(rows, dtype=np.int64), self.manifold.points
        if not rows:
            return np.zeros((0, 2)), y
        return make_blobs(rows, centers=centres, cluster_std=self.noise, random_state=seed % 2**32)[0], y


@dataclass(frozen=True, eq=False)
class Centres:
    """Two `points` (2, 2) as a `contracts.Mixture`: the places on it are 0, for the first, and 1."""

    points: np.ndarray
    noise: float
    near: ClassVar[float] = 0.5

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance (n,) of `points` (n, 2) to the nearer centre, and which one it is (n,), as 0.0 or 1.0."""
        distances = np.linalg.norm(plane(points)[:, None] - self.points, axis=2)
        return distances.min(axis=1), distances.argmin(axis=1).astype(np.float64)
