"""The ordinary autoencoder: both halves learn together to give the row back."""

from __future__ import annotations

import torch
from torch import nn

from inn_experiments.autoencoders.halves import Halves
from inn_experiments.autoencoders.normalisation import Kind
from inn_experiments.contracts import Rows
from inn_experiments.contracts.limits import Positive, PositiveInt
from inn_experiments.maths.moments import Moments, evenly
from inn_experiments.training.trainer import Trainer


class Plain(Halves):
    """Minimises |x - D(E(x))|^2 over both halves (paper, Section 3, its first formula); no chemistry enters.

    Args:
        trainer, layers, widths, batch, learning_rate, normalise: as in `Halves`.
        latent: m.
        epochs: of the joint training.
    """

    def __init__(
        self,
        trainer: Trainer,
        latent: PositiveInt = 512,
        layers: PositiveInt = 9,
        widths: list[PositiveInt] | None = None,
        epochs: PositiveInt = 100,
        batch: PositiveInt = 256,
        learning_rate: Positive = 3e-4,
        normalise: Kind = "scalar",
    ) -> None:
        super().__init__(trainer, layers, widths, batch, learning_rate, normalise)
        self.latent, self.epochs = latent, epochs

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        self._build(train.x.shape[1], self.latent, seed)
        rows, seen = Moments.of(train.x), val.x[evenly(len(val))]
        self.encoder.set_units(rows.mean, rows.deviation or 1.0, torch.zeros(self.latent), 1.0)
        self.decoder.set_units(0.0, 1.0, torch.from_numpy(rows.columns), rows.residual or 1.0)
        both = nn.Sequential(self.encoder, self.decoder)
        self._regress("joint", both, train.x, lambda index: train.x[index], self.epochs, seed, (seen, seen))
