"""Vae: a class-conditional variational autoencoder whose decoder makes rows of the prior."""

from dataclasses import dataclass

import torch
from torch import Tensor

from inn_experiments.contracts.limits import NonNegative, PositiveInt
from inn_experiments.maths.moments import Moments
from inn_experiments.maths.samplers import drawn
from inn_experiments.nets.variational import VariationalAutoencoder
from inn_experiments.synthesizers.conditional import OnePass
from inn_experiments.training.batches import Batch
from inn_experiments.training.objectives import Evidence


@dataclass(eq=False)
class Vae(OnePass):
    """Encoder and decoder are told the class; rows are decoded from z ~ N(0, I) (Sohn, Lee and Yan 2015).

    Args:
        beta: weight of the divergence from the prior, 1 being the evidence bound.
        noise: sampled rows have the likelihood's noise, as the model says, and not the decoder's mean alone; None:
            unless rows are bounded, for spectra have exact zeros, of which the noise would leave half.
    """

    AFTERWARDS = ("noise",)

    latent: PositiveInt = 8
    beta: NonNegative = 1.0
    noise: bool | None = None

    @property
    def net(self) -> VariationalAutoencoder:
        """Both halves, once there is a network."""
        return self.networks["vae"]

    def _assemble(self) -> None:
        sizes = self.features, self._width, self.latent, self.hidden, self.layers
        self.networks["vae"] = VariationalAutoencoder(*sizes, self.about.bounded)

    def _set_units(self, moments: Moments) -> None:
        self.net.set_units(moments)

    def _objective(self, validation: Batch | None, draws: torch.Generator) -> Evidence:
        return Evidence(self.net, self.beta, draws, validation)

    def _rows(self, z: Tensor, c: Tensor, draws: torch.Generator) -> Tensor:
        x = self.net.decode(z, c)
        if not (not self.about.bounded if self.noise is None else self.noise):
            return x
        x = x + self.net.deviation * self.net.variance.sqrt() * drawn(x, draws)
        return x.clamp(0, 1) if self.about.bounded else x
