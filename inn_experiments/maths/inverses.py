"""The algebra of a backward walk: how one linear layer and one activation are undone (paper, 7.3 and 7.4).

A walk is done by the network, which knows its own layers; an inverter supplies the steps and keeps a
record of every linear layer that it met: shape, condition number, whether the step was exact.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from inn_experiments.contracts.parts import Plain
from inn_experiments.maths.activations import Activation

# A layer conditioned worse than this loses more than three of float32's seven digits.
BADLY_CONDITIONED = 1e4
SINGULAR = 1e15
# Keeps divisions finite for a layer of zeros; its square is still a float64.
SMALLEST = 1e-100
# Rows at which the condition of a step that is not linear is looked at, and the iterations that find it.
EXAMPLES, POWER_STEPS = 16, 20

Shift = Callable[[Tensor, Tensor], Tensor]
"""What a step adds to one half of the rows: of the other half (n, a) and a context (n, k)."""


class ConditioningWarning(UserWarning):
    """A layer on the way back is singular or badly conditioned; the message names it."""


@dataclass
class Inverter:
    """Records every layer; subclasses say how a linear layer is undone.

    Attributes:
        records: whether to find out the condition of additive steps too, which costs more than undoing them.
    """

    records: bool = field(default=True, init=False, repr=False)
    layers: dict[str, dict[str, Plain]] = field(default_factory=dict, init=False, repr=False)
    approximated: set[str] = field(default_factory=set, init=False, repr=False)

    def linear(self, name: str, weight: Tensor, y: Tensor) -> Tensor:
        """Rows x (n, in) with weight (out, in) x about y (n, out), all float64."""
        raise NotImplementedError

    def additive(
        self, name: str, shift: Shift, scale: Tensor, context: Tensor, *, kept: Tensor, moved: Tensor
    ) -> Tensor:
        """The half b (n, k) of which a step has made `moved` = scale b + shift(kept, context); always exact.

        The condition on record is that of the step's Jacobian [[1, 0], [J, 1]] [[1, 0], [0, scale]] at the worst of the
        first rows: the product of those of its two factors, which is what it is at most.
        """
        if self.records:
            few = slice(EXAMPLES)
            with torch.no_grad():
                steepest = gain(lambda rows: shift(rows, context[few]), kept[few].detach())
                # The singular values of the first factor are 1, r and 1/r, with r - 1/r the largest one of J.
                top = steepest / 2 + (1 + steepest**2 / 4).sqrt()
                scaled = torch.cat([scale[few].flatten(), scale.new_ones(1)])
            shape = (kept.shape[1] + moved.shape[1],) * 2
            self._record(name, shape, torch.stack([top * scaled.max(), scaled.min() / top]), exact=True)
        return (moved - shift(kept, context)) / scale

    def activation(self, activation: Activation, y: Tensor) -> Tensor:
        """The activation's own inverse; an approximate one (ReLU) is said so, once a walk."""
        if not activation.exact and activation.name not in self.approximated:
            self.approximated.add(activation.name)
            message = f"activation {activation.name} has no inverse: the identity stands in for it (paper, Section 7.4)"
            warnings.warn(message, ConditioningWarning, stacklevel=3)
        return activation.inverse(y)

    def report(self) -> list[dict[str, Plain]]:
        """What undoing every layer met costs, in the order of the walk.

        `error` is condition * float32 epsilon, the relative error that the condition implies.
        """
        return list(self.layers.values())

    def _record(self, name: str, shape: tuple[int, ...], values: Tensor, exact: bool) -> None:
        top, bottom = float(values.max()), float(values.min())
        condition = min(top / bottom, 1e300) if bottom > 0 else 1e300
        error = condition * torch.finfo(torch.float32).eps
        if name not in self.layers and condition > BADLY_CONDITIONED:
            kind = "is singular" if condition > SINGULAR else "is badly conditioned"
            message = (
                f"layer {name} {shape} {kind}: condition number {condition:.2g}, so float32 rounding alone implies a "
                f"relative error of {error:.2g} in its inverse"
            )
            warnings.warn(message, ConditioningWarning, stacklevel=3)
        self.layers[name] = {"layer": name, "shape": shape, "condition": condition, "exact": exact, "error": error}


