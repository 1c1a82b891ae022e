"""The moments of the paper's Table 8, and rows that have them but no structure."""

import numpy as np

from inn_experiments.maths.principal import leading

ROWS_PER_FEATURE = 10
"""With fewer an empirical covariance is too uneven to be drawn from."""


def moments(x: np.ndarray) -> dict[str, float]:
    """`mean` and `std` over all values of `x` (n, d), `pc1` and `pc2`: shares of its own components.

    Shares are of the variance about the mean row, 0 where there is none. `spread`, which the paper lacks, is the
    standard deviation about the mean row: where the features' means differ far more than rows do, `std` is right for
    any generator that knows the mean row alone. Source: Table 8.
    """
    x = np.asarray(x, np.float64)
    centred = x - x.mean(axis=0)
    # The variance of equal rows is a rounding error, whose shares would mean nothing.
    varied = np.sum(centred**2) > 1e-24 * max(np.sum(x**2), 1e-300)
    shares = leading(centred, 2)[0] if varied else np.zeros(2)
    found = {"mean": x.mean(), "std": x.std(), "spread": centred.std(), "pc1": shares[0], "pc2": shares[1]}
    return {key: float(value) for key, value in found.items()}


def moment_errors(found: dict[str, float], real: dict[str, float], scale: float) -> dict[str, float]:
    """How far the `moments` of one set of rows are from those of real ones; lower is better, best 0.

    mean_error, std_error: absolute, over `scale`, the class' own standard deviation (0.01 is one per cent).
    spread_error: absolute, over the real rows' spread. pc1_error, pc2_error: absolute differences of shares.
    """
    scales = {"mean": scale, "std": scale, "spread": max(real["spread"], 1e-9 * scale)}
    return {f"{key}_error": abs(value - real[key]) / scales.get(key, 1.0) for key, value in found.items()}


def gaussian_rows(train: np.ndarray, count: int, *, seed: int) -> np.ndarray:
    """`count` rows from the Gaussian with the mean and covariance of `train` (n, d): no shape.

    What a generator that collapses a class to a blob would make. The covariance is the empirical one, or that of Ledoit
    and Wolf (2004) for fewer than ten rows per feature. Raises ValueError for fewer than two rows.
    """
    train = np.asarray(train, np.float64)
    if len(train) < 2:
        raise ValueError(f"a covariance needs two rows, got {len(train)}")
    if len(train) < ROWS_PER_FEATURE * train.shape[1]:
        from sklearn.covariance import ledoit_wolf

        covariance = ledoit_wolf(train)[0]
    else:
        covariance = np.atleast_2d(np.cov(train, rowvar=False))
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal(train.mean(axis=0), covariance, count, check_valid="ignore", method="eigh")
