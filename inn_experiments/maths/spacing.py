"""Which levels of a schedule a sampler visits: evenly spaced in time, in log SNR, or closer to the rows."""

import math
from typing import Literal

import torch

from inn_experiments.contracts import Schedule
from inn_experiments.maths.schedules import Level

Spacing = Literal["time", "logsnr", "quadratic"]

# With less of a signal than this a level says nothing of the row: the cosine schedule's last one, where alpha is 0
# but for rounding, would stretch the scale of log SNR sixfold.
LEAST_SIGNAL = 0.01


def log_snr(level: Level) -> float:
    """log(alpha / sigma), half the log of the signal-to-noise ratio; infinite where either is 0.

    Example:
        >>> log_snr((0.6, 0.6)), log_snr((1.0, 0.0)), log_snr((0.0, 1.0))
        (0.0, inf, -inf)
    """
    alpha, sigma = level
    return math.inf if sigma == 0 else -math.inf if alpha == 0 else math.log(alpha) - math.log(sigma)


def spaced(schedule: Schedule, steps: int, spacing: Spacing) -> list[int]:
    """`steps` different levels of T, falling from T itself, as far as they may be rounded evenly spaced.

    `time`: ceil(T k / steps) for k = steps..1; `quadratic`: ceil(T (k / steps)^2); `logsnr`: the levels whose
    log(alpha / sigma) is nearest to evenly spaced values, from alpha = 0.01 or level T to level 1. Where levels would
    coincide, as is unavoidable with nearly as many steps as levels, the next free ones are taken.

    Args:
        schedule: of T levels, T at least `steps`.
        steps: at least 1.
        spacing: see above.
    """
    top, numbers = schedule.steps, range(steps, 0, -1)
    if spacing == "time":
        wanted = [-(-top * number // steps) for number in numbers]
    elif spacing == "quadratic":
        wanted = [-(-top * number**2 // steps**2) for number in numbers]
    else:
        alpha, sigma = (part[1:] for part in schedule.levels())
        known = alpha.log() - sigma.log()
        lowest = max(float(known[-1]), math.log(LEAST_SIGNAL))
        even = torch.linspace(lowest, float(known[0]), steps, dtype=known.dtype)
        wanted = [top, *(1 + (known - even[1:, None]).abs().argmin(1)).tolist()]
    levels, above = [], top + 1
    for level, left in zip(wanted, numbers, strict=True):
        above = max(left, min(level, above - 1))
        levels.append(above)
    return levels
