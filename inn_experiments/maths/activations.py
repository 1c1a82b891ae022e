"""Activations that know their inverse, exact where one exists (paper, Section 7.4), and the clamp to [0, 1]."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx
from torch.nn import functional

from inn_experiments.contracts import UserError

ActivationName = Literal["identity", "relu", "leaky_relu", "tanh", "sigmoid"]

# How close to the border of its range an output may come before atanh or logit is clamped.
MARGIN = 1e-6


@dataclass(frozen=True)
class Activation:
    """An elementwise function and its inverse; `slope` is the leaky ReLU's, a UserError where it is not above 0."""

    name: ActivationName
    slope: float = 0.01

    def __post_init__(self) -> None:
        if self.name == "leaky_relu" and not self.slope > 0:
            raise UserError(
                f"network.slope is {self.slope}; leaky_relu needs a slope above 0, or choose activation=relu"
            )

    @property
    def exact(self) -> bool:
        """Whether the inverse loses nothing; it does with ReLU."""
        return self.name != "relu"

    def __call__(self, x: Tensor) -> Tensor:
        """The values of the function, in the shape of x."""
        if self.name == "relu":
            return functional.relu(x)
        if self.name == "leaky_relu":
            return functional.leaky_relu(x, self.slope)
        if self.name == "tanh":
            return torch.tanh(x)
        return torch.sigmoid(x) if self.name == "sigmoid" else x

    def inplace(self, x: Tensor) -> Tensor:
        """The values of the function, in the place of x."""
        if self.name == "relu":
            return x.relu_()
        if self.name == "leaky_relu":
            return functional.leaky_relu_(x, self.slope)
        if self.name == "tanh":
            return x.tanh_()
        return x.sigmoid_() if self.name == "sigmoid" else x

    def backward(self, above: Tensor, y: Tensor, out: Tensor) -> Tensor:
        """The gradient by x, written to `out`, from the one by y = activation(x) and from y."""
        aten = torch.ops.aten
        if self.name == "relu":
            return aten.threshold_backward.grad_input(above, y, 0, grad_input=out)
        if self.name == "leaky_relu":
            return aten.leaky_relu_backward.grad_input(above, y, self.slope, True, grad_input=out)
        if self.name == "tanh":
            return aten.tanh_backward.grad_input(above, y, grad_input=out)
        return (
            aten.sigmoid_backward.grad_input(above, y, grad_input=out) if self.name == "sigmoid" else out.copy_(above)
        )

    def inverse(self, y: Tensor) -> Tensor:
        """The x with activation(x) = y: leaky ReLU exactly, tanh and sigmoid clamped, ReLU by the identity."""
        if self.name == "leaky_relu":
            return torch.where(y >= 0, y, y / self.slope)
        if self.name == "tanh":
            return torch.atanh(y.clamp(-1 + MARGIN, 1 - MARGIN))
        return torch.logit(y.clamp(MARGIN, 1 - MARGIN)) if self.name == "sigmoid" else y


class UnitInterval(Function):
    """min(max(x, 0), 1) with the gradient of the identity, so that no output gets stuck outside.

    There is none where a step along it would lead further outside, so that no output runs away where a loss of what
    follows sees no bounds.
    """

    @staticmethod
    def forward(context: FunctionCtx, values: Tensor) -> Tensor:
        """The values, clamped."""
        context.save_for_backward(values)
        return values.clamp(0.0, 1.0)

    @staticmethod
    def backward(context: FunctionCtx, gradient: Tensor) -> Tensor:
        """The gradient, but where it leads outwards."""
        (values,) = context.saved_tensors
        outwards = ((values < 0) & (gradient > 0)) | ((values > 1) & (gradient < 0))
        return gradient.masked_fill(outwards, 0.0)
