"""The width that a number of trainable weights affords: networks of different shapes, equally large."""

from bisect import bisect_right
from collections.abc import Callable

import torch
from torch import nn

from inn_experiments.contracts import UserError


def widest(budget: int, build: Callable[[int], nn.Module]) -> int:
    """The largest width whose network `build(width)` has at most `budget` trainable numbers.

    Networks are built without memory, so that wide ones cost nothing and no random number is drawn. Raises UserError
    where even a width of 1 has more.

    Example:
        >>> widest(100, lambda width: nn.Linear(9, width))
        10
    """

    def size(width: int) -> int:
        with torch.device("meta"):
            return sum(weights.numel() for weights in build(width).parameters())

    width = bisect_right(range(1, budget + 1), budget, key=size)
    if width == 0:
        raise UserError(f"network.budget={budget}: the narrowest network of this shape has {size(1)} weights already")
    return width
