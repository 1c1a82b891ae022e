"""A 1-D convolutional U-Net over the features as positions: spectra have neighbourhoods."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.contracts import EvenInt, Halvings, PositiveInt, UserError
from inn_experiments.nets.embeddings import Context

KERNEL = 5


class Block(nn.Module):
    """conv(SiLU(norm(h) + shift)): what a level adds to its state.

    The sum with the state, made by the network, keeps the amplitude, which the norm alone would remove.
    """

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(math.gcd(8, inputs), inputs)
        self.conv = nn.Conv1d(inputs, channels, KERNEL, padding=KERNEL // 2)

    def forward(self, h: Tensor, shift: Tensor) -> Tensor:
        """States h (n, inputs, positions), context per channel (n, inputs, 1) -> (n, channels, positions)."""
        return self.conv(functional.silu(self.norm(h) + shift))


class ConvUNet(nn.Module):
    """Convolutions at `levels` resolutions, each half as fine as the one above (the first: the row), and skips.

    The stem halves the resolution of the row once and the head doubles it again (two outputs per position):
    at full resolution a convolution would cost more than all the others together. A second input channel
    holds the position from -1 to 1: in a spectrum it matters where a peak stands. Rows of any width are
    padded to a multiple of 2**levels and cropped again. There is no backward walk: halving the resolution
    has no inverse.

    Raises:
        UserError: where channels or levels is less than 1.

    Example:
        >>> net = ConvUNet(features=9, steps=10, conditions=1, channels=8)
        >>> net(torch.zeros(5, 9), torch.arange(5), torch.ones(5)).shape
        torch.Size([5, 9])
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        channels: PositiveInt = 32,
        levels: Halvings = 2,
        embedding: EvenInt = 32,
    ) -> None:
        super().__init__()
        for name, value in {"channels": channels, "levels": levels}.items():
            if value < 1:
                raise UserError(f"network.{name} must be at least 1, got {value}")
        self.features, self.padding = features, -features % 2**levels
        positions = torch.linspace(-1, 1, features + self.padding).reshape(1, 1, -1)
        self.register_buffer("positions", positions, persistent=False)
        inner = range(levels - 1)
        self.stem = nn.Conv1d(2, channels, KERNEL, stride=2, padding=KERNEL // 2)
        self.encoder = nn.ModuleList(Block(channels, channels) for _ in inner)
        self.down = nn.ModuleList(nn.Conv1d(channels, channels, 2, stride=2) for _ in inner)
        self.middle = Block(channels, channels)
        self.decoder = nn.ModuleList(Block(2 * channels, channels) for _ in inner)
        self.head = nn.Conv1d(channels, 2, KERNEL, padding=KERNEL // 2)
        self.context = Context(steps, embedding, conditions)
        self.shift_widths = [channels] * levels + [2 * channels] * (levels - 1)
        self.shift = nn.Linear(self.context.width, sum(self.shift_widths))

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        shifts = iter(self.shift(self.context(t, z)).unsqueeze(2).split(self.shift_widths, dim=1))
        row = functional.pad(x.unsqueeze(1), (0, self.padding), mode="replicate")
        h = self.stem(torch.cat([row, self.positions.expand_as(row)], dim=1))
        skips = []
        for block, down in zip(self.encoder, self.down, strict=True):
            h = h + block(h, next(shifts))
            skips.append(h)
            h = down(h)
        h = h + self.middle(h, next(shifts))
        for block in self.decoder:
            skip = skips.pop()
            h = functional.interpolate(h, scale_factor=2, mode="nearest")
            h = h + skip + block(torch.cat([h, skip], dim=1), next(shifts))
        return self.head(h).transpose(1, 2).flatten(1)[:, : self.features]
