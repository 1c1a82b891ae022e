"""What a network is told beside the row: the level t, sinusoidally embedded, and the direction switch z."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Context(nn.Module):
    """A fixed sinusoidal table over the levels 0..steps+1, with z in {0, 1} appended where directions is True.

    Args: steps: T; embedding: width of the table, even; directions: whether the network has a switch.
    """

    def __init__(self, steps: int, embedding: int, directions: bool) -> None:
        super().__init__()
        if embedding % 2:
            raise ValueError(f"embedding must be even (sine and cosine pairs), got {embedding}")
        self.directions = directions
        self.width = embedding + int(directions)
        time = torch.arange(steps + 2, dtype=torch.float64) / (steps + 1) * 1000
        frequency = torch.exp(-math.log(10_000) * torch.arange(embedding // 2) / (embedding // 2))
        angle = time[:, None] * frequency.double()
        self.register_buffer("table", torch.cat([angle.sin(), angle.cos()], 1).float(), persistent=False)

    def forward(self, t: Tensor, z: Tensor | None = None) -> Tensor:
        """(n, width) for levels t (n,) int64 and switches z (n,), None meaning all 0."""
        context = self.table[t]
        if not self.directions:
            return context
        switch = context.new_zeros(len(context), 1) if z is None else z.to(context.dtype)[:, None]
        return torch.cat([context, switch], 1)
