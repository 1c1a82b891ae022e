"""Places: one small network for all places of a row, told what is known of each, which then look at one another."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.contracts import EvenInt, NaturalInt, PositiveInt
from inn_experiments.nets.embeddings import Context


class Block(nn.Module):
    """h + out(SiLU(gain * in([h, mean of h over the places of its row]) + shift)); gain and shift are the level's."""

    def __init__(self, hidden: int, context: int) -> None:
        super().__init__()
        self.norm, self.enter = nn.LayerNorm(hidden), nn.Linear(2 * hidden, hidden)
        self.level, self.leave = nn.Linear(context, 2 * hidden), nn.Linear(hidden, hidden)

    def forward(self, h: Tensor, context: Tensor, row: Tensor, count: Tensor) -> Tensor:
        """States h (p, hidden) of places of rows (p,), of which row has count (n, 1); context (n, m)."""
        normed = self.norm(h)
        pooled = h.new_zeros(len(count), h.shape[1]).index_add(0, row, normed) / count
        gain, shift = self.level(context)[row].chunk(2, 1)
        inner = self.enter(torch.cat([normed, pooled[row]], 1)) * (1 + gain) + shift
        return h + self.leave(functional.silu(inner))


class Places(nn.Module):
    """One small network for all places: what it learns at one place and of one class, it knows at others.

    conditioning=context tells of a class by values at each place, which are read there. Of conditions z (n, k), as many
    whole rows as there are in k are such channels, and what is left is told to all places. Where all channels are 0
    there is nothing to predict from: the prediction is 0.

    Args:
        hidden: width of the state of a place.
        layers: times that places look at one another.
        reach: neighbours on each side that a place sees.
        embedding: width of the sinusoidal time table.

    Example:
        >>> net = Places(features=5, steps=10, conditions=10, hidden=8)
        >>> net(torch.zeros(3, 5), torch.arange(3), torch.ones(3, 10)).shape
        torch.Size([3, 5])
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        hidden: PositiveInt = 64,
        layers: PositiveInt = 2,
        reach: NaturalInt = 1,
        embedding: EvenInt = 32,
    ) -> None:
        super().__init__()
        self.channels, self.reach = conditions // features, reach
        self.context = Context(steps, embedding, conditions % features)
        self.enter = nn.Linear((1 + self.channels) * (2 * reach + 1) + 1, hidden)
        self.blocks = nn.ModuleList(Block(hidden, self.context.width) for _ in range(layers))
        self.gate, self.leave = nn.Linear(self.context.width, 1), nn.Linear(hidden, 1)
        self.register_buffer("positions", torch.linspace(-1, 1, features)[:, None], persistent=False)

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        n, d = x.shape
        if z is None:
            z = x.new_zeros(n, self.channels * d + self.context.conditions)
        z = z[:, None] if z.ndim == 1 else z
        beside, whole = z.split([self.channels * d, self.context.conditions], 1)
        context = self.context(t, whole).to(x.dtype)
        beside = beside.reshape(n, self.channels, d)
        row, place = (beside != 0).any(1).nonzero(as_tuple=True) if self.channels else _all(x)
        around = functional.pad(torch.cat([x[:, None], beside], 1), (self.reach, self.reach))
        seen = [around[row, :, place + step] for step in range(2 * self.reach + 1)]
        h = self.enter(torch.cat([*seen, self.positions[place]], 1))
        count = x.new_zeros(n, 1).index_add(0, row, x.new_ones(len(row), 1)).clamp(min=1)
        for block in self.blocks:
            h = block(h, context, row, count)
        value = self.leave(functional.silu(h))[:, 0] + self.gate(context)[row, 0] * x[row, place]
        return torch.zeros_like(x).index_put((row, place), value)


def _all(x: Tensor) -> tuple[Tensor, Tensor]:
    return torch.ones_like(x).nonzero(as_tuple=True)
