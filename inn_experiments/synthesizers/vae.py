"""Vae: a class-conditional variational autoencoder whose decoder makes rows of the prior."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inn_experiments.contracts.limits import NonNegative, PositiveInt
from inn_experiments.maths.moments import Moments
from inn_experiments.maths.samplers import drawn
from inn_experiments.nets.variational import VariationalAutoencoder
from inn_experiments.synthesizers.one_pass import OnePass
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.variational import VariationalModule


class Vae(OnePass):
    """Encoder and decoder are told the class; rows are decoded from z ~ N(0, I) (Sohn, Lee and Yan 2015).

    Args: beta: weight of the divergence from the prior, 1 being the evidence bound; noise: sampled rows have
    the likelihood's noise, as the model says, and not the decoder's mean alone; None: unless rows are
    bounded, for spectra have exact zeros, of which the noise would leave half; the others as in `OnePass`.
    """

    def __init__(
        self,
        conditioning: Any,
        trainer: Trainer,
        latent: PositiveInt = 8,
        hidden: PositiveInt = 256,
        layers: PositiveInt = 3,
        beta: NonNegative = 1.0,
        noise: bool | None = None,
        **about: Any,
    ) -> None:
        super().__init__(conditioning, trainer, latent, hidden, layers, **about)
        self.beta, self.noise = beta, noise

    @property
    def net(self) -> VariationalAutoencoder:
        """Both halves, once there is a network."""
        return self.networks["vae"]

    def training_key(self) -> dict[str, Any]:
        """What this generator adds to what decides the trained weights; `noise` does not."""
        return super().training_key() | {"beta": self.beta}

    def _assemble(self) -> None:
        self.networks["vae"] = VariationalAutoencoder(
            self.features, self.table.shape[1], self.latent, self.hidden, self.layers, self.bounded
        )

    def _settle(self, moments: Moments) -> None:
        columns = torch.from_numpy(moments.columns)
        self.net.settle(moments.mean, moments.deviation or 1.0, columns, moments.residual or 1.0)

    def _module(self, validation: tuple[Tensor, Tensor] | None, draws: torch.Generator) -> VariationalModule:
        settings = self.trainer
        return VariationalModule(
            self.net,
            settings.learning_rate,
            settings.weight_decay,
            settings.epochs,
            settings.batch,
            self.beta,
            "trainer.learning_rate",
            validation,
            draws,
        )

    def _rows(self, z: Tensor, c: Tensor, draws: torch.Generator) -> Tensor:
        x = self.net.decode(z, c)
        if not (not self.bounded if self.noise is None else self.noise):
            return x
        x = x + self.net.deviation * self.net.variance.sqrt() * drawn(x, draws)
        return x.clamp(0, 1) if self.bounded else x
