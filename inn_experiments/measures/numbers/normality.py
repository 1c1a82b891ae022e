"""How far rows are from a Gaussian: by their characteristic function, and by the fourth moment."""

import numpy as np


def whitened(x: np.ndarray) -> np.ndarray:
    """Rows x (n, d) with their own mean and covariance taken out, n > d; directions without variance stay at 0."""
    x = np.asarray(x, np.float64)
    centred = x - x.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(x))
    scale = np.sqrt(np.maximum(values, 1e-12 * max(float(values[-1]), 1e-300)))
    return centred @ (vectors / scale) @ vectors.T


def bhep(z: np.ndarray) -> float:
    """Distance of rows z (n, d) from N(0, I), n times a weighted one of characteristic functions; 0 is best.

    Of `whitened` rows it is the statistic of Baringhaus, Henze, Epps and Pulley, which sees every departure from
    normality and no affine map; its width is that of Henze and Zirkler 1990 (equations 2.1 and 2.4).

    Example:
        >>> z = np.random.default_rng(0).normal(size=(400, 2))
        >>> bhep(z) < 1 < bhep(np.sign(z))
        True
    """
    n, d = z.shape
    width = (n * (2 * d + 1) / 4) ** (2 / (d + 4)) / 2
    squares = (z**2).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2 * z @ z.T, 0)
    within = np.exp(-width / 2 * apart).sum() / n
    across = 2 * (1 + width) ** (-d / 2) * np.exp(-width / (2 * (1 + width)) * squares).sum()
    return float(within - across + n * (1 + 2 * width) ** (-d / 2))


def excess_kurtosis(z: np.ndarray) -> float:
    """Mardia's kurtosis of `whitened` rows z (n, d) over that of a Gaussian, less 1: 0 of one, below 0 of flat rows."""
    d = z.shape[1]
    return float(((z**2).sum(axis=1) ** 2).mean() / (d * (d + 2)) - 1)
