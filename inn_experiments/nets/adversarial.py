"""The two players of a GAN, both told the class: one makes rows, the other tells them from real ones."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from inn_experiments.nets.autoencoders import LinearStack

# Of the discriminator's leaky ReLU (Radford et al. 2016): the other player learns through it.
SLOPE = 0.2


class Generator(nn.Module):
    """G: latent vectors and conditions to rows, through a `LinearStack` of `layers` in the units of the rows.

    `bounded` rows lie in [0, 1], reached by a clamp that the gradient passes inwards.
    """

    def __init__(
        self, features: int, latent: int, conditions: int, hidden: int, layers: int, bounded: bool = False
    ) -> None:
        super().__init__()
        self.stack = LinearStack([latent + conditions, *[hidden] * (layers - 1), features], bounded)

    def forward(self, z: Tensor, c: Tensor) -> Tensor:
        """Rows (n, d) of latent vectors z (n, m) and conditions c (n, k)."""
        return self.stack(torch.cat([z, c], 1))


class Discriminator(nn.Module):
    """The logit of D(x): how much likelier a row is real than generated, given its condition.

    logit = w . h(x) + (V c) . h(x): the condition asks of the features what it wants (projection
    discriminator: Miyato and Koyama 2018, equation 3). Rows are standardised with one mean and one deviation,
    which `set_units` sets.

    There are two `layers` at least. With `spectral`, each is divided by its largest singular value (Miyato et al.
    2018), so that D cannot be steeper than its activations are.
    """

    def __init__(self, features: int, conditions: int, hidden: int, layers: int, spectral: bool = False) -> None:
        super().__init__()
        limited = spectral_norm if spectral else nn.Identity()
        widths = [features, *[hidden] * (layers - 1)]
        self.layers = nn.ModuleList(limited(nn.Linear(*pair)) for pair in pairwise(widths))
        self.head = limited(nn.Linear(hidden, 1))
        self.projection = limited(nn.Linear(conditions, hidden, bias=False)) if conditions else None
        self.register_buffer("mean", torch.tensor(0.0))
        self.register_buffer("deviation", torch.tensor(1.0))

    def set_units(self, mean: float, deviation: float) -> None:
        """Take the units of rows from training rows."""
        self.mean.fill_(mean)
        self.deviation.fill_(deviation)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """Logits (n,) float32 of rows x (n, d) under conditions c (n, k)."""
        state = (x - self.mean) / self.deviation
        for layer in self.layers:
            state = functional.leaky_relu(layer(state), SLOPE)
        logit = self.head(state)[:, 0].float()
        return logit if self.projection is None else logit + (self.projection(c) * state).float().sum(1)
