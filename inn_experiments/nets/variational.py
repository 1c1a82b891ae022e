"""A variational autoencoder of rows, and the two parts of its evidence bound (Kingma and Welling 2014)."""

import math

import torch
from torch import Tensor, nn

from inn_experiments.maths.moments import Moments
from inn_experiments.nets.autoencoders import LinearStack

# Log variances of the posterior beyond these are rounding, or a training that is about to diverge.
LOG_VARIANCES = -20.0, 10.0
# The noise level follows the mean squared error of so many batches, about.
BATCHES = 20
# Least variance of the noise, of standardised rows: a perfect reconstruction has no finite likelihood.
LEAST_NOISE = 1e-6


class VariationalAutoencoder(nn.Module):
    """q(z | x, c) and p(x | z, c), diagonal Gaussians, and the standard normal prior of z.

    The likelihood has one noise level, and its best value for the decoder at hand is the mean squared error
    (sigma-VAE: Rybkin, Daniilidis and Levine 2021): here a running mean over batches, `variance`, of rows
    standardised with one mean and one deviation. So the evidence weighs reconstruction and divergence. Each half has
    `layers`; `bounded`: decoded rows lie in [0, 1].
    """

    def __init__(
        self, features: int, conditions: int, latent: int, hidden: int, layers: int, bounded: bool = False
    ) -> None:
        super().__init__()
        inner = [hidden] * (layers - 1)
        self.encoder = LinearStack([features + conditions, *inner, 2 * latent])
        self.decoder = LinearStack([latent + conditions, *inner, features], bounded)
        for name, value in (("mean", 0.0), ("deviation", 1.0), ("variance", 0.0)):
            self.register_buffer(name, torch.tensor(value))

    def set_units(self, moments: Moments) -> None:
        """Take the units of rows from the statistics of training rows."""
        self.mean.fill_(moments.mean)
        self.deviation.fill_(moments.deviation or 1.0)
        self.decoder.set_units(0.0, 1.0, torch.from_numpy(moments.columns), moments.residual or 1.0)

    def encode(self, x: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the posterior, (n, m) each, of rows x (n, d) under conditions c (n, k)."""
        mean, log_variance = self.encoder(torch.cat([(x - self.mean) / self.deviation, c], 1)).chunk(2, 1)
        return mean, log_variance.clamp(*LOG_VARIANCES)

    def decode(self, z: Tensor, c: Tensor) -> Tensor:
        """Mean rows (n, d) of latents z (n, m) under conditions c (n, k)."""
        return self.decoder(torch.cat([z, c], 1))

    def squares(self, x: Tensor, decoded: Tensor) -> Tensor:
        """Squared errors (n,) of standardised rows, summed over the features."""
        return ((x - decoded) / self.deviation).square().sum(1)

    @torch.no_grad()
    def follow(self, squares: Tensor, features: int) -> None:
        """Move the noise level towards that of a batch with these squared errors (n,)."""
        now = squares.mean() / features
        # The first batch sets it.
        share = torch.where(self.variance > 0, 1 / BATCHES, 1.0)
        self.variance.lerp_(now, share).clamp_(min=LEAST_NOISE)

    def surprise(self, squares: Tensor, features: int) -> Tensor:
        """-log p(x | z, c) (n,) in nats, of standardised rows with these squared errors (n,)."""
        return 0.5 * (squares / self.variance + features * torch.log(2 * math.pi * self.variance))


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, I)) (n,) in nats, of (n, m) each (Kingma and Welling 2014, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)
