"""Schedules: level t in 0..T -> (alpha, sigma) with alpha^2 + sigma^2 = 1 (paper, equations 13 and 15)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from inn_experiments.contracts.limits import NonNegative, PositiveInt, Share


@dataclass
class Levels:
    """A schedule of T = `steps` levels, as far as it follows from its `alpha_bar`."""

    steps: PositiveInt = 100

    def alpha_bar(self) -> Tensor:
        """(T+1,) float64: the share of the signal's variance that is left at level 0..T, starting at 1."""
        raise NotImplementedError

    def levels(self) -> tuple[Tensor, Tensor]:
        """(alpha, sigma), each (T+1,) float64, indexed by the level t."""
        share = self.alpha_bar()
        return share.sqrt(), (1 - share).sqrt()


@dataclass
class Cosine(Levels):
    """alpha_bar(t) = f(t)/f(0), f(t) = cos^2((t/T + s)/(1 + s) * pi/2), s the offset: the squared reading of (13)."""

    offset: NonNegative = 0.008

    def alpha_bar(self) -> Tensor:
        """As of every schedule, from 1 to about 0."""
        time = torch.arange(self.steps + 1, dtype=torch.float64) / self.steps
        wave = torch.cos((time + self.offset) / (1 + self.offset) * math.pi / 2) ** 2
        return (wave / wave[0]).clamp(0, 1)


@dataclass
class Linear(Levels):
    """beta rises linearly from `first` to `last` over T steps (Ho et al. 2020); alpha_bar = prod(1 - beta).

    The published betas are meant for T = 1000. `rescale` multiplies them by 1000/T, without which a short schedule
    leaves most of the signal at level T (0.60 of the amplitude at T = 100).
    """

    first: Share = 1e-4
    last: Share = 0.02
    rescale: bool = True

    def alpha_bar(self) -> Tensor:
        """As of every schedule."""
        scale = 1000 / self.steps if self.rescale else 1.0
        beta = torch.linspace(self.first, self.last, self.steps, dtype=torch.float64) * scale
        return torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - beta.clamp(max=0.999), 0)])
