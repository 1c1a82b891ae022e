"""Encoder and decoder of series: patches as tokens, transformer blocks, one linear layer to or from the latent."""

import math
from typing import Annotated

import torch
from annotated_types import Ge, MultipleOf
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.maths.activations import UnitInterval

HEADS = 4
Width = Annotated[int, Ge(HEADS), MultipleOf(HEADS)]
"""Numbers of a token; every head of the attention takes an equal part of them."""


class SeriesEncoder(nn.Module):
    """Series (n, L) to latents (n, d), by transformer blocks.

    The series less its mean series, in units of one deviation, is cut into pieces of `patch` numbers, which a linear
    layer and a position turn into tokens of `width`; blocks; a linear layer over all tokens. The blocks normalise
    inside their branches alone, so that the heights of peaks reach the last layer by a linear way (Xiong et al. 2020).
    A last patch that is not full is filled up with the mean.
    """

    def __init__(self, length: int, latent: int, patch: int, width: int, blocks: int) -> None:
        super().__init__()
        self.length, self.patch, self.tokens = length, patch, math.ceil(length / patch)
        self.embedding = nn.Linear(patch, width)
        self.position = _positions(self.tokens, width)
        self.blocks = _blocks(width, blocks)
        self.summary = nn.Linear(self.tokens * width, latent)
        self.register_buffer("input_mean", torch.zeros(length))
        self.register_buffer("input_deviation", torch.tensor(1.0))

    def set_units(self, mean: Tensor, deviation: float) -> None:
        """Take the mean series (L,) and the deviation around it from training rows."""
        self.input_mean.copy_(mean)
        self.input_deviation.fill_(deviation)

    def forward(self, x: Tensor) -> Tensor:
        """(n, L) -> (n, d) float32, also where the products are computed in less."""
        state = (x - self.input_mean) / self.input_deviation
        state = functional.pad(state, (0, self.tokens * self.patch - self.length))
        tokens = self.embedding(state.unflatten(1, (self.tokens, self.patch))) + self.position
        return self.summary(self.blocks(tokens).flatten(1)).float()


class SeriesDecoder(nn.Module):
    """Latents (n, d) to series (n, L), the encoder's way back.

    What it ends in is scaled and added to a learnable background, so that training starts at the mean series.
    `bounded` outputs are clamped to [0, 1], the gradient passing as in `LinearStack`.
    """

    def __init__(self, latent: int, length: int, patch: int, width: int, blocks: int, bounded: bool) -> None:
        super().__init__()
        self.length, self.bounded, self.tokens = length, bounded, math.ceil(length / patch)
        self.spread = nn.Linear(latent, self.tokens * width)
        self.position = _positions(self.tokens, width)
        self.blocks = _blocks(width, blocks)
        self.piece = nn.Linear(width, patch)
        self.background = nn.Parameter(torch.zeros(length))
        self.register_buffer("output_deviation", torch.tensor(1.0))

    def set_units(self, background: Tensor, deviation: float) -> None:
        """Take the mean series (L,) and the deviation around it from training rows."""
        with torch.no_grad():
            self.background.copy_(background)
        self.output_deviation.fill_(deviation)

    def forward(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, L) float32."""
        tokens = self.blocks(self.spread(z).unflatten(1, (self.tokens, -1)) + self.position)
        state = self.piece(tokens).flatten(1)[:, : self.length].float()
        output = self.background + self.output_deviation * state
        return UnitInterval.apply(output) if self.bounded else output


class MeanMatrix(nn.Module):
    """The mean (m, d) of matrices, taken away on the way in and given back on the way out."""

    def __init__(self, m: int, d: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(m, d))

    def set_units(self, mean: Tensor) -> None:
        """Take the mean (m, d) of training matrices."""
        self.mean.copy_(mean)

    def forward(self, matrices: Tensor) -> Tensor:
        """What is left of matrices (k, m, d) without their mean."""
        return matrices - self.mean

    def back(self, centred: Tensor) -> Tensor:
        """The inverse of `forward`."""
        return centred + self.mean


def _positions(tokens: int, width: int) -> nn.Parameter:
    return nn.Parameter(0.02 * torch.randn(tokens, width))


def _blocks(width: int, count: int) -> nn.TransformerEncoder:
    block = nn.TransformerEncoderLayer(
        width, HEADS, dim_feedforward=2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    return nn.TransformerEncoder(block, count, enable_nested_tensor=False)
