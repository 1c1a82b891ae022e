"""Precision, recall, density and coverage of synthetic rows, by nearest neighbours."""

from __future__ import annotations

import numpy as np

from inn_experiments.measures.numbers.distances import pairwise


def prdc(real: np.ndarray, synthetic: np.ndarray, k: int = 5) -> dict[str, float]:
    """Precision, recall, density and coverage of `synthetic` (m, d) against `real` (n, d); higher is better.

    A ball around each row reaches to its k-th nearest neighbour on its own side. precision: share of
    synthetic rows in a real ball; recall: share of real rows in a synthetic ball; density: real balls around
    a synthetic row over k (can exceed 1; 1 for real rows on average); coverage: share of real balls that hold
    a synthetic row. k is lowered where a side has k rows or fewer; ValueError below two. Source: Naeem et al.
    2020.
    """
    if min(len(real), len(synthetic)) < 2:
        raise ValueError(f"prdc needs two rows on each side, got {len(real)} and {len(synthetic)}")
    k = min(k, len(real) - 1, len(synthetic) - 1)
    real, synthetic = np.asarray(real, np.float64), np.asarray(synthetic, np.float64)
    real_radius, synthetic_radius = (_radius(rows, k) for rows in (real, synthetic))
    distance = pairwise(real, synthetic)
    in_real = distance < real_radius[:, None]
    return {
        "precision": float(in_real.any(axis=0).mean()),
        "recall": float((distance < synthetic_radius).any(axis=1).mean()),
        "density": float(in_real.sum(axis=0).mean() / k),
        "coverage": float(in_real.any(axis=1).mean()),
    }


def _radius(rows: np.ndarray, k: int) -> np.ndarray:
    """The distance (n,) of each of `rows` (n, d) to its k-th nearest neighbour, itself not counted."""
    distance = pairwise(rows, rows)
    np.fill_diagonal(distance, np.inf)
    return np.partition(distance, k - 1, axis=1)[:, k - 1]
