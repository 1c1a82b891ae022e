"""Rows kept in [0, 1] by construction, and still trainable."""

from __future__ import annotations

from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx


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
