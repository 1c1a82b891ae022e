"""CouplingConv: couplings of halves in turn with couplings of neighbours, whose shifts are convolutions."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.contracts.limits import EvenInt, PositiveInt
from inn_experiments.nets.coupling import Coupling, start_small, tamed_square
from inn_experiments.nets.precision import convolved, linear

KERNEL = 5


class ShiftConv(nn.Module):
    """What is added to every other place of a row: a convolution over those between, opened and closed by a CNN.

    It is the shift of a coupling with convolutions in place of its linear maps. A second input channel holds the
    position from -1 to 1: in a spectrum it matters where a peak stands.
    """

    def __init__(self, kept: int, moved: int, context: int, channels: int) -> None:
        super().__init__()
        self.moved, self.padding = moved, max(moved - kept, 0)
        self.register_buffer("positions", torch.linspace(-1, 1, kept + self.padding)[None, None], persistent=False)
        self.context = nn.Linear(context, channels)
        self.enter, self.square = (nn.Conv1d(2, channels, KERNEL, padding="same", bias=False) for _ in range(2))
        self.inner = nn.Conv1d(2 * channels, channels, KERNEL, padding="same")
        self.values = nn.Conv1d(2, channels, KERNEL, padding="same")
        self.leave = nn.Conv1d(channels, 1, 1)
        start_small(self.leave)

    def forward(self, half: Tensor, context: Tensor) -> Tensor:
        """Halves (n, kept) and contexts (n, k) -> (n, moved), in the type of the halves."""
        row = functional.pad(half, (0, self.padding))[:, None]
        row = torch.cat([row, self.positions.to(row.dtype).expand_as(row)], 1)
        state = convolved(self.enter, row) + linear(self.context, context)[:, :, None]
        squares = tamed_square(convolved(self.square, row))
        gates = convolved(self.inner, torch.cat([functional.silu(state), squares], 1)).sigmoid()
        return convolved(self.leave, gates * convolved(self.values, row))[:, 0, : self.moved]


class CouplingConv(Coupling):
    """Two steps between the halves of a row, two between its even and its odd places, in turn.

    The first carry a row across its whole length, as the way to prime space needs; the second see neighbours only, as
    taking noise out of a spectrum needs. All are undone exactly, as those of `Coupling` are.

    Example:
        >>> from inn_experiments.maths.inverses import Exact
        >>> net, x, t = CouplingConv(features=5, steps=10, conditions=0), torch.ones(4, 5).double(), torch.arange(4)
        >>> torch.allclose(net(net.walk_back(x, t, None, Exact()), t), x, rtol=0, atol=1e-12)
        True
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        hidden: PositiveInt = 50,
        layers: PositiveInt = 12,
        depth: PositiveInt = 1,
        channels: PositiveInt = 16,
        embedding: EvenInt = 32,
    ) -> None:
        # What the steps are made with has to be there before them.
        self.channels = channels
        super().__init__(features, steps, conditions, hidden, layers, depth, embedding)

    def interleaved(self, number: int) -> bool:
        """Every second pair of steps."""
        return number % 4 > 1

    def shift(self, number: int, kept: int, moved: int) -> nn.Module:
        """A convolution where the step is one between neighbours, which a row of one value has not."""
        if kept and self.interleaved(number):
            return ShiftConv(kept, moved, self.context.width, self.channels)
        return super().shift(number, kept, moved)
