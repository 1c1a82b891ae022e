"""DPM-Solver++ (2M): two steps of memory make the error fall with the square of the step (Lu et al. 2022)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inn_experiments.contracts import PositiveInt
from inn_experiments.maths.samplers import Seen, Walk
from inn_experiments.maths.schedules import Level
from inn_experiments.maths.spacing import log_snr


@dataclass
class DPMpp(Walk):
    """x_s = alpha_s clean + sigma_s noise + alpha_s (1 - e^-h) / (2 r) (clean - clean before).

    h is the step in log SNR, r the step before over h. The clean row, a straight line in log SNR through the last two
    estimates, replaces DDIM's constant one: Algorithm 2 (2M, data prediction), whose D = (1 + 1/(2r)) clean -
    1/(2r) clean before. The first step, and the last one to sigma = 0, where h is infinite, are DDIM's.
    """

    steps: PositiveInt = 10

    def step(self, seen: Sequence[Seen], to: Level, draws: torch.Generator) -> Tensor:
        """x_s (n, d), without fresh noise."""
        now = seen[0]
        moved, h = constant(now, to), log_snr(to) - log_snr(now.level)
        if len(seen) == 1 or not math.isfinite(h):
            return moved
        before = log_snr(now.level) - log_snr(seen[1].level)
        return moved - 0.5 * to[0] * math.expm1(-h) * h / before * (now.clean - seen[1].clean)


def constant(seen: Seen, to: Level) -> Tensor:
    """The state (n, d) at level `to` of the clean rows and the noise that were seen, as DDIM makes it."""
    return to[0] * seen.clean + to[1] * seen.noise
