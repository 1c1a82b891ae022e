"""Samplers: from noise at level T down to level 0, with any denoiser (paper, equations 18 to 20).

A denoiser is called as denoise(x_t (n, d), t (n,) int64) and answers (clean, noise), each (n, d): its
estimates of the row and of the noise in x_t = alpha x + sigma noise. It may be a trained network or one of
`maths.oracles`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from inn_experiments.contracts import UserError
from inn_experiments.limits import PositiveInt, Share
from inn_experiments.maths.schedules import Cosine, Linear

Denoiser = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
Range = tuple[float, float]

# States that are handed back, beside the start: enough to draw how a row comes out of the noise.
KEPT = 8


class DDIM:
    """x_s = alpha_s clean + sqrt(sigma_s^2 - tau^2) noise + tau z: equation (20), deterministic for eta = 0.

    tau = eta (sigma_s / sigma_t) sqrt(1 - alpha_t^2 / alpha_s^2); eta = 1 has the law of DDPM (Song, Meng and
    Ermon 2021, equation 16).

    Args: steps: levels visited, evenly spaced over 1..T, T among them; eta: share of fresh noise.
    """

    def __init__(self, steps: PositiveInt = 100, eta: Share = 0.0) -> None:
        self.steps, self.eta = steps, eta

    def times(self, levels: int) -> list[int]:
        """The levels visited, from T to 0; raises UserError where there are fewer than steps of them."""
        return spaced(self.steps, levels)

    def __call__(
        self,
        denoise: Denoiser,
        start: Tensor,
        schedule: Cosine | Linear,
        generator: torch.Generator,
        clip: Range | None = None,
    ) -> list[Tensor]:
        """At most KEPT + 1 states (n, d), from `start`, which is noise (n, d), to the rows.

        Args: generator: of fresh noise, on the CPU; clip: range that every estimate of the clean row is kept
        in, the noise then being what is left of x_t (equation 19).
        """

        def step(
            x: Tensor, clean: Tensor, noise: Tensor, now: tuple[float, float], then: tuple[float, float]
        ) -> Tensor:
            (a_t, s_t), (a_s, s_s) = now, then
            tau = self.eta * s_s / s_t * max(0.0, 1 - (a_t / a_s) ** 2) ** 0.5
            moved = a_s * clean + max(0.0, s_s**2 - tau**2) ** 0.5 * noise
            return moved + tau * drawn(x, generator) if tau else moved

        return _walk(denoise, start, schedule, self.times(schedule.steps), clip, step)


class DDPM:
    """Ancestral sampling: draws from q(x_s | x_t, clean) (Ho et al. 2020, equations 6 and 7).

    Args: steps: levels visited, evenly spaced over 1..T, T among them; None: all of them.
    """

    def __init__(self, steps: PositiveInt | None = None) -> None:
        self.steps = steps

    def times(self, levels: int) -> list[int]:
        """The levels visited, from T to 0; raises UserError where there are fewer than steps of them."""
        return spaced(levels if self.steps is None else self.steps, levels)

    def __call__(
        self,
        denoise: Denoiser,
        start: Tensor,
        schedule: Cosine | Linear,
        generator: torch.Generator,
        clip: Range | None = None,
    ) -> list[Tensor]:
        """At most KEPT + 1 states (n, d), from `start`, which is noise (n, d), to the rows; as in DDIM."""

        def step(
            x: Tensor, clean: Tensor, noise: Tensor, now: tuple[float, float], then: tuple[float, float]
        ) -> Tensor:
            (a_t, s_t), (a_s, s_s) = now, then
            ratio = a_t / a_s
            beta = 1 - ratio**2
            mean = (a_s * beta * clean + ratio * s_s**2 * x) / s_t**2
            deviation = s_s / s_t * beta**0.5
            return mean + deviation * drawn(x, generator) if deviation else mean

        return _walk(denoise, start, schedule, self.times(schedule.steps), clip, step)


def spaced(steps: int, levels: int) -> list[int]:
    """`steps` levels evenly spaced over 1..levels, falling from `levels`, and 0.

    Raises UserError where `steps` is more than `levels`.
    """
    if steps > levels:
        raise UserError(
            f"sampler.steps is {steps}, but schedule.steps has only {levels} levels; "
            f"give sampler.steps={levels} or less, or a longer schedule"
        )
    # Rounding up keeps them distinct and at least 1.
    return [-(-number * levels // steps) for number in range(steps, 0, -1)] + [0]


def drawn(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal noise in the shape of `like`, drawn on the CPU, so that every device gets the same."""
    return torch.randn(like.shape, generator=generator, dtype=like.dtype).to(like.device)


def _walk(
    denoise: Denoiser,
    start: Tensor,
    schedule: Cosine | Linear,
    times: list[int],
    clip: Range | None,
    step: Callable[..., Tensor],
) -> list[Tensor]:
    share = schedule.alpha_bar()
    levels = list(zip(share.sqrt().tolist(), (1 - share).sqrt().tolist(), strict=True))
    last = len(times) - 1
    shown = {round(last * number / KEPT) for number in range(1, KEPT + 1)}
    x, states = start, [start]
    for number, (t, s) in enumerate(pairwise(times), 1):
        clean, noise = denoise(x, torch.full((len(x),), t, device=x.device))
        if clip is not None:
            clean = clean.clamp(*clip)
            noise = (x - levels[t][0] * clean) / levels[t][1]
        x = step(x, clean, noise, levels[t], levels[s])
        if number in shown:
            states.append(x)
    return states
