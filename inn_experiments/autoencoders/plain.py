"""The ordinary autoencoder: both halves learn together to give the row back."""

from dataclasses import dataclass

import torch
from torch import nn

from inn_experiments.autoencoders.halves import Halves
from inn_experiments.contracts import Rows
from inn_experiments.contracts.limits import PositiveInt
from inn_experiments.maths.moments import Moments, evenly


@dataclass(eq=False)
class Plain(Halves):
    """Minimises |x - D(E(x))|^2 over both halves (paper, Section 3, its first formula); no chemistry enters.

    Args:
        latent: m.
        epochs: of the joint training.
    """

    latent: PositiveInt = 512
    epochs: PositiveInt = 100

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        self._build(train.x.shape[1], self.latent, seed)
        rows, seen = Moments.of(train.x), val.x[evenly(len(val))]
        self.encoder.set_units(rows.mean, rows.deviation or 1.0, torch.zeros(self.latent), 1.0)
        self.decoder.set_units(0.0, 1.0, torch.from_numpy(rows.columns), rows.residual or 1.0)
        both = nn.Sequential(self.encoder, self.decoder)
        self._regress("joint", both, train.x, lambda index: train.x[index], self.epochs, seed, (seen, seen))
