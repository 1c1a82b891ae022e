"""The Swiss roll in the plane, r = angle, and how far a point is from it and where along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from inn_experiments.contracts.limits import NonNegative
from inn_experiments.data.toys.toy import Toy, plane

START, END = 1.5 * np.pi, 4.5 * np.pi
"""The angles t at the ends of the roll (t cos t, t sin t), those of scikit-learn's make_swiss_roll."""

GRID, STEPS, BLOCK = 600, 8, 4096


@dataclass
class SwissRoll(Toy):
    """Points (n, 2) of one class on a spiral with Gaussian noise, standardised.

    Args:
        noise: standard deviation, in the spiral's own units.
    """

    name: ClassVar[str] = "swiss_roll"
    classes: ClassVar[tuple[str, ...]] = ("swiss_roll",)

    noise: NonNegative = 0.3

    @property
    def manifold(self) -> Roll:
        """The spiral without noise."""
        return Roll()

    def draw(self, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Points (rows, 2) of the one class."""
        return spiral_points(rows, self.noise, seed), np.zeros(rows, dtype=np.int64)


def spiral_points(rows: int, noise: float, seed: int) -> np.ndarray:
    """`rows` points (n, 2) of scikit-learn's Swiss roll, without the coordinate along which it is flat."""
    from sklearn.datasets import make_swiss_roll

    if not rows:
        return np.zeros((0, 2))
    points, _ = make_swiss_roll(rows, noise=noise, random_state=seed % 2**32)
    return points[:, [0, 2]]


def arc_length(angle: np.ndarray | float) -> np.ndarray:
    """Length of the spiral r = t from t = 0 to `angle`: (t sqrt(1 + t^2) + asinh t) / 2."""
    t = np.asarray(angle, dtype=np.float64)
    return 0.5 * (t * np.sqrt(1.0 + t**2) + np.arcsinh(t))


def project(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance (n,) of `points` (n, 2), in the roll's units, to the noise-free spiral, and the place on it.

    The place (n,) is the share of the spiral's length before the nearest point: 0 at the inner end, 1 at the
    outer one. The nearest point is the best of a grid of angles, refined by Newton's method within its cell.
    """
    points = plane(points)
    angles = [_nearest(points[start : start + BLOCK]) for start in range(0, len(points), BLOCK)]
    t = np.concatenate(angles) if angles else np.zeros(0)
    distance = np.linalg.norm(points - _on_spiral(t), axis=1)
    return distance, (arc_length(t) - arc_length(START)) / (arc_length(END) - arc_length(START))


class Roll:
    """The noise-free spiral as a `contracts.Manifold`; a twentieth of its length apart is the same place."""

    near = 0.05
    project = staticmethod(project)


def _on_spiral(t: np.ndarray) -> np.ndarray:
    return np.stack([t * np.cos(t), t * np.sin(t)], axis=1)


def _nearest(points: np.ndarray) -> np.ndarray:
    grid = np.linspace(START, END, GRID)
    curve = _on_spiral(grid)
    # |p - q|^2 without |p|^2, which is the same for every q of the curve.
    t = grid[np.argmin((curve**2).sum(axis=1) - 2.0 * points @ curve.T, axis=1)]
    low, high = np.maximum(t - (grid[1] - grid[0]), START), np.minimum(t + (grid[1] - grid[0]), END)
    x, y = points.T
    for _ in range(STEPS):
        along, across = x * np.cos(t) + y * np.sin(t), y * np.cos(t) - x * np.sin(t)
        slope, curvature = t - along - t * across, 1.0 - 2.0 * across + t * along
        t = np.clip(t - slope / np.maximum(curvature, 1e-9), low, high)
    return t
