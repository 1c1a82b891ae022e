"""Euclidean distances between sets of wide rows, by matrix products, exact where they are small."""

from __future__ import annotations

import numpy as np

BLOCK = 4096
# Rows that come into question as the nearest one: the product formula may confuse the closest of them.
CANDIDATES = 4


def nearest(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The distance (n,) of each of `rows` (n, d) to the closest of `others` (m, d).

    |a|^2 + |b|^2 - 2 a b finds the candidates; of small distances it loses all digits, so the candidates'
    are formed from differences.
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


def pairwise(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """All distances (n, m) between `a` (n, d) and `b` (m, d); of rows that nearly agree only about 7 digits less."""
    from sklearn.metrics import euclidean_distances

    return euclidean_distances(np.asarray(a, np.float64), np.asarray(b, np.float64))
