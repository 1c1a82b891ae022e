"""Best: of every network that learns, the weights of the epoch whose validation loss is least."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


class Best:
    """Keeps a copy of the weights at the best epoch so far, network by network.

    Args:
        size: how many networks learn side by side.

    Attributes:
        losses, epochs: of each network's best epoch; infinity and 0 before the first.
        weights: of that epoch, None before the first.
    """

    def __init__(self, size: int) -> None:
        self.losses: list[float] = [math.inf] * size
        self.epochs: list[int] = [0] * size
        self.weights: list[list[Tensor] | None] = [None] * size

    def look(self, epoch: int, losses: Sequence[float], members: Sequence[Sequence[Tensor]]) -> None:
        """Copy the weights of the `members` whose validation loss after `epoch` is less than it ever was."""
        for number, (loss, weights) in enumerate(zip(losses, members, strict=True)):
            if loss < self.losses[number]:
                self.losses[number], self.epochs[number] = loss, epoch
                self.weights[number] = [part.detach().clone() for part in weights]

    @torch.no_grad()
    def put_back(self, members: Sequence[Sequence[Tensor]]) -> None:
        """Give the `members` the weights of their best epoch, where there was one."""
        for weights, kept in zip(members, self.weights, strict=True):
            for part, best in zip(weights, kept or weights, strict=True):
                part.copy_(best)

    def state(self) -> dict[str, list]:
        """All of it, for a checkpoint."""
        return dict(vars(self))

    def restore(self, state: dict[str, list]) -> None:
        """Become what gave `state`."""
        vars(self).update(state)
