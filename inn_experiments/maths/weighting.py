"""How much each level counts in a denoiser's loss."""

from typing import Literal

import torch
from torch import Tensor

from inn_experiments.contracts import Parameterization, Schedule

Weighting = Literal["plain", "row", "min_snr"]

GAMMA = 5.0
"""The signal-to-noise ratio from which on min_snr counts no more."""


def weights(kind: Weighting, parameterization: Parameterization, schedule: Schedule) -> Tensor | None:
    """What the squared error of a prediction at level t in 0..T is multiplied by, (T+1,) float32; None for 1.

    plain: the prediction's own error counts (paper, equations 11, 12 and 17). row: that of the row which it implies, so
    that all parameterizations learn by one loss, x0's. min_snr: the row's, times min(alpha^2 / sigma^2, 5), so that
    levels of little noise count in x0's loss, too, where a row's error is small (Hang et al. 2023).

    Example:
        >>> from inn_experiments.maths.parameterization import X0
        >>> from inn_experiments.maths.schedules import Cosine
        >>> [round(float(weight), 2) for weight in weights("min_snr", X0(), Cosine(4))]
        [5.0, 5.0, 0.98, 0.17, 0.0]
    """
    if kind == "plain":
        return None
    alphas, sigmas = schedule.levels()
    t = torch.arange(len(alphas))
    found = parameterization.leverage(alphas[:, None], sigmas[:, None], t)[:, 0].square()
    if kind == "min_snr":
        found = found * (alphas.square() / sigmas.square().clamp(min=torch.finfo(sigmas.dtype).tiny)).clamp(max=GAMMA)
    return found.float()
