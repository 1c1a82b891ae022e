"""Nearest neighbours among wide rows: exact small distances, and precision, recall, density and coverage."""

from __future__ import annotations

import numpy as np

BLOCK = 4096
# Rows that come into question as the nearest one: the product formula may confuse the closest of them.
CANDIDATES = 4


def nearest(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The distance (n,) of each of `rows` (n, d) to the closest of `others` (m, d).

    |a|^2 + |b|^2 - 2 a b finds the candidates; of small distances it loses all digits, so the candidates' are formed
    from differences.
    """
    rows = np.asarray(rows, np.float64)
    best = np.full(len(rows), np.inf)
    for start in range(0, len(others), BLOCK):
        block = np.asarray(others[start : start + BLOCK], np.float64)
        rough = np.square(block).sum(axis=1) - 2 * rows @ block.T
        count = min(CANDIDATES, len(block))
        for index in np.argpartition(rough, count - 1, axis=1)[:, :count].T:
            best = np.minimum(best, np.linalg.norm(rows - block[index], axis=1))
    return best


def prdc(real: np.ndarray, synthetic: np.ndarray, k: int = 5) -> dict[str, float]:
    """Precision, recall, density and coverage of synthetic rows; higher is better.

    A ball around each row reaches to its k-th nearest neighbour on its own side. precision: share of synthetic rows in
    a real ball; recall: share of real rows in a synthetic ball; density: real balls around a synthetic row over k (can
    exceed 1; 1 for real rows on average); coverage: share of real balls that hold a synthetic row. Source: Naeem et
    al. 2020.

    Args:
        real: rows (n, d).
        synthetic: rows (m, d).
        k: lowered where a side has k rows or fewer.

    Raises:
        ValueError: a side has fewer than two rows.
    """
    if min(len(real), len(synthetic)) < 2:
        raise ValueError(f"prdc needs two rows on each side, got {len(real)} and {len(synthetic)}")
    k = min(k, len(real) - 1, len(synthetic) - 1)
    real, synthetic = np.asarray(real, np.float64), np.asarray(synthetic, np.float64)
    real_radius, synthetic_radius = (_radius(rows, k) for rows in (real, synthetic))
    distance = _pairwise(real, synthetic)
    in_real = distance < real_radius[:, None]
    return {
        "precision": float(in_real.any(axis=0).mean()),
        "recall": float((distance < synthetic_radius).any(axis=1).mean()),
        "density": float(in_real.sum(axis=0).mean() / k),
        "coverage": float(in_real.any(axis=1).mean()),
    }


def _radius(rows: np.ndarray, k: int) -> np.ndarray:
    """The distance (n,) of each of `rows` (n, d) to its k-th nearest neighbour, itself not counted."""
    distance = _pairwise(rows, rows)
    np.fill_diagonal(distance, np.inf)
    return np.partition(distance, k - 1, axis=1)[:, k - 1]


def _pairwise(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """All distances (n, m), by products: of rows that nearly agree only about 7 digits less."""
    from sklearn.metrics import euclidean_distances

    return euclidean_distances(a, b)
