"""Schedules: level t in 0..T -> (alpha, sigma) with alpha^2 + sigma^2 = 1 (paper, equations 13 and 15).

And their Markov chain: its steps into the noise, and the posterior of a step back, with the equations of "Reverse
Diffusion on 2D Spirals" (Kulkarni et al.), after Ho et al. 2020.
"""

import math
import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from inn_experiments.contracts import NonNegative, PositiveInt, Schedule, Share

Level = tuple[Any, Any]
"""(alpha, sigma), of numbers or of tensors."""

# In place of an alpha that has underflown: what is left of no signal is nothing, not nothing over nothing.
LEAST = sys.float_info.min


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


def posterior(now: Level, then: Level) -> tuple[Any, Any, Any]:
    """(A, B, deviation) of q(x_s | x_t, x) = N(A x + B x_t, deviation^2), from level t `now` to s < t `then`.

    For s = t-1 they are those of (6) to (8): A = sqrt(alpha_bar_s) beta_t / (1 - alpha_bar_t),
    B = sqrt(alpha_t) (1 - alpha_bar_s) / (1 - alpha_bar_t), and
    deviation^2 = (1 - alpha_bar_s) / (1 - alpha_bar_t) beta_t. The source's typeset (7) draws its roots
    over more than alpha_bar_s and alpha_t, and has alpha_bar_t for alpha_t: that would not be the mean.
    """
    (a_t, s_t), (a_s, s_s) = now, then
    ratio = a_t / (a_s + LEAST)
    beta = 1 - ratio**2
    return a_s * beta / s_t**2, ratio * s_s**2 / s_t**2, s_s / s_t * beta**0.5


def forward_chain(x: Tensor, schedule: Schedule, generator: torch.Generator) -> Tensor:
    """States (T+1, n, d) of rows x (n, d) at levels 0..T: x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) z.

    These are (1) and (2); `generator`, on the CPU, draws every z.
    """
    share = schedule.alpha_bar().tolist()
    states = [x]
    for before, after in pairwise(share):
        kept = after / (before + LEAST)
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        states.append(kept**0.5 * states[-1] + (1 - kept) ** 0.5 * z.to(x.device))
    return torch.stack(states)
