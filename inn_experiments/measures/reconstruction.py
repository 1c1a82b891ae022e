"""What an autoencoder loses on real rows, beside the training mean and a linear map of the same width."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Encoding, Rows, Split
from inn_experiments.contracts.quantity import Quantity

RECONSTRUCTION = (
    Quantity("reconstruction/mse", "MSE reconstruction", "lower"),
    Quantity("reconstruction/share", "share of the error of the mean row", "lower"),
)
# Rows that the errors are taken over, and that the linear map is fitted to, at most.
ROWS = 2000


def score_reconstruction(
    model: Encoding, split: Split, *, seed: int
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """(metrics, baselines) of decode(encode(x)) on the test rows of `split`, in normalised units.

    mse: mean squared error; share: that over the error of the training rows' mean, 0 being lossless. Baselines:
    `global_mean`, the training rows' mean; `pca`, their first principal components, as many as a latent has
    numbers or as the rows allow.
    """
    from sklearn.decomposition import PCA

    train, test = few(split.train, seed), few(split.test, seed)
    latents = model.encode(test.x)
    found = model.decode(latents)
    components = min(latents.shape[1], len(train) - 1, train.x.shape[1])
    linear = PCA(components, random_state=seed % 2**32).fit(train.x)
    guesses = {
        "global_mean": np.broadcast_to(split.train.x.mean(axis=0), test.x.shape),
        "pca": linear.inverse_transform(linear.transform(test.x)),
    }
    baselines = {name: {"mse": error(guess, test.x)} for name, guess in guesses.items()}
    mse = error(found, test.x)
    metrics = {
        "test/reconstruction/mse": mse,
        "test/reconstruction/share": mse / max(baselines["global_mean"]["mse"], 1e-30),
    }
    return metrics, baselines


def few(rows: Rows, seed: int) -> Rows:
    """The rows, or a random ROWS of them."""
    if len(rows) <= ROWS:
        return rows
    return rows.take(np.sort(np.random.default_rng(seed).permutation(len(rows))[:ROWS]))


def error(found: np.ndarray, wanted: np.ndarray) -> float:
    """The mean squared difference, summed in float64."""
    return float(np.square(found - wanted, dtype=np.float64).mean())