@dataclass
class RegularisedSVD(Inverter):
    """x = W+ y with W+ = V S^-1 U^T (equations 7 and 8), small singular values damped instead of inverted.

    Singular values s >= floor * s_max become 1/s, smaller ones s / (floor * s_max)^2, which is continuous and falls
    to 0: no direction is amplified by more than 1 / (floor * s_max).
    """

    floor: float = 0.3

    def linear(self, name: str, weight: Tensor, y: Tensor) -> Tensor:
        """The damped least-squares solution x (n, in)."""
        pseudo, values = damped_pseudo_inverse(weight, self.floor)
        undamped = float(values.min()) >= self.floor * float(values.max()) > 0
        self._record(name, tuple(weight.shape), values, exact=weight.shape[0] == weight.shape[1] and undamped)
        return y @ pseudo.T


class Exact(Inverter):
    """x = W^-1 y for a square layer (equation 9); least squares, and said so, for a rectangular or singular one."""

    def linear(self, name: str, weight: Tensor, y: Tensor) -> Tensor:
        """The solution x (n, in), exact where weight is square and regular."""
        values = torch.linalg.svdvals(weight.detach())
        square = weight.shape[0] == weight.shape[1]
        regular = bool(values.min() * SINGULAR > values.max())
        self._record(name, tuple(weight.shape), values, exact=square and regular)
        if square and regular:
            return torch.linalg.solve(weight, y.T).T
        pseudo, _ = damped_pseudo_inverse(weight, 1e-12)
        return y @ pseudo.T


def damped_pseudo_inverse(weight: Tensor, floor: float) -> tuple[Tensor, Tensor]:
    """(W+ (in, out), singular values) with damping below floor * s_max; differentiable in the weight (out, in)."""
    return _DampedPseudoInverse.apply(weight, floor)


def gain(function: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """The largest singular value of the Jacobian of a row-wise `function` at any of the rows (n, a); () float.

    It is found by power iteration, from below. Rows without values have none: 0.
    """
    value, pull = torch.func.vjp(function, rows)
    if not rows.numel() or not value.numel():
        return rows.new_zeros(())
    # J^T v is linear in v, and so its own derivative is J.
    _, push = torch.func.vjp(lambda way: torch.func.vjp(function, rows)[1](way)[0], value)
    direction = torch.ones_like(rows) + torch.linspace(0, 1, rows.shape[1], dtype=rows.dtype)
    for _ in range(POWER_STEPS):
        (pushed,) = push(functional.normalize(direction, dim=1))
        (direction,) = pull(pushed)
    return pushed.norm(dim=1).max()


class _DampedPseudoInverse(torch.autograd.Function):
    """W+ = V f(S) U^T with f(s) = s / max(s, least)^2 and least = floor * s_max.

    The gradient is that of a function of singular values (Daleckii and Krein): divided differences of f.
    Differentiating the SVD itself divides by differences of singular values, which are all zero for an
    orthogonal matrix; the divided differences have a limit there.
    """

    @staticmethod
    def forward(ctx, weight: Tensor, floor: float) -> tuple[Tensor, Tensor]:
        u, s, vh = torch.linalg.svd(weight, full_matrices=False)
        least = (floor * s.max()).clamp(min=SMALLEST)
        gain = 1 / torch.maximum(s, least) ** 2
        ctx.save_for_backward(u, s, vh, least, gain)
        ctx.floor = floor
        ctx.mark_non_differentiable(s)
        return (vh.T * (s * gain)) @ u.T, s

    @staticmethod
    def backward(ctx, slope: Tensor, _: Tensor) -> tuple[Tensor, None]:
        u, s, vh, least, gain = ctx.saved_tensors
        slope = slope.T
        if s.max() == 0:
            # Around a zero layer no direction is known, and 1 / least would overflow.
            return torch.zeros_like(slope), None
        f, damped = s * gain, s < least
        high, low = torch.maximum(s[:, None], s), torch.minimum(s[:, None], s)
        undamped_pair = -1 / (high * low).clamp(min=SMALLEST)
        mixed_pair = (least**2 - high * low) / (high * least**2 * (high - low).clamp(min=SMALLEST))
        both, either = damped[:, None] & damped, damped[:, None] | damped
        difference = torch.where(both, gain, torch.where(either, mixed_pair, undamped_pair))
        total = torch.where(both, gain, (f[:, None] + f) / (high + low).clamp(min=SMALLEST))
        inner = u.T @ slope @ vh.T
        core = difference * (inner + inner.T) / 2 + total * (inner - inner.T) / 2
        # s_max moves `least`, and with it every damped value.
        core[0, 0] += ctx.floor * (inner.diagonal() * torch.where(damped, -2 * s / least**3, 0)).sum()
        gradient = u @ core @ vh
        gradient += ((slope @ vh.T - u @ inner) * gain) @ vh
        gradient += (u * gain) @ (u.T @ slope - inner @ vh)
        return gradient, None
