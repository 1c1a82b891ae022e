"""Two clusters in the plane, mirror images of each other, with (0, 0) halfway between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split
from inn_experiments.contracts.limits import NaturalInt, NonNegative, Positive, PositiveInt, SeveralInt
from inn_experiments.data.toys.toy import one_class, toy_split


class TwoClusters:
    """Points (n, 2) of one class, half about (centre, centre) and half about its opposite, standardised.

    rows, val_rows, test_rows, fresh_rows: sizes of train, val, test and fresh, all drawn anew for every seed;
    centre: a coordinate of the one centre; noise: standard deviation about either.
    """

    def __init__(
        self,
        rows: SeveralInt = 10000,
        val_rows: NaturalInt = 1000,
        test_rows: PositiveInt = 5000,
        fresh_rows: NaturalInt = 5000,
        centre: Positive = 3.0,
        noise: NonNegative = 0.5,
    ) -> None:
        self.sizes = {"train": rows, "val": val_rows, "test": test_rows, "fresh": fresh_rows}
        self.centres = np.array([[-1.0, -1.0], [1.0, 1.0]]) * centre
        self.noise = float(noise)

    def load(self, *, seed: int, cache: Path) -> Split:
        """The parts that `seed` draws; `cache` is not used."""
        return toy_split(
            "two_clusters",
            ("two_clusters",),
            self.sizes,
            lambda size, part: one_class(cluster_points(size, self.centres, self.noise, part)),
            seed=seed,
            axis_name="coordinate",
            manifold=Centres(self.centres),
        )


class Centres:
    """Two points as a `contracts.Manifold`: the places on it are 0 and 1.

    Args: points: (2, 2), the first being place 0.
    """

    near = 0.5

    def __init__(self, points: np.ndarray) -> None:
        self.points = points

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance (n,) of `points` (n, 2) to the nearer centre, and which one it is (n,), as 0.0 or 1.0.

        Raises ValueError for other shapes.
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
