"""The ordinary autoencoder: both halves learn together to give the row back."""

from __future__ import annotations

from typing import Any

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

    Args: latent: m; epochs: of the joint training; the others as in `Halves`.
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
        **about: Any,
    ) -> None:
        super().__init__(trainer, layers, widths, batch, learning_rate, normalise, **about)
        self.latent, self.epochs = latent, epochs

    def training_key(self) -> dict[str, Any]:
        """What decides the trained weights beside rows, seed and trainer."""
        return super().training_key() | {"latent": self.latent, "epochs": self.epochs}

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        self._build(train.x.shape[1], self.latent, seed)
        rows = Moments.of(train.x)
        self.encoder.settle(rows.mean, rows.deviation or 1.0, torch.zeros(self.latent), 1.0)
        self.decoder.settle(0.0, 1.0, torch.from_numpy(rows.columns), rows.residual or 1.0)
        seen = torch.tensor(val.x[evenly(len(val))], dtype=torch.float32) if len(val) else None
        both = nn.Sequential(self.encoder, self.decoder)
        self._regress(
            "joint",
            both,
            train.x,
            lambda index: train.x[index],
            self.epochs,
            seed,
            None if seen is None else (seen, seen),
        )
