"""Two sets of rows compared along lines: random ones, and the first principal component."""

from __future__ import annotations

import numpy as np

DIRECTIONS = 100
BINS, ROWS_PER_BIN = 20, 5


def sliced_wasserstein(a: np.ndarray, b: np.ndarray, *, seed: int, directions: int = DIRECTIONS) -> float:
    """The Wasserstein-2 distance of `a` and `b` (n, d), root mean square over random directions; best 0.

    A shift of every feature by c gives about |c|, whatever d. Source: Bonneel et al. 2015.

    Raises:
        ValueError: the sets differ in size.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"both sets must have one shape, got {a.shape} and {b.shape}")
    lines = np.random.default_rng(seed).standard_normal((a.shape[1], directions))
    lines /= np.linalg.norm(lines, axis=0)
    gaps = np.sort(a @ lines, axis=0) - np.sort(b @ lines, axis=0)
    return float(np.sqrt(np.mean(gaps**2)))


def along(real: np.ndarray, other: np.ndarray) -> float:
    """Total variation between `other` (m, d) and `real` (n, d) along the first principal component of `real`.

    Bins hold equally many real rows, 20 of them or one per five rows; the outer ones are open. 0 is best, though other
    real rows get a little more for being finitely many; near 1: most of the component is never visited.
    """
    real, other = np.asarray(real, np.float64), np.asarray(other, np.float64)
    centre = real.mean(axis=0)
    component = np.linalg.svd(real - centre, full_matrices=False)[2][0]
    bins = max(2, min(BINS, len(real) // ROWS_PER_BIN))
    place = (real - centre) @ component
    edges = np.quantile(place, np.linspace(0, 1, bins + 1)[1:-1])
    shares = [
        np.bincount(np.searchsorted(edges, values, side="right"), minlength=bins) / len(values)
        for values in (place, (other - centre) @ component)
    ]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
