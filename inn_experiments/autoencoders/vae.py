"""`autoencoder=vae`: a variational autoencoder; with generator=diffusion it is latent diffusion."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from inn_experiments.autoencoders.base import Autoencoder
from inn_experiments.autoencoders.normalisation import Kind
from inn_experiments.contracts import Rows
from inn_experiments.contracts.limits import NonNegative, Positive, PositiveInt
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.moments import Moments, evenly
from inn_experiments.nets.variational import VariationalAutoencoder
from inn_experiments.training.regression_batches import RegressionBatches
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.variational import VariationalModule

PART = "vae"


class Vae(Autoencoder):
    """Rows to the posterior's mean, and latents to the decoder's mean (Inverse Diffusion, Section 5).

    Args: latent: m; layers, hidden: linear layers of each half, and width of the inner ones; beta: weight of
    the divergence from the prior; epochs: of the training; the others as in `Autoencoder`.
    """

    def __init__(
        self,
        trainer: Trainer,
        latent: PositiveInt = 32,
        layers: PositiveInt = 3,
        hidden: PositiveInt = 256,
        beta: NonNegative = 1.0,
        epochs: PositiveInt = 300,
        batch: PositiveInt = 128,
        learning_rate: Positive = 1e-3,
        normalise: Kind = "scalar",
        **about: Any,
    ) -> None:
        super().__init__(trainer, batch, learning_rate, normalise, **about)
        self.latent, self.layers, self.hidden, self.beta, self.epochs = latent, layers, hidden, beta, epochs

    @property
    def name(self) -> str:
        return PART

    @property
    def net(self) -> VariationalAutoencoder:
        """Both halves, once there is a network."""
        return self.networks[PART]

    def training_key(self) -> dict[str, Any]:
        """What decides the trained weights beside rows, seed and trainer."""
        return super().training_key() | {
            "latent": self.latent,
            "layers": self.layers,
            "hidden": self.hidden,
            "beta": self.beta,
            "epochs": self.epochs,
        }

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(child_seed(seed, "weights"))
            self._assemble(
                {"features": train.x.shape[1], "latent": self.latent, "hidden": self.hidden, "layers": self.layers}
            )
        moments = Moments.of(train.x)
        columns = torch.from_numpy(moments.columns)
        self.net.settle(moments.mean, moments.deviation or 1.0, columns, moments.residual or 1.0)
        draws = self._draws(PART, seed)
        seen = torch.tensor(val.x[evenly(len(val))], dtype=torch.float32) if len(val) else None
        module = VariationalModule(
            self.net,
            self.learning_rate,
            self.trainer.weight_decay,
            self.epochs,
            self.batch,
            self.beta,
            "autoencoder.learning_rate",
            None if seen is None else (seen, seen[:, :0]),
            draws,
        )
        nothing = np.zeros((len(train), 0), np.float32)
        batches = RegressionBatches(train.x, lambda i: nothing[i], self.batch, draws)
        self._run(PART, self.net, module, batches, self.epochs)

    def _describe(self) -> dict[str, Any]:
        first, inner = self.net.encoder.widths[0], self.net.encoder.widths[1:-1]
        return {
            "features": first,
            "latent": self.net.encoder.widths[-1] // 2,
            "layers": len(inner) + 1,
            "hidden": inner[0] if inner else 1,
        }

    def _assemble(self, description: dict[str, Any]) -> None:
        self.networks = {PART: VariationalAutoencoder(conditions=0, bounded=self.bounded, **description)}

    def _encode(self, x: Tensor) -> Tensor:
        return self.net.encode(x, x[:, :0])[0]

    def _decode(self, z: Tensor) -> Tensor:
        return self.net.decode(z, z[:, :0])
