"""Coupling: each half of a row moved by the other in turn, undone exactly and as cheaply as it is done."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.contracts.limits import EvenInt, PositiveInt
from inn_experiments.maths.inverses import Inverter
from inn_experiments.nets.embeddings import Context
from inn_experiments.nets.precision import linear


class Shift(nn.Module):
    """What is added to one half of a row: a linear map of the other half whose terms an MLP of it opens and closes.

    The right shift of a class is often a linear one, and which class it is needs the MLP: neither has to imitate the
    other. Classes differ in their covariances, so the MLP is given squares of linear maps too, as a quadratic
    discriminant has them; far out, where a walk may begin, these grow no faster than the row does.
    """

    def __init__(self, kept: int, moved: int, context: int, hidden: int, depth: int) -> None:
        super().__init__()
        self.context = nn.Linear(context, hidden)
        self.inner = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(depth))
        # A row of one value has no other half: its shift depends on the context alone.
        self.enter = nn.Linear(kept, hidden, bias=False) if kept else None
        self.square = nn.Linear(kept, hidden, bias=False) if kept else None
        self.weigh = nn.Linear(hidden, hidden, bias=False) if kept else None
        self.values = nn.Linear(kept, hidden) if kept else None
        self.leave = nn.Linear(hidden, moved)
        start_small(self.leave)

    def forward(self, half: Tensor, context: Tensor) -> Tensor:
        """Halves (n, kept) and contexts (n, k) -> (n, moved), in the type of the halves."""
        state = linear(self.context, context)
        if self.enter is not None:
            state = state + linear(self.enter, half) + linear(self.weigh, tamed_square(linear(self.square, half)))
        for layer in self.inner:
            state = linear(layer, functional.silu(state))
        gates = state.sigmoid()
        return linear(self.leave, gates if self.values is None else gates * linear(self.values, half))


class Coupling(nn.Module):
    """One half of the row is scaled by the level and moved by a gated map of the other half, in turn.

    (a, b) -> (a, s(t) b + m(a, t)): a masked iteration whose mask is triangular. The kept half is still there when a
    step is undone, b = (b' - m(a, t)) / s(t), so that m need not be inverted, only computed again. The halves are the
    first and the last positions: random rotations between the steps hide a row's shape, and cost .05 of either error
    on validation rows of MNIST1D. s is 1 at the terminal level, where walks begin: there the Jacobian has determinant 1
    at every row. Below, it depends on the level alone; removing noise takes volume.

    NICE (Dinh et al., 2014) is the source of the couplings. Libraries of such layers (FrEIA, normflows, zuko) make
    densities of them: none walks back in float64 from float32 weights or tells its layers to an inverter, and zuko's
    need two features.

    Attributes:
        walks_alike: no step has a matrix to invert, so that every inverter gives the same answer.

    Example:
        >>> from inn_experiments.maths.inverses import Exact
        >>> net, x, t = Coupling(features=3, steps=10, conditions=0), torch.ones(5, 3).double(), torch.arange(5)
        >>> torch.allclose(net(net.walk_back(x, t, None, Exact()), t), x, rtol=0, atol=1e-12)
        True
    """

    walks_alike: ClassVar[bool] = True

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        hidden: PositiveInt = 50,
        layers: PositiveInt = 8,
        depth: PositiveInt = 1,
        embedding: EvenInt = 32,
    ) -> None:
        super().__init__()
        self.context = Context(steps, embedding, conditions)
        self.hidden, self.depth = hidden, depth
        widths = (features + 1) // 2, features // 2
        self.moved = [number % 2 if features > 1 else 0 for number in range(layers)]
        self.widths = [widths[half] for half in self.moved]
        self.shifts = nn.ModuleList(
            self.shift(number, features - moved, moved) for number, moved in enumerate(self.widths)
        )
        self.scale = nn.Linear(embedding, sum(self.widths), bias=False)
        nn.init.zeros_(self.scale.weight)

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        context, scales = self.context(t, z).to(x.dtype), self.scales(t, x.dtype)
        for interleaved, steps in self.stretches(range(len(scales))):
            halves = divide(x, interleaved)
            for number in steps:
                half = self.moved[number]
                kept, moved = halves[1 - half], halves[half]
                halves[half] = torch.addcmul(self.shifts[number](kept, context), moved, scales[number])
            x = join(halves, interleaved)
        return x

    def walk_back(self, y: Tensor, t: Tensor, z: Tensor | None, inverter: Inverter) -> Tensor:
        """The rows x (n, d) that the network maps to y (n, d), exactly up to the rounding of y's type."""
        context, scales = self.context(t, z).to(y.dtype), self.scales(t, y.dtype)
        for interleaved, steps in self.stretches(reversed(range(len(scales)))):
            halves = divide(y, interleaved)
            for number in steps:
                half, step = self.moved[number], (self.shifts[number], scales[number], context)
                kept, moved = halves[1 - half], halves[half]
                halves[half] = inverter.additive(f"shifts.{number}", *step, kept=kept, moved=moved)
            y = join(halves, interleaved)
        return y

    def interleaved(self, number: int) -> bool:
        """Whether the halves of step `number` are the even and the odd places; else the first and the last ones."""
        return False

    def shift(self, number: int, kept: int, moved: int) -> nn.Module:
        """What step `number` adds to `moved` values of a row for its `kept` ones."""
        return Shift(kept, moved, self.context.width, self.hidden, self.depth)

    def stretches(self, numbers: Iterable[int]) -> Iterator[tuple[bool, Iterator[int]]]:
        """Successive steps with the same halves: (whether they are interleaved, their numbers)."""
        return groupby(numbers, self.interleaved)

    def scales(self, t: Tensor, dtype: torch.dtype) -> tuple[Tensor, ...]:
        """The factors (n, width) of each step's moved half at levels t (n,): from 1/e to e, 1 at the terminal level."""
        table = self.context.table.to(dtype)
        return linear(self.scale, table[t] - table[-1]).tanh().exp().split(self.widths, dim=1)


def divide(x: Tensor, interleaved: bool) -> list[Tensor]:
    """The halves (n, ceil(d/2)) and (n, floor(d/2)) of rows x (n, d): even and odd places, or first and last ones."""
    return [x[:, ::2], x[:, 1::2]] if interleaved else list(x.tensor_split([(x.shape[1] + 1) // 2], dim=1))


def join(halves: list[Tensor], interleaved: bool) -> Tensor:
    """The rows (n, d) of these halves."""
    if not interleaved:
        return torch.cat(halves, 1)
    even, odd = halves
    pairs = torch.stack([even[:, : odd.shape[1]], odd], 2).flatten(1)
    return torch.cat([pairs, even[:, odd.shape[1] :]], 1)


def tamed_square(values: Tensor) -> Tensor:
    """v^2 / (1 + |v|): a square near 0, |v| - 1 far out."""
    return values * functional.softsign(values)


def start_small(layer: nn.Linear | nn.Conv1d) -> None:
    """Let a layer begin near 0, so that the first walks are as tame as the last ones."""
    nn.init.normal_(layer.weight, std=0.01)
    nn.init.zeros_(layer.bias)
