"""What the autoencoders of 2-D records share: transformer pairs that learn series, and the records' shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from inn_experiments.autoencoders.base import Autoencoder
from inn_experiments.autoencoders.normalisation import Kind
from inn_experiments.contracts import UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.moments import Moments, evenly
from inn_experiments.nets.series import SeriesDecoder, SeriesEncoder
from inn_experiments.training.trainer import Trainer

# Numbers that go through a network at once: inside it a series takes many times its own memory.
VALUES = 500_000


class Transformers(Autoencoder):
    """Pairs of a series encoder and a series decoder, each pair trained to give its series back; a subclass says
    which series of a record these are. A record's latent is a flattened d x d matrix.

    Args: latent: d; epochs: of each pair; width, blocks: of the transformers; the others as in `Autoencoder`.

    Raises UserError, when fitted, for rows that are no 2-D records, and for d above a side of the record.
    """

    def __init__(
        self,
        trainer: Trainer,
        latent: int,
        epochs: int,
        batch: int,
        learning_rate: float,
        width: int,
        blocks: int,
        normalise: Kind,
        **about: Any,
    ) -> None:
        super().__init__(trainer, batch, learning_rate, normalise, **about)
        self.latent, self.epochs, self.width, self.blocks = latent, epochs, width, blocks
        self.described: dict[str, dict[str, Any]] = {}

    def training_key(self) -> dict[str, Any]:
        """What decides the trained weights beside rows, seed and trainer."""
        return super().training_key() | {
            "latent": self.latent,
            "epochs": self.epochs,
            "width": self.width,
            "blocks": self.blocks,
            "shape": self.shape,
        }

    def _sides(self) -> tuple[int, int]:
        """Retention times m and drift times n of a record, where d fits into both."""
        if self.shape is None:
            raise UserError(
                f"autoencoder={self.name}: it takes 2-D records, and these data have none; choose "
                "data=records2d or data=gcims_simulated, or autoencoder=plain"
            )
        m, n = self.shape
        if self.latent > min(m, n):
            raise UserError(
                f"autoencoder.latent={self.latent}: a record has {m} retention times and {n} drift times, and "
                f"is to be encoded to fewer numbers on either side; give at most {min(m, n)}"
            )
        return m, n

    def _pair(self, part: str, length: int, latent: int, patch: int, bounded: bool, seed: int) -> None:
        """A new pair of networks (length -> latent -> length) that `part` names."""
        self.described[part] = {
            "length": length,
            "latent": latent,
            "patch": min(patch, length),
            "width": self.width,
            "blocks": self.blocks,
            "bounded": bounded,
        }
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(child_seed(seed, f"weights/{part}"))
            self._add(part)

    def _learn(self, part: str, series: np.ndarray, val: np.ndarray, seed: int) -> None:
        """Train the pair `part` on `series` (k, length); `val` are of the validation rows."""
        encoder, decoder = self.networks[f"{part}/encoder"], self.networks[f"{part}/decoder"]
        moments = Moments.of(series)
        background, deviation = torch.from_numpy(moments.columns), moments.residual or 1.0
        encoder.settle(background, deviation)
        decoder.settle(background, deviation)
        seen = torch.tensor(val[evenly(len(val))], dtype=torch.float32) if len(val) else None
        self._regress(
            part,
            nn.Sequential(encoder, decoder),
            series,
            lambda index: series[index],
            self.epochs,
            seed,
            None if seen is None else (seen, seen),
        )
        # A finished training that is read again leaves its networks in training mode, which rounds otherwise.
        encoder.eval()
        decoder.eval()

    def _use(self, network: str, rows: Tensor) -> Tensor:
        """The network's answer (k, m) to rows (k, l), some at a time."""
        net = self.networks[network]
        wide = max(self.described[network.split("/")[0]]["length"], 1)
        return torch.cat([net(part) for part in rows.split(max(1, VALUES // wide))])

    def _add(self, part: str) -> None:
        about = dict(self.described[part])
        bounded = about.pop("bounded")
        self.networks[f"{part}/encoder"] = SeriesEncoder(**about)
        self.networks[f"{part}/decoder"] = SeriesDecoder(**about, bounded=bounded)

    def _describe(self) -> dict[str, Any]:
        return {"shape": list(self.shape), "pairs": self.described}

    def _assemble(self, description: dict[str, Any]) -> None:
        self.shape, self.described, self.networks = tuple(description["shape"]), description["pairs"], {}
        for part in self.described:
            self._add(part)
