"""What the network predicts: the clean row, the noise, v or the mean of the next state; and the way back.

With x_t = alpha x + sigma noise, for any alpha and sigma (they need not lie on the unit circle: convex
corruption has alpha + sigma = 1). Prime space is the terminal level, alpha = 0 and sigma = 1. `target`, `clean`
and both halves of `split` are (n, d) as x, x_t and prediction are; alpha and sigma are (n, 1), levels t (n,). Each
way's target leads to the same halves, so that the four convert into each other without loss.
"""

from itertools import pairwise
from typing import Self

import torch
from torch import Tensor

from inn_experiments.contracts import Corrupted, Schedule, UserError
from inn_experiments.maths.schedules import posterior

# Below this alpha a noise prediction says almost nothing about the clean row: dividing by it explodes.
LEAST_ALPHA = 0.05

# A sampler visits such levels too, and there the cap biases the clean row by its size: at most a hundredth of
# the row's signal is lost, and a noise prediction's error is multiplied by no more than a hundred. The noise
# itself is never capped.
LEAST_SAMPLED_ALPHA = 0.01

# By this much a step may multiply the error of a predicted mean. Factors up to 5 do no harm; with 10 some rows of a
# Swiss roll overflow.
MOST_AMPLIFIED = 8.0

# The row's least share in the mean of the next state: below it rounding alone would decide the row.
LEAST_SHARE = 1e-6


class Scheduleless:
    """A way whose target and halves follow from alpha and sigma alone."""

    direct = False
    """Whether the raw prediction is the clean row."""

    def on(self, schedule: Schedule) -> Self:
        """The way told the schedule: itself."""
        return self

    def check(self, times: list[int]) -> None:
        """Any walk will do."""

    def clean(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """The clean row that a prediction implies, which inversion methods iterate."""
        raise NotImplementedError

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """(clean, noise), which samplers walk on, for sigma > 0: the row, and what it leaves of x_t (equation 19)."""
        clean = self.clean(prediction, x_t, alpha, sigma)
        return clean, (x_t - alpha * clean) / sigma

    def leverage(self, alpha: Tensor, sigma: Tensor, t: Tensor) -> Tensor:
        """By how much an error of the prediction is larger in the clean row that it implies, (n, 1): 1."""
        return torch.ones_like(alpha)


class X0(Scheduleless):
    """The network predicts the clean row itself (paper, equation 12)."""

    direct = True

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """The row."""
        return x

    def clean(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """The prediction."""
        return prediction


class Epsilon(Scheduleless):
    """The network predicts the noise (equation 11); at the terminal level, where all input is noise, x."""

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """The noise, or x where alpha = 0."""
        return torch.where(corrupted.alpha == 0, x, corrupted.noise)

    def clean(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """(x_t - sigma * prediction) / alpha, alpha at least LEAST_ALPHA; the prediction where alpha = 0."""
        estimate = (x_t - sigma * prediction) / alpha.clamp(min=LEAST_ALPHA)
        return torch.where(alpha == 0, prediction, estimate)

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """(clean, noise): the row, alpha at least LEAST_SAMPLED_ALPHA; the prediction."""
        return (x_t - sigma * prediction) / alpha.clamp(min=LEAST_SAMPLED_ALPHA), prediction

    def leverage(self, alpha: Tensor, sigma: Tensor, t: Tensor) -> Tensor:
        """Sigma / alpha, alpha at least LEAST_SAMPLED_ALPHA."""
        return sigma / alpha.clamp(min=LEAST_SAMPLED_ALPHA)


class V(Scheduleless):
    """The network predicts v = alpha * noise - sigma * x (Salimans and Ho 2022): a mixture of the two."""

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """The mixture."""
        return corrupted.alpha * corrupted.noise - corrupted.sigma * x

    def clean(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """(alpha x_t - sigma v) / (alpha^2 + sigma^2)."""
        return (alpha * x_t - sigma * prediction) / (alpha**2 + sigma**2)

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """(clean, noise): (x_t, v) turned back by the angle of (alpha, sigma)."""
        noise = (sigma * x_t + alpha * prediction) / (alpha**2 + sigma**2)
        return self.clean(prediction, x_t, alpha, sigma), noise

    def leverage(self, alpha: Tensor, sigma: Tensor, t: Tensor) -> Tensor:
        """Sigma."""
        return sigma


class Mu:
    """The network predicts the mean of x_{t-1} given x_t and x, A x + B x_t: equation (7) of Kulkarni et al.

    Ancestral sampling over all levels walks on the prediction itself; a step that skips levels multiplies its error
    by about as many as it skips, near T, where A is next to nothing, until rows are lost. As it needs the posterior of
    a schedule, and has nothing to say of prime space, it is for diffusion alone. `on` makes the copy that can be used.
    """

    direct = False

    def on(self, schedule: Schedule) -> Self:
        """A copy with A and B of the step from each level t to t-1, (T+1,) float64 each; (1, 0) at t = 0."""
        bound, (a, s) = type(self)(), schedule.levels()
        bound.alpha = a
        of_row, of_state, _ = posterior((a[1:], s[1:]), (a[:-1], s[:-1]))
        bound.of_row = torch.cat([of_row.new_ones(1), of_row])
        bound.of_state = torch.cat([of_state.new_zeros(1), of_state])
        return bound

    def check(self, times: list[int]) -> None:
        """Raise UserError where a step would multiply the error of a predicted mean by more than MOST_AMPLIFIED."""
        a, s = self.alpha, (1 - self.alpha**2).sqrt()
        # What the row moves in the next state of a deterministic step, by what its mean says of it.
        steps = [
            (a[to] - s[to] * a[t] / s[t]) / self.of_row[t].clamp(min=LEAST_SHARE) for t, to in pairwise(times) if to
        ]
        factor = max(map(float, steps), default=0.0)
        if factor > MOST_AMPLIFIED:
            raise UserError(
                f"parameterization=mu: {len(times) - 1} steps over {times[0]} levels multiply the error of a predicted "
                f"mean by up to {factor:.0f}, which loses the rows; give sampler.steps=null for all levels, or choose "
                "another parameterization"
            )

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """A x + B x_t."""
        of_row, of_state = self._at(corrupted.t, x)
        return of_row * x + of_state * corrupted.x_t

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """(clean, noise): (prediction - B x_t) / A, A at least LEAST_SHARE; what it leaves."""
        of_row, of_state = self._at(t, x_t)
        clean = (prediction - of_state * x_t) / of_row.clamp(min=LEAST_SHARE)
        return clean, (x_t - alpha * clean) / sigma

    def leverage(self, alpha: Tensor, sigma: Tensor, t: Tensor) -> Tensor:
        """1 / A."""
        return 1 / self._at(t, alpha)[0].clamp(min=LEAST_SHARE)

    def _at(self, t: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
        return self.of_row.to(like)[t][:, None], self.of_state.to(like)[t][:, None]
