"""Rows kept in [0, 1] by construction, and still trainable."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.autograd import Function


class UnitInterval(Function):
    """min(max(x, 0), 1) with the gradient of the identity, so that no output gets stuck outside; except where a
    step along it would lead further outside, so that none runs away, where a loss of what follows sees no bounds.
    """

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        context.save_for_backward(values)
        return values.clamp(0.0, 1.0)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        (values,) = context.saved_tensors
        outwards = ((values < 0) & (gradient > 0)) | ((values > 1) & (gradient < 0))
        return gradient.masked_fill(outwards, 0.0)
