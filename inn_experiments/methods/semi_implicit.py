"""Semi-implicit inversion: one network with a direction switch z and round trips (paper, Section 7.2)."""

from typing import Literal

import torch
from torch import Tensor, nn

from inn_experiments.contracts.limits import NonNegative
from inn_experiments.maths.losses import mse
from inn_experiments.methods.base import FORWARD_DECIDED_BY, Method, Pairs, Training


class SemiImplicit(Method):
    """z = 0 denoises, z = 1 maps to prime space; four terms (equation 6), the round trips with weights of their own.

    Args:
        round_trip_fi, round_trip_if: weights of the round trips.
        detached: whether a round trip starts from what the first direction made without changing that one. Otherwise
            the forward direction may learn to write the prime into its rows, for the way back to read it there.
        row_scale: whether the network sees rows divided by their root mean square; auto: where rows are bounded.

    Example:
        >>> from inn_experiments.methods.base import Setting
        >>> from inn_experiments.nets.point_unet import PointUNet
        >>> method = SemiImplicit()
        >>> method.assemble(PointUNet, Setting(features=3, steps=10))
        >>> method.inverse(torch.zeros(5, 3)).shape, method.net.context.conditions
        (torch.Size([5, 3]), 1)
    """

    conditions = 1

    def __init__(
        self,
        round_trip_fi: NonNegative = 1.0,
        round_trip_if: NonNegative = 1.0,
        detached: bool = True,
        row_scale: Literal["auto"] | bool = "auto",
    ) -> None:
        super().__init__()
        self.round_trip_fi, self.round_trip_if = round_trip_fi, round_trip_if
        self.detached, self.row_scale = detached, row_scale

    def trainings(self) -> list[Training]:
        """The one network."""
        return [Training("both", self.net, self.loss, self.both_terms, (*FORWARD_DECIDED_BY, "method"))]

    def both_terms(self, net: nn.Module, loss: nn.Module, pairs: Pairs) -> dict[str, Tensor]:
        """Equation (6); the two directions, then the two round trips, each run as one batch.

        The forward-inverse trip ends at the prime image of the row: for a prime input that is its start.
        """
        corrupted, size, apply = pairs.corrupted, pairs.clean.shape[-2], self.applied(net)
        zeros, terminal = self.clean_level(pairs.clean), self.terminal(pairs.clean)
        off, on = torch.zeros_like(pairs.clean[..., 0]), torch.ones_like(pairs.clean[..., 0])
        levels, switch = torch.cat([corrupted.t, zeros], -1), torch.cat([off, on], -1)
        first, inverse = apply(torch.cat([corrupted.x_t, pairs.row], -2), levels, switch).split(size, -2)
        clean, terms = self.scored(apply, loss, first, pairs)
        terms["inverse"] = mse(inverse, pairs.image)
        levels, switch = torch.cat([zeros, terminal], -1), torch.cat([on, off], -1)
        if self.detached:
            clean, inverse = clean.detach(), inverse.detach()
        image, second = apply(torch.cat([clean, inverse], -2), levels, switch).split(size, -2)
        *_, returned = self.iterate(apply, second, inverse, terminal)
        terms["round_trip_fi"] = self.round_trip_fi * mse(image, pairs.prime)
        terms["round_trip_if"] = self.round_trip_if * mse(returned, pairs.row)
        return terms

    def inverse(self, x: Tensor) -> Tensor:
        """The network's image of clean rows (n, d) with the switch on, at level 0."""
        return self.applied(self.net)(x, self.clean_level(x), torch.ones(len(x), dtype=x.dtype, device=x.device))
