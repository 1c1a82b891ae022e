"""How far predicted rows are from their targets: pairwise errors and distances of distributions."""

from __future__ import annotations

import numpy as np

PSEUDO_COUNT = 0.5
"""Per bin: every logarithm stays finite, also where a collapsed prediction leaves bins empty."""


def direction_errors(prediction: np.ndarray, target: np.ndarray) -> dict[str, float]:
    """`mse` and `mae` of paired rows, `kl` and `fid` of the two sets of rows; lower is better, best 0.

    Args:
        prediction: rows (n, d) in normalised units.
        target: likewise; row i of one belongs to row i of the other.

    Raises:
        ValueError: the shapes differ.
    """
    prediction, target = np.asarray(prediction, np.float64), np.asarray(target, np.float64)
    if prediction.shape != target.shape:
        raise ValueError(f"prediction and target must have one shape, got {prediction.shape}, {target.shape}")
    difference = prediction - target
    return {
        "mse": float(np.mean(difference**2)),
        "mae": float(np.mean(np.abs(difference))),
        "kl": histogram_kl(prediction, target),
        "fid": frechet(prediction, target),
    }


def frechet(a: np.ndarray, b: np.ndarray, shrinkage: float = 1e-3) -> float:
    """The squared Frechet distance of Gaussian fits to `a` (n, d) and `b` (m, d); lower is better, best 0.

    `|mean_a - mean_b|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2)`, each covariance shrunk by `shrinkage` towards
    `tr(S)/d I`, so that fewer rows than features will do.

    Raises:
        ValueError: fewer than two rows on a side.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if min(len(a), len(b)) < 2:
        raise ValueError(f"frechet needs two rows on each side, got {len(a)} and {len(b)}")
    features = a.shape[1]
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    a, b = a - mean_a, b - mean_b
    level_a, level_b = (shrinkage * np.sum(z**2) / (len(z) - 1) / features for z in (a, b))
    squared_means = float(np.sum((mean_a - mean_b) ** 2))
    outside = 0.0
    if len(a) + len(b) < features:
        # Outside the span of the rows both covariances are multiples of I: solve inside it, add the rest.
        basis = np.linalg.qr(np.concatenate([a, b]).T)[0]
        a, b = a @ basis, b @ basis
        outside = (features - basis.shape[1]) * (np.sqrt(level_a) - np.sqrt(level_b)) ** 2
    covariance_a, covariance_b = (
        (1 - shrinkage) * z.T @ z / (len(z) - 1) + level * np.eye(z.shape[1])
        for z, level in ((a, level_a), (b, level_b))
    )
    values, vectors = np.linalg.eigh(covariance_a)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ covariance_b @ root), 0, None)).sum()
    traces = np.trace(covariance_a) + np.trace(covariance_b)
    return float(max(squared_means + traces - 2 * cross + outside, 0.0))


def histogram_kl(a: np.ndarray, reference: np.ndarray, bins: int = 20) -> float:
    """The sum over features of KL(reference || a) of smoothed histograms; lower is better, best 0.

    `a` (n, d) and `reference` (m, d) share `bins` equal bins over the reference's range, plus one open bin on either
    side for values that the reference never takes. Always finite, at most d log(2 m + bins + 2) or so.
    """
    a, reference = np.asarray(a, np.float64), np.asarray(reference, np.float64)
    low, high = reference.min(axis=0), reference.max(axis=0)
    # A constant feature gets a bin of its own width around its value.
    margin = np.where(high > low, 0.0, 1e-6 * np.maximum(np.abs(low), 1.0))
    low, high = low - margin, high + margin
    p, q = (_smoothed(rows, low, high, bins) for rows in (reference, a))
    return float(np.sum(p * np.log(p / q)))


def _smoothed(rows: np.ndarray, low: np.ndarray, high: np.ndarray, bins: int) -> np.ndarray:
    """Smoothed frequencies (d, bins + 2) of each feature of `rows` (n, d)."""
    features = rows.shape[1]
    position = np.floor((rows - low) / (high - low) * bins)
    # The upper edge belongs to the last closed bin, as in numpy.histogram.
    position = np.where(rows == high, bins - 1, np.clip(position, -1, bins)).astype(np.int64) + 1
    flat = position + np.arange(features) * (bins + 2)
    counts = np.bincount(flat.ravel(), minlength=features * (bins + 2)).reshape(features, bins + 2)
    return (counts + PSEUDO_COUNT) / (len(rows) + PSEUDO_COUNT * (bins + 2))
