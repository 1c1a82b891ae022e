"""Semi-implicit inversion: one network with a direction switch z and round trips (paper, Section 7.2)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from inn_experiments.contracts.limits import NonNegative
from inn_experiments.methods.base import Method, Pairs


class SemiImplicit(Method):
    """z = 0 denoises, z = 1 maps to prime space; four terms (equation 6).

    Args:
        round_trip_fi, round_trip_if: weights of the round trips forward-inverse and inverse-forward.
    """

    conditions = 1

    def __init__(self, round_trip_fi: NonNegative = 1.0, round_trip_if: NonNegative = 1.0) -> None:
        super().__init__()
        self.round_trip_fi, self.round_trip_if = round_trip_fi, round_trip_if

    def terms(self, pairs: Pairs) -> dict[str, Tensor]:
        """Equation (6); the two directions, then the two round trips, each run as one batch.

        The forward-inverse trip ends at the prime image of the row: for a prime input that is its start.
        """
        corrupted, size = pairs.corrupted, len(pairs.clean)
        zeros, terminal = torch.zeros_like(corrupted.t), self.terminal(pairs.clean)
        off, on = torch.zeros_like(pairs.clean[:, 0]), torch.ones_like(pairs.clean[:, 0])
        both = self.net(torch.cat([corrupted.x_t, pairs.clean]), torch.cat([corrupted.t, zeros]), torch.cat([off, on]))
        inverse = both[size:]
        clean, terms = self.forward_terms(pairs, both[:size])
        terms["inverse"] = mse_loss(inverse, pairs.prime)
        trips = self.net(torch.cat([clean, inverse]), torch.cat([zeros, terminal]), torch.cat([on, off]))
        returned = self._finish(trips[size:], inverse, terminal)
        terms["round_trip_fi"] = self.round_trip_fi * mse_loss(trips[:size], pairs.prime)
        terms["round_trip_if"] = self.round_trip_if * mse_loss(returned, pairs.clean)
        return terms

    def inverse(self, x: Tensor) -> Tensor:
        """The network's image of clean rows (n, d) with the switch on, at level 0."""
        level = torch.zeros(len(x), dtype=torch.int64, device=x.device)
        return self.net(x, level, torch.ones(len(x), dtype=x.dtype, device=x.device))

    def _finish(self, prediction: Tensor, start: Tensor, t: Tensor) -> Tensor:
        """The last of the iterations that begin with this first prediction."""
        state = self.estimate(prediction, start, *self.nominal(t))
        for level in self.levels(t)[1:]:
            state = self.estimate(self.net(state, level), state, *self.nominal(level))
        return state
