"""What the autoencoders of 2-D records share: transformer pairs that learn series, and the records' shape."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from inn_experiments.autoencoders.base import Autoencoder
from inn_experiments.contracts import Positive, PositiveInt, UserError, child_seed
from inn_experiments.maths.moments import Moments, evenly
from inn_experiments.nets.series import SeriesDecoder, SeriesEncoder, Width
from inn_experiments.training.trained import seeded

# Numbers that go through a network at once: inside it a series takes many times its own memory.
VALUES = 500_000


@dataclass(eq=False)
class Transformers(Autoencoder):
    """Pairs of a series encoder and a series decoder, each pair trained to give its series back.

    A subclass says which series of a record these are. A record's latent is a flattened d x d matrix.

    Args:
        latent: d.
        epochs: of each pair.
        width, blocks: of the transformers.
    """

    learning_rate: Positive = 1e-3
    latent: PositiveInt = 16
    width: Width = 32
    blocks: PositiveInt = 1
    epochs: PositiveInt = 50

    def _sides(self) -> tuple[int, int]:
        """Retention times m and drift times n of a record; raises UserError where there are none, or d is larger."""
        if self.about.shape is None:
            raise UserError(
                f"autoencoder={self.name}: it takes 2-D records, and these data have none; choose "
                "data=records2d or data=gcims_simulated, or autoencoder=plain"
            )
        m, n = self.about.shape
        if self.latent > min(m, n):
            raise UserError(
                f"autoencoder.latent={self.latent}: a record has {m} retention times and {n} drift times, and "
                f"is to be encoded to fewer numbers on either side; give at most {min(m, n)}"
            )
        return m, n

    def _pair(self, part: str, length: int, latent: int, patch: int, bounded: bool, seed: int) -> None:
        """A new pair of networks (length -> latent -> length) that `part` names."""
        sizes = {"length": length, "latent": latent, "patch": min(patch, length)}
        self.described[part] = {**sizes, "width": self.width, "blocks": self.blocks, "bounded": bounded}
        with seeded(child_seed(seed, f"weights/{part}")):
            self._add(part)

    def _learn(self, part: str, series: np.ndarray, val: np.ndarray, seed: int) -> None:
        """Train the pair `part` on `series` (k, length); `val` are of the validation rows."""
        encoder, decoder = self.networks[f"{part}/encoder"], self.networks[f"{part}/decoder"]
        moments = Moments.of(series)
        background, deviation = torch.from_numpy(moments.columns), moments.residual or 1.0
        encoder.set_units(background, deviation)
        decoder.set_units(background, deviation)
        both, seen = nn.Sequential(encoder, decoder), val[evenly(len(val))]
        self._regress(part, both, series, lambda index: series[index], self.epochs, seed, (seen, seen))

    def _use(self, network: str, rows: Tensor) -> Tensor:
        """The network's answer (k, m) to rows (k, l), some at a time."""
        net = self.networks[network]
        wide = max(self.described[network.split("/")[0]]["length"], 1)
        return torch.cat([net(part) for part in rows.split(max(1, VALUES // wide))])

    def _assemble(self) -> None:
        for part in self.described:
            self._add(part)

    def _add(self, part: str) -> None:
        shape = dict(self.described[part])
        bounded = shape.pop("bounded")
        self.networks[f"{part}/encoder"] = SeriesEncoder(**shape)
        self.networks[f"{part}/decoder"] = SeriesDecoder(**shape, bounded=bounded)
