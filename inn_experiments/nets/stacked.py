"""StackedPointUNet: PointUNets that learn side by side in one set of matrix products, their backward pass written out.

Around products this small, automatic differentiation and the optimiser of fourteen small tensors cost as much as the
mathematics. Here all weights of k networks are one vector, and one node of the graph stands for the whole walk through
their layers. Every product is the one that the networks themselves would compute.
"""

from collections.abc import Mapping, Sequence
from typing import Self

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import FunctionCtx, once_differentiable

from inn_experiments.nets.point_unet import PointUNet


class StackedPointUNet(nn.Module):
    """k PointUNets of one shape, as one network of rows (k, n, d); `hand_back` gives them what it learned.

    Example:
        >>> nets = [PointUNet(features=3, steps=10, conditions=0, hidden=8) for _ in range(2)]
        >>> stack = StackedPointUNet(nets)
        >>> x, t = torch.ones(2, 5, 3), torch.zeros(2, 5, dtype=torch.int64)
        >>> torch.allclose(stack(x, t)[1], nets[1](x[1], t[1]))
        True
    """

    def __init__(self, nets: Sequence[PointUNet]) -> None:
        super().__init__()
        first, self.size = nets[0], len(nets)
        self.layers, self.hidden, self.act = first.layers, first.hidden, first.act
        self.context = first.context
        self._nets = tuple(nets)
        each = {name: [dict(net.named_parameters())[name] for net in nets] for name, _ in first.named_parameters()}
        stacks = {name: torch.stack([one.detach() for one in many]) for name, many in each.items()}
        self.flat = nn.Parameter(torch.cat([stack.flatten() for stack in stacks.values()]))
        self._shapes = {name: stack.shape for name, stack in stacks.items()}
        self._view()

    def _view(self) -> None:
        # Views are made once: fourteen of them take as long as five of the products.
        self.slopes = torch.zeros_like(self.flat.data)
        self.weights, self.by_weight = (_views(flat, self._shapes) for flat in (self.flat.data, self.slopes))

    def _apply(self, *arguments: object, **options: object) -> Self:
        # Where the parameters go to another device, their views have to follow.
        moved = super()._apply(*arguments, **options)
        self._view()
        return moved

    @torch.no_grad()
    def hand_back(self) -> None:
        """Write the weights into the networks that the stack was made of."""
        for name, stack in self.weights.items():
            for net, weights in zip(self._nets, stack, strict=True):
                net.get_parameter(name).copy_(weights)

    def started(self) -> int:
        """Let `flat.grad` be the slopes; 0 where they are the first of a step, else 1: they are added to."""
        first = self.flat.grad is None
        self.flat.grad = self.slopes
        return int(not first)

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (k, n, d) at levels t (k, n), told z (k, n, c), (k, n) or None, which is 0 -> rows (k, n, d)."""
        size, rows = t.shape
        context = self.context(t.flatten(), None if z is None else z.flatten(0, 1)).view(size, rows, -1)
        return _Walk.apply(self.flat, x, context, self)


class _Walk(Function):
    """All layers of a stack, forwards and backwards; the gradient by the weights is added to `flat.grad` in place."""

    @staticmethod
    def forward(ctx: FunctionCtx, flat: Tensor, x: Tensor, context: Tensor, stack: StackedPointUNet) -> Tensor:
        weights, layers, act = stack.weights, stack.layers, stack.act
        shift = torch.baddbmm(weights["shift.bias"].unsqueeze(-2), context, weights["shift.weight"].mT)
        # The shift of each layer becomes what the layer makes.
        made, seen = shift.split(stack.hidden, -1), []
        state = act.inplace(made[0].baddbmm_(x, weights["enter.weight"].mT))
        for number in range(2 * layers + 1):
            if number > layers:
                state = state + made[2 * layers + 1 - number]
            seen.append(state)
            state = act.inplace(made[number + 1].baddbmm_(state, weights[f"inner.{number}.weight"].mT))
        ctx.stack, ctx.rows = stack, (x, context, seen, made)
        return torch.baddbmm(weights["leave.bias"].unsqueeze(-2), state, weights["leave.weight"].mT)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, above: Tensor) -> tuple[None, Tensor | None, None, None]:
        stack, (x, context, seen, made) = ctx.stack, ctx.rows
        weights, slopes, layers, act = stack.weights, stack.by_weight, stack.layers, stack.act
        beta = stack.started()
        # What reaches the shift of each layer.
        shift = above.new_empty(*above.shape[:-1], (2 * layers + 2) * stack.hidden)
        shifts = shift.split(stack.hidden, -1)
        slopes["leave.weight"].baddbmm_(above.mT, made[-1], beta=beta)
        slopes["leave.bias"].mul_(beta).add_(above.sum(-2))
        below, skipped = torch.bmm(above, weights["leave.weight"]), {}
        for number in reversed(range(2 * layers + 1)):
            here = act.backward(below, made[number + 1], shifts[number + 1])
            slopes[f"inner.{number}.weight"].baddbmm_(here.mT, seen[number], beta=beta)
            matrix = weights[f"inner.{number}.weight"]
            below = skipped[number].baddbmm_(here, matrix) if number in skipped else torch.bmm(here, matrix)
            if number > layers:
                skipped[2 * layers + 1 - number] = below
        here = act.backward(below, made[0], shifts[0])
        slopes["enter.weight"].baddbmm_(here.mT, x, beta=beta)
        slopes["shift.weight"].baddbmm_(shift.mT, context, beta=beta)
        slopes["shift.bias"].mul_(beta).add_(shift.sum(-2))
        return None, torch.bmm(here, weights["enter.weight"]) if ctx.needs_input_grad[1] else None, None, None


def _views(flat: Tensor, shapes: Mapping[str, torch.Size]) -> dict[str, Tensor]:
    """The parameters (k, ...) by the names that they have in a PointUNet, as parts of `flat`."""
    parts = flat.split([shape.numel() for shape in shapes.values()])
    return {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}
