"""Samplers: from noise at level T down to level 0, with any denoiser (paper, equations 18 to 20).

A denoiser is called as denoise(x_t (n, d), t (n,) int64) and answers (clean, noise), each (n, d): its
estimates of the row and of the noise in x_t = alpha x + sigma noise. It may be a trained network or one of
`tests/oracles.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from inn_experiments.contracts import NonNegative, PositiveInt, Schedule, Share, UserError, stages
from inn_experiments.maths.schedules import LEAST, Level, posterior
from inn_experiments.maths.spacing import Spacing, spaced

Denoiser = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

# States that are handed back, beside the start: enough to draw how a row comes out of the noise.
KEPT = 8
# Earlier estimates that a step may look back on: no sampler here is of a higher order.
EARLIER = 1


@dataclass(frozen=True)
class Seen:
    """A state x = alpha clean + sigma noise and what a denoiser saw in it.

    Attributes:
        x, clean, noise: (n, d).
        level: (alpha, sigma).
    """

    x: Tensor
    clean: Tensor
    noise: Tensor
    level: Level


@dataclass
class Walk:
    """A walk over `steps` of the levels 1..T, T among them, see `spaced`; None: all of them."""

    steps: PositiveInt | None = None
    spacing: Spacing = "time"

    def step(self, seen: Sequence[Seen], to: Level, draws: torch.Generator) -> Tensor:
        """The state (n, d) at level `to`, from what was seen, the present state first, then earlier ones."""
        raise NotImplementedError

    def corrected(self, now: Seen, before: Sequence[Seen]) -> Seen:
        """What is seen now, once it is compared with what was seen `before`, the latest first; mostly as it is."""
        return now

    def freshness(self, schedule: Schedule) -> list[float]:
        """The fresh noise of each step, its deviation over that of the posterior between its levels, up to a factor."""
        return [1.0] * (len(self.times(schedule)) - 1)

    def times(self, schedule: Schedule) -> list[int]:
        """The levels visited, falling from T to 0; raises UserError where there are fewer than steps of them."""
        levels = schedule.steps
        steps = levels if self.steps is None else self.steps
        if steps > levels:
            raise UserError(
                f"sampler.steps is {steps}, but schedule.steps has only {levels} levels; "
                f"give sampler.steps={levels} or less, or a longer schedule"
            )
        return [*spaced(schedule, steps, self.spacing), 0]

    def __call__(
        self,
        denoise: Denoiser,
        start: Tensor,
        schedule: Schedule,
        generator: torch.Generator,
        clip: tuple[float, float] | None = None,
        kept: int | None = KEPT,
        top: int | None = None,
    ) -> list[Tensor]:
        """At most kept + 1 states (n, d), from `start`, which is noise (n, d) at level T, to the rows.

        Args:
            denoise: see above.
            start: (n, d).
            schedule: of T levels.
            generator: of fresh noise, on the CPU.
            clip: range that every estimate of the clean row is kept in, the noise then being what is left of x_t
                (equation 19).
            kept: states handed back beside the start, evenly spaced, the rows among them; None: all.
            top: the level of `start`, below which the same levels are visited; None: T.
        """
        times = self.times(schedule)
        if top is not None:
            times = [top, *(t for t in times if t < top)]
        levels = list(zip(*(part.tolist() for part in schedule.levels()), strict=True))
        last = len(times) - 1
        count = last if kept is None else kept
        shown = {round(last * number / count) for number in range(1, count + 1)}
        x, states, seen = start, [start], []
        for number, (t, s) in enumerate(pairwise(times), 1):
            clean, noise = denoise(x, torch.full((len(x),), t, device=x.device))
            if clip is not None:
                clean = clean.clamp(*clip)
                noise = (x - levels[t][0] * clean) / levels[t][1]
            seen = [self.corrected(Seen(x, clean, noise, levels[t]), seen), *seen[:EARLIER]]
            x = self.step(seen, levels[s], generator)
            if number in shown:
                states.append(x)
            stages.move(number, last, f"{number}/{last} steps", of=("sample",))
        return states


@dataclass
class DDIM(Walk):
    """x_s = alpha_s clean + sqrt(sigma_s^2 - tau^2) noise + tau z: the paper's equation (20).

    tau = eta (sigma_s / sigma_t) sqrt(1 - alpha_t^2 / alpha_s^2), so `eta` is the share of fresh noise: 0 is
    deterministic, for any pairs of alpha and sigma; 1 has the law of DDPM (Song, Meng and Ermon 2021, equation 16).
    """

    steps: PositiveInt | None = 100
    eta: Share = 0.0

    def step(self, seen: Sequence[Seen], to: Level, draws: torch.Generator) -> Tensor:
        """x_s (n, d), of the present clean rows and noise alone."""
        now, (a_s, s_s) = seen[0], to
        a_t, s_t = now.level
        tau = self.eta * s_s / s_t * max(0.0, 1 - (a_t / (a_s + LEAST)) ** 2) ** 0.5
        moved = a_s * now.clean + max(0.0, s_s**2 - tau**2) ** 0.5 * now.noise
        return moved + tau * drawn(now.x, draws) if tau else moved


@dataclass
class DDPM(Walk):
    """Ancestral sampling, with fresh noise in every step: Ho et al. 2020, equations 6 and 7.

    Over fewer levels than there are, each step is that between the levels visited, t and s: the strided sampling of
    Nichol and Dhariwal 2021, Section 4. `variance` is that of the noise of a step: of the `posterior`
    q(x_s | x_t, x), beta (1 - alpha_bar_s) / (1 - alpha_bar_t), right for rows that are one point; of the `forward`
    step, beta = 1 - alpha_bar_t / alpha_bar_s, right for rows that are standard noise: the two ends of what can be
    right (Ho et al., Section 3.2); or so many times that of the posterior: 0 walks along the means alone. The last
    step, to the row, adds no noise.
    """

    variance: Literal["posterior", "forward"] | NonNegative = "posterior"

    def freshness(self, schedule: Schedule) -> list[float]:
        """Grows towards the rows with the variance of the forward step, by sigma_t / sigma_s."""
        if self.variance != "forward":
            return super().freshness(schedule)
        sigma = schedule.levels()[1].tolist()
        return [sigma[t] / sigma[s] if sigma[s] else 1.0 for t, s in pairwise(self.times(schedule))]

    def step(self, seen: Sequence[Seen], to: Level, draws: torch.Generator) -> Tensor:
        """A draw (n, d) of x_s, about the mean of q(x_s | x_t, clean); the noise seen is not read: x_t and clean do."""
        now = seen[0]
        of_row, of_state, deviation = posterior(now.level, to)
        mean = of_row * now.clean + of_state * now.x
        if self.variance == "forward":
            deviation = deviation * now.level[1] / to[1] if to[1] else 0.0
        elif self.variance != "posterior":
            deviation = deviation * self.variance**0.5
        return mean + deviation * drawn(now.x, draws) if deviation else mean


def drawn(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal noise in the shape of `like`, drawn on the CPU, so that every device gets the same."""
    return torch.randn(like.shape, generator=generator, dtype=like.dtype).to(like.device)
