"""What an autoencoder loses on real rows, beside the training mean and a linear map of the same width."""

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
        components = min(latents.shape[1], len(train) - 1, train.x.shape[1])
        linear = PCA(components, random_state=seed % 2**32).fit(train.x)
        guesses = {
            None: model.decode(latents),
            "global_mean": np.broadcast_to(split.train.x.mean(axis=0), test.x.shape),
            "pca": linear.inverse_transform(linear.transform(test.x)),
        }
        errors = {name: float(np.square(x - test.x, dtype=np.float64).mean()) for name, x in guesses.items()}
        own, *others = (Number("test/reconstruction/mse", error, reference=name) for name, error in errors.items())
        share = own.value / max(errors["global_mean"], 1e-30)
        return Findings([own, Number("test/reconstruction/share", share), *others])
