"""Autoencoders of two halves, each a stack of linear layers whose widths fall, or rise; the ordinary one above all."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inn_experiments.autoencoders.base import Autoencoder
from inn_experiments.contracts import PositiveInt, Rows, child_seed
from inn_experiments.maths.moments import Moments, evenly
from inn_experiments.nets.autoencoders import LinearStack, falling_widths, rising_widths
from inn_experiments.training.trained import seeded


@dataclass(eq=False)
class Halves(Autoencoder):
    """An encoder and a decoder; a subclass says in `_train` how the two learn.

    Args:
        layers: of each half.
        widths: of the inner states of the encoder, which the decoder has in reverse; None for widths that fall
            linearly.
    """

    layers: PositiveInt = 9
    widths: list[PositiveInt] | None = None

    @property
    def encoder(self) -> LinearStack:
        """Rows to latents, once there is a network."""
        return self.networks["encoder"]

    @property
    def decoder(self) -> LinearStack:
        """Latents to rows, once there is a network."""
        return self.networks["decoder"]

    def _build(self, features: int, latent: int, seed: int, whitened: bool = False) -> None:
        if self.widths is None:
            falling = falling_widths(features, latent, self.layers)
            rising = rising_widths(latent, features, self.layers)
        else:
            falling = [features, *self.widths, latent]
            rising = falling[::-1]
        self.described = {"encoder": falling, "decoder": rising, "whitened": whitened}
        with seeded(child_seed(seed, "weights")):
            self._assemble()

    def _assemble(self) -> None:
        self.networks["encoder"] = LinearStack(self.described["encoder"])
        above = self.about.bounded, self.described["whitened"]
        self.networks["decoder"] = LinearStack(self.described["decoder"], *above)

    def _encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def _decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)


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
