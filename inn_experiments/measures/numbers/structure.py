"""Scores of the rows of one class that see more than its moments, and what a second real sample leaves of them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from inn_experiments.contracts import kept_numbers
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.errors import frechet
from inn_experiments.measures.numbers.intervals import difference_of
from inn_experiments.measures.numbers.told import bounds_of, with_bounds
from inn_experiments.measures.numbers.two_samples import along, c2st, nearest, prdc, sliced_wasserstein


def structure(
    real: np.ndarray, arm: np.ndarray, train: np.ndarray, spread: float, cache: Path | None, seed: int
) -> dict[str, float]:
    """Scores of the rows `arm` (n, d) beside `real` (n, d), in the `spread` of the class, kept in `cache`."""

    def compute() -> dict[str, float]:
        neighbours = prdc(real, arm)
        return {
            **with_bounds("c2st", c2st(arm, real, seed=child_seed(seed, "c2st"))),
            "swd": sliced_wasserstein(arm, real, seed=child_seed(seed, "swd")) / spread,
            **{key: neighbours[key] for key in ("coverage", "precision")},
            "distance": float(nearest(arm, train).mean()),
            "along": along(real, arm),
            "frechet": frechet(arm, real) / spread**2,
        }

    return kept_numbers(cache, "geometry", (real, arm, train, float(spread), seed), compute)


def judged(rows: np.ndarray, real: np.ndarray, cache: Path | None, seed: int) -> dict[str, float]:
    """C2ST of `rows` (n, d) beside `real` (n, d), `judge` with its bounds, kept in `cache`."""
    content = rows, real, seed
    return kept_numbers(cache, "geometry", content, lambda: with_bounds("judge", c2st(rows, real, seed=seed)))


def over_second(scores: Mapping[str, Mapping[str, float]], key: str) -> dict[str, dict[str, float]]:
    """Arm -> `KEY_excess`, its C2ST `KEY` less that of the arm `second`, with bounds; of equally many rows each."""
    second = bounds_of(scores["second"], key)
    return {
        arm: with_bounds(f"{key}_excess", difference_of(bounds_of(own, key), second))
        for arm, own in scores.items()
        if arm != "second"
    }
