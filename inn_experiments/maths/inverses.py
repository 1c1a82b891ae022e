"""The algebra of a backward walk: how one linear layer and one activation are undone (paper, 7.3 and 7.4).

A walk is done by the network, which knows its own layers; an inverter supplies the two steps and keeps a
record of every linear layer that it met: shape, condition number, whether the step was exact.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from inn_experiments.maths.activations import Activation

# A layer conditioned worse than this loses more than three of float32's seven digits.
BADLY_CONDITIONED = 1e4
SINGULAR = 1e15


class ConditioningWarning(UserWarning):
    """A layer on the way back is singular or badly conditioned; the message names it."""


@dataclass(frozen=True)
class LayerCondition:
    """What undoing one layer costs: `error` is condition * float32 epsilon, the relative error it implies."""

    layer: str
    shape: tuple[int, int]
    condition: float
    exact: bool
    error: float


class Inverter:
    """Records every layer; subclasses say how a linear layer is undone."""

    def __repr__(self) -> str:
        return type(self).__name__

    def __init__(self) -> None:
        self.layers: dict[str, LayerCondition] = {}
        self.approximated: set[str] = set()

    def linear(self, name: str, weight: Tensor, y: Tensor) -> Tensor:
        """Rows x (n, in) with weight (out, in) x about y (n, out), all float64."""
        raise NotImplementedError

    def activation(self, activation: Activation, y: Tensor) -> Tensor:
        """The activation's own inverse; an approximate one (ReLU) is noted."""
        if not activation.exact:
            self.approximated.add(activation.name)
        return activation.inverse(y)

    def report(self) -> list[dict]:
        """One plain dict for every layer met, in the order of the walk."""
        return [asdict(layer) for layer in self.layers.values()]

    def _record(self, name: str, weight: Tensor, values: Tensor, exact: bool) -> float:
        top, bottom = float(values.max()), float(values.min())
        condition = min(top / bottom, 1e300) if bottom > 0 else 1e300
        error = condition * torch.finfo(torch.float32).eps
        if name not in self.layers and condition > BADLY_CONDITIONED:
            kind = "is singular" if condition > SINGULAR else "is badly conditioned"
            warnings.warn(
                f"layer {name} {tuple(weight.shape)} {kind}: condition number {condition:.2g}, "
                f"so float32 rounding alone implies a relative error of {error:.2g} in its inverse",
                ConditioningWarning,
                stacklevel=3,
            )
        self.layers[name] = LayerCondition(name, tuple(weight.shape), condition, exact, error)
        return condition


class RegularisedSVD(Inverter):
    """x = W+ y with W+ = V S^-1 U^T (equations 7 and 8), small singular values damped instead of inverted.

    Args: floor: singular values s >= floor * s_max become 1/s, smaller ones s / (floor * s_max)^2, which is
    continuous and falls to 0: no direction is amplified by more than 1 / (floor * s_max).
    """

    def __init__(self, floor: float = 0.3) -> None:
        super().__init__()
        self.floor = floor

    def __repr__(self) -> str:
        return f"RegularisedSVD({self.floor})"

    def linear(self, name: str, weight: Tensor, y: Tensor) -> Tensor:
        """The damped least-squares solution x (n, in)."""
        pseudo, values = damped_pseudo_inverse(weight, self.floor)
        full = weight.shape[0] == weight.shape[1] and float(values.min()) >= self.floor * float(values.max())
        self._record(name, weight, values, exact=full)
        return y @ pseudo.T


class Exact(Inverter):
    """x = W^-1 y for a square layer (equation 9); least squares, and said so, for a rectangular or singular one."""

    def linear(self, name: str, weight: Tensor, y: Tensor) -> Tensor:
        """The solution x (n, in), exact where weight is square and regular."""
        values = torch.linalg.svdvals(weight.detach())
        square = weight.shape[0] == weight.shape[1]
        regular = bool(values.min() * SINGULAR > values.max())
        self._record(name, weight, values, exact=square and regular)
        if square and regular:
            return torch.linalg.solve(weight, y.T).T
        pseudo, _ = damped_pseudo_inverse(weight, 1e-12)
        return y @ pseudo.T


def damped_pseudo_inverse(weight: Tensor, floor: float) -> tuple[Tensor, Tensor]:
    """(W+ (in, out), singular values) with damping below floor * s_max; differentiable in the weight (out, in).

    The value comes from the SVD, the gradient from the closed form of the pseudo-inverse's derivative
    (Golub and Pereyra 1973). Differentiating the SVD itself divides by differences of singular values, which
    are all zero for an orthogonal matrix. Where damping is at work the gradient is that of the damped
    inverse held in place, an approximation.
    """
    with torch.no_grad():
        u, s, vh = torch.linalg.svd(weight.detach(), full_matrices=False)
        least = (floor * s.max()).clamp(min=torch.finfo(s.dtype).tiny)
        inverted = torch.where(s >= least, 1 / s.clamp(min=torch.finfo(s.dtype).tiny), s / least**2)
        pseudo = (vh.T * inverted) @ u.T
    if not (torch.is_grad_enabled() and weight.requires_grad):
        return pseudo, s
    fixed = weight.detach()
    beyond_range = torch.eye(fixed.shape[0], dtype=fixed.dtype) - fixed @ pseudo
    beyond_domain = torch.eye(fixed.shape[1], dtype=fixed.dtype) - pseudo @ fixed
    slope = (
        -pseudo @ weight @ pseudo
        + pseudo @ pseudo.T @ weight.T @ beyond_range
        + beyond_domain @ weight.T @ pseudo.T @ pseudo
    )
    return pseudo + slope - slope.detach(), s
