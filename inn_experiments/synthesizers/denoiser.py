"""A trained denoiser at work: states walked down the levels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


@torch.no_grad()
def walked(
    net: nn.Module,
    parameterization: Any,
    schedule: Any,
    sampler: Any,
    start: Tensor,
    z: Tensor | None,
    generator: torch.Generator,
    **options: Any,
) -> Tensor:
    """The states (k+1, n, d) of `sampler` from `start` (n, d), all in the units that `net` was trained in.

    Args: z: conditions (n, k) or None, on the device of net and start; generator: of fresh noise, on the CPU;
    options: of the sampler, such as clip and kept.
    """
    share = schedule.alpha_bar()
    alphas, sigmas = (part.float()[:, None].to(start.device) for part in (share.sqrt(), (1 - share).sqrt()))

    def denoise(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        return parameterization.split(net(x, t, z), x, alphas[t], sigmas[t], t)

    return torch.stack(sampler(denoise, start, schedule, generator, **options))
