"""`autoencoder=vae`: a variational autoencoder; with generator=diffusion it is latent diffusion."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inn_experiments.autoencoders.base import Autoencoder
from inn_experiments.contracts import NonNegative, Positive, PositiveInt, Rows, child_seed
from inn_experiments.maths.moments import Moments, evenly
from inn_experiments.nets.variational import VariationalAutoencoder
from inn_experiments.training.batches import looked_up
from inn_experiments.training.objectives import Evidence
from inn_experiments.training.trained import seeded

PART = "vae"


@dataclass(eq=False)
class Vae(Autoencoder):
    """Rows to the posterior's mean, and latents to the decoder's mean (Inverse Diffusion, Section 5).

    Args:
        latent: m.
        layers, hidden: linear layers of each half, and width of the inner ones.
        beta: weight of the divergence from the prior.
    """

    batch: PositiveInt = 128
    learning_rate: Positive = 1e-3
    latent: PositiveInt = 32
    layers: PositiveInt = 3
    hidden: PositiveInt = 256
    beta: NonNegative = 1.0
    epochs: PositiveInt = 300

    @property
    def net(self) -> VariationalAutoencoder:
        """Both halves, once there is a network."""
        return self.networks[PART]

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        sizes = {"latent": self.latent, "hidden": self.hidden, "layers": self.layers}
        self.described = {"features": train.x.shape[1], **sizes}
        with seeded(child_seed(seed, "weights")):
            self._assemble()
        self.net.set_units(Moments.of(train.x))
        draws = self._draws(PART, seed)
        seen = torch.tensor(val.x[evenly(len(val))], dtype=torch.float32)
        objective = Evidence(self.net, self.beta, draws, (seen, seen[:, :0]) if len(seen) else None)
        nothing = np.zeros((len(train), 0), np.float32)
        draw = looked_up(train.x, lambda index: nothing[index])
        self._run(PART, objective, train.x, draw, self.epochs, draws)

    def _assemble(self) -> None:
        self.networks[PART] = VariationalAutoencoder(conditions=0, bounded=self.about.bounded, **self.described)

    def _encode(self, x: Tensor) -> Tensor:
        return self.net.encode(x, x[:, :0])[0]

    def _decode(self, z: Tensor) -> Tensor:
        return self.net.decode(z, z[:, :0])
