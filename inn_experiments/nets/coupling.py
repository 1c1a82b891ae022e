"""Coupling: additive couplings between fixed rotations, which are undone exactly and as cheaply as they are done."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.contracts.limits import EvenInt, PositiveInt
from inn_experiments.maths.inverses import Inverter
from inn_experiments.nets.embeddings import Context, shifts


class Shift(nn.Module):
    """What is added to one half of a row: an MLP of the other half and of the context."""

    def __init__(self, kept: int, moved: int, context: int, hidden: int, depth: int) -> None:
        super().__init__()
        # A row of one value has no other half: its shift depends on the context alone.
        self.enter = nn.Linear(kept, hidden, bias=False) if kept else None
        self.context = nn.Linear(context, hidden)
        self.inner = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(depth - 1))
        self.leave = nn.Linear(hidden, moved)
        # Each step begins near the identity, so that the first walks are as tame as the last ones.
        nn.init.normal_(self.leave.weight, std=0.01)
        nn.init.zeros_(self.leave.bias)

    def forward(self, half: Tensor, context: Tensor) -> Tensor:
        """Halves (n, kept) and contexts (n, k) -> (n, moved), in the type of the halves."""
        (state,) = shifts(self.context, context, self.context.out_features)
        if self.enter is not None:
            state = state + linear(self.enter, half)
        for layer in self.inner:
            state = linear(layer, functional.silu(state))
        return linear(self.leave, functional.silu(state))


class Coupling(nn.Module):
    """x = (a, b) -> (a, b + m(a, t)) Q^T, `layers` times: a masked iteration whose mask is triangular.

    The kept half a is still there when a step is undone, so that m need not be inverted, only computed again:
    b = b' - m(a, t). Every Q is a rotation drawn once with the weights and never trained. The Jacobian of the network
    has determinant 1 at every row and level.

    NICE (Dinh et al., 2014) is the source of the couplings. Libraries of such layers (FrEIA, normflows, zuko) make
    densities of them: none walks back in float64 from float32 weights or tells its layers to an inverter, and zuko's
    need two features.

    Example:
        >>> from inn_experiments.maths.inverses import Exact
        >>> net, x, t = Coupling(features=3, steps=10, conditions=0), torch.ones(5, 3).double(), torch.arange(5)
        >>> torch.allclose(net.double()(net.walk_back(x, t, None, Exact()), t), x, rtol=0, atol=1e-12)
        True
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        hidden: PositiveInt = 64,
        layers: PositiveInt = 8,
        depth: PositiveInt = 2,
        embedding: EvenInt = 32,
    ) -> None:
        super().__init__()
        self.kept = features // 2
        self.context = Context(steps, embedding, conditions)
        sizes = self.kept, features - self.kept, self.context.width, hidden, depth
        self.shifts = nn.ModuleList(Shift(*sizes) for _ in range(layers))
        self.register_buffer("rotations", torch.stack([rotation(features) for _ in range(layers)]))

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        context = self.context(t, z).to(x.dtype)
        for shift, turn in zip(self.shifts, precise(self.rotations, x.dtype), strict=True):
            kept, moved = x[:, : self.kept], x[:, self.kept :]
            x = torch.cat([kept, moved + shift(kept, context)], 1) @ turn.T
        return x

    def walk_back(self, y: Tensor, t: Tensor, z: Tensor | None, inverter: Inverter) -> Tensor:
        """The rows x (n, d) that the network maps to y (n, d), exactly up to the rounding of y's type."""
        context, turns = self.context(t, z).to(y.dtype), precise(self.rotations, y.dtype)
        for number in reversed(range(len(self.shifts))):
            y = inverter.orthogonal(f"rotations.{number}", turns[number], y)
            kept, moved = y[:, : self.kept], y[:, self.kept :]
            y = torch.cat([kept, moved - self.shifts[number](kept, context)], 1)
        return y


def linear(layer: nn.Linear, rows: Tensor) -> Tensor:
    """The layer applied to rows (n, in) in the precision of the rows: float64 on a walk, whatever its weights are."""
    bias = None if layer.bias is None else layer.bias.to(rows.dtype)
    return functional.linear(rows, layer.weight.to(rows.dtype), bias)


def rotation(features: int) -> Tensor:
    """A random orthogonal matrix (d, d) of determinant 1: the Q of a Gaussian one, a column turned where needed."""
    q, r = torch.linalg.qr(torch.randn(features, features, dtype=torch.float64))
    q = q * torch.sign(torch.diagonal(r))
    q[:, 0] *= torch.sign(torch.linalg.det(q))
    return q.float()


def precise(rotations: Tensor, dtype: torch.dtype) -> Tensor:
    """Rotations (k, d, d) in float32 or float64, orthogonal to the last digit of either.

    Those kept in float32 are so to 1e-7; one step of Newton and Schulz, Q (3 - Q^T Q) / 2, squares that.
    """
    q = rotations.to(dtype)
    return q if dtype != torch.float64 else 1.5 * q - 0.5 * q @ q.mT @ q
