"""What an autoencoder loses on real rows, beside the training mean and a linear map of the same width."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Encoding, Findings, Measure, Number, Quantity, Subject
from inn_experiments.measures.numbers.rows import at_most

RECONSTRUCTION = (
    Quantity("reconstruction/mse", "MSE reconstruction", "lower"),
    Quantity("reconstruction/share", "share of the error of the mean row", "lower"),
)
ROWS = 2000
"""Rows that the errors are taken over, and that the linear map is fitted to, at most."""


class Reconstruction(Measure):
    """The error of decode(encode(x)) on test rows, where the synthesizer has an autoencoder; in normalised units.

    mse: mean squared error; share: that over the error of the training rows' mean, 0 being lossless. References:
    `global_mean`, the training rows' mean; `pca`, their first principal components, as many as a latent has numbers or
    as the rows allow.
    """

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The errors, beside those of the references."""
        from sklearn.decomposition import PCA

        model, split = subject.synthesizer, subject.split
        if not isinstance(model, Encoding):
            return Findings()
        train, test = (rows.take(at_most(len(rows), ROWS, seed)) for rows in (split.train, split.test))
        latents = model.encode(test.x)
        found = model.decode(latents)
        components = min(latents.shape[1], len(train) - 1, train.x.shape[1])
        linear = PCA(components, random_state=seed % 2**32).fit(train.x)
        guesses = {
            "global_mean": np.broadcast_to(split.train.x.mean(axis=0), test.x.shape),
            "pca": linear.inverse_transform(linear.transform(test.x)),
        }
        errors = {name: _error(guess, test.x) for name, guess in guesses.items()}
        mse = _error(found, test.x)
        share = mse / max(errors["global_mean"], 1e-30)
        return Findings(
            [
                Number("test/reconstruction/mse", mse),
                Number("test/reconstruction/share", share),
                *(Number("test/reconstruction/mse", value, reference=name) for name, value in errors.items()),
            ]
        )


def _error(found: np.ndarray, wanted: np.ndarray) -> float:
    """The mean squared difference, summed in float64."""
    return float(np.square(found - wanted, dtype=np.float64).mean())
