"""Autoencoders of two halves, each a stack of linear layers whose widths fall, or rise."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inn_experiments.autoencoders.base import Autoencoder
from inn_experiments.autoencoders.normalisation import Kind
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.nets.autoencoders import Half, falling_widths, rising_widths
from inn_experiments.training.trainer import Trainer


class Halves(Autoencoder):
    """An encoder and a decoder; a subclass says in `_train` how the two learn.

    Args: layers: of each half; widths: of the inner states of the encoder, which the decoder has in reverse,
    None for widths that fall linearly; the others as in `Autoencoder`.
    """

    def __init__(
        self,
        trainer: Trainer,
        layers: int,
        widths: list[int] | None,
        batch: int,
        learning_rate: float,
        normalise: Kind,
        **about: Any,
    ) -> None:
        super().__init__(trainer, batch, learning_rate, normalise, **about)
        self.layers, self.widths = layers, widths

    @property
    def encoder(self) -> Half | None:
        """Rows to latents, once there is a network."""
        return self.networks.get("encoder")

    @property
    def decoder(self) -> Half | None:
        """Latents to rows, once there is a network."""
        return self.networks.get("decoder")

    def training_key(self) -> dict[str, Any]:
        """What decides the trained weights beside rows, seed and trainer."""
        return super().training_key() | {"layers": self.layers, "widths": self.widths}

    def _build(self, features: int, latent: int, seed: int, whitened: bool = False) -> None:
        if self.widths is None:
            falling = falling_widths(features, latent, self.layers)
            rising = rising_widths(latent, features, self.layers)
        else:
            falling = [features, *self.widths, latent]
            rising = falling[::-1]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(child_seed(seed, "weights"))
            self._assemble({"encoder": falling, "decoder": rising, "whitened": whitened})

    def _describe(self) -> dict[str, Any]:
        return {
            "encoder": self.encoder.widths,
            "decoder": self.decoder.widths,
            "whitened": self.decoder.input_map is not None,
        }

    def _assemble(self, description: dict[str, Any]) -> None:
        self.networks = {
            "encoder": Half(description["encoder"]),
            "decoder": Half(description["decoder"], self.bounded, description["whitened"]),
        }

    def _encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def _decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)
