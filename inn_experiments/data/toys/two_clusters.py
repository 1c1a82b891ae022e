"""Two clusters in the plane, mirror images of each other, with (0, 0) halfway between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from inn_experiments.contracts.limits import NonNegative, Positive
from inn_experiments.data.toys.toy import Toy, one_class


@dataclass
class TwoClusters(Toy):
    """Points (n, 2) of one class, half about (centre, centre) and half about its opposite, standardised.

    Args:
        centre: a coordinate of the one centre.
        noise: standard deviation about either.
        rows, val_rows, test_rows, fresh_rows: as in `Toy`.
    """

    name: ClassVar[str] = "two_clusters"
    classes: ClassVar[tuple[str, ...]] = ("two_clusters",)

    centre: Positive = 3.0
    noise: NonNegative = 0.5

    @property
    def centres(self) -> np.ndarray:
        """The two centres (2, 2)."""
        return np.array([[-1.0, -1.0], [1.0, 1.0]]) * self.centre

    @property
    def manifold(self) -> Centres:
        """The two centres."""
        return Centres(self.centres)

    def draw(self, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Points (rows, 2) of the one class."""
        return one_class(cluster_points(rows, self.centres, self.noise, seed))


class Centres:
    """Two points as a `contracts.Manifold`: the places on it are 0 and 1.

    Args:
        points: (2, 2), the first being place 0.
    """

    near = 0.5

    def __init__(self, points: np.ndarray) -> None:
        self.points = points

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance (n,) of `points` (n, 2) to the nearer centre, and which one it is (n,), as 0.0 or 1.0.

        Raises:
            ValueError: other shapes.
        """
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"points must be (n, 2), got {points.shape}")
        distances = np.linalg.norm(points[:, None] - self.points, axis=2)
        return distances.min(axis=1), distances.argmin(axis=1).astype(np.float64)


def cluster_points(rows: int, centres: np.ndarray, noise: float, seed: int) -> np.ndarray:
    """`rows` points (n, 2) of scikit-learn's blobs, as many about the one of the `centres` as the other."""
    from sklearn.datasets import make_blobs

    if not rows:
        return np.zeros((0, 2))
    return make_blobs(rows, centers=centres, cluster_std=noise, random_state=seed % 2**32)[0]
