"""What a network is told beside the row: the level t, sinusoidally embedded, and any conditions z."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from inn_experiments.nets.precision import linear


class Context(nn.Module):
    """A fixed sinusoidal table over the levels 0..steps+1, with the conditions z appended where there are any.

    `embedding` is the width of the table, even; `conditions` that of z: 1 for a direction switch in {0, 1}, k for a
    conditioning vector, 0 for neither.
    """

    def __init__(self, steps: int, embedding: int, conditions: int) -> None:
        super().__init__()
        if embedding % 2:
            raise ValueError(f"embedding must be even (sine and cosine pairs), got {embedding}")
        self.conditions = conditions
        self.width = embedding + conditions
        time = torch.arange(steps + 2, dtype=torch.float64) / (steps + 1) * 1000
        frequency = torch.exp(-math.log(10_000) * torch.arange(embedding // 2) / (embedding // 2))
        angle = time[:, None] * frequency.double()
        self.register_buffer("table", torch.cat([angle.sin(), angle.cos()], 1).float(), persistent=False)

    def forward(self, t: Tensor, z: Tensor | None = None) -> Tensor:
        """(n, width) for levels t (n,) int64 and conditions z (n, k), or (n,) for one; None: all 0."""
        context = self.table[t]
        if not self.conditions:
            return context
        if z is None:
            z = context.new_zeros(len(context), self.conditions)
        return torch.cat([context, z.to(context.dtype).reshape(len(context), self.conditions)], 1)


def shifts(layer: nn.Linear, context: Tensor, widths: int | Sequence[int]) -> tuple[Tensor, ...]:
    """What `layer` makes of a context (n, k), in the context's precision, cut into pieces (n, width)."""
    return linear(layer, context).split(widths, dim=1)
