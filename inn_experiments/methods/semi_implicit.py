"""Semi-implicit inversion: one network with a direction switch z and round trips (paper, Section 7.2)."""

import torch
from torch import Tensor, nn

from inn_experiments.contracts.limits import NonNegative
from inn_experiments.maths.losses import mse
from inn_experiments.methods.base import FORWARD_DECIDED_BY, Method, Pairs, Training


class SemiImplicit(Method):
    """z = 0 denoises, z = 1 maps to prime space; four terms (equation 6), the round trips with weights of their own.

    Example:
        >>> from inn_experiments.methods.base import Setting
        >>> from inn_experiments.nets.point_unet import PointUNet
        >>> method = SemiImplicit()
        >>> method.assemble(PointUNet, Setting(features=3, steps=10))
        >>> method.inverse(torch.zeros(5, 3)).shape, method.net.context.conditions
        (torch.Size([5, 3]), 1)
    """

    conditions = 1

    def __init__(self, round_trip_fi: NonNegative = 1.0, round_trip_if: NonNegative = 1.0) -> None:
        super().__init__()
        self.round_trip_fi, self.round_trip_if = round_trip_fi, round_trip_if

    def trainings(self) -> list[Training]:
        """The one network."""
        return [Training("both", self.net, self.loss, self.both_terms, (*FORWARD_DECIDED_BY, "method"))]

    def both_terms(self, net: nn.Module, loss: nn.Module, pairs: Pairs) -> dict[str, Tensor]:
        """Equation (6); the two directions, then the two round trips, each run as one batch.

        The forward-inverse trip ends at the prime image of the row: for a prime input that is its start.
        """
        corrupted, size = pairs.corrupted, pairs.clean.shape[-2]
        zeros, terminal = self.clean_level(pairs.clean), self.terminal(pairs.clean)
        off, on = torch.zeros_like(pairs.clean[..., 0]), torch.ones_like(pairs.clean[..., 0])
        levels, switch = torch.cat([corrupted.t, zeros], -1), torch.cat([off, on], -1)
        first, inverse = net(torch.cat([corrupted.x_t, pairs.clean], -2), levels, switch).split(size, -2)
        clean, terms = self.scored(net, loss, first, pairs)
        terms["inverse"] = mse(inverse, pairs.prime)
        levels, switch = torch.cat([zeros, terminal], -1), torch.cat([on, off], -1)
        image, second = net(torch.cat([clean, inverse], -2), levels, switch).split(size, -2)
        *_, returned = self.iterate(net, second, inverse, terminal)
        terms["round_trip_fi"] = self.round_trip_fi * mse(image, pairs.prime)
        terms["round_trip_if"] = self.round_trip_if * mse(returned, pairs.clean)
        return terms

    def inverse(self, x: Tensor) -> Tensor:
        """The network's image of clean rows (n, d) with the switch on, at level 0."""
        return self.net(x, self.clean_level(x), torch.ones(len(x), dtype=x.dtype, device=x.device))
