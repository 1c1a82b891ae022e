"""What the network predicts: the clean row, the noise, or v; and the way back to the clean row.

With x_t = alpha x + sigma noise, for any alpha and sigma (they need not lie on the unit circle: convex
corruption has alpha + sigma = 1). Prime space is the terminal level, alpha = 0 and sigma = 1. `direct` says
that the raw prediction is the clean row. `clean` is what the inversion methods iterate; `split` is what a
sampler walks on: both halves of x_t, for sigma > 0. Each way's target leads to the same halves, so that the
three convert into each other without loss.
"""

from __future__ import annotations

import torch
from torch import Tensor

from inn_experiments.contracts import Corrupted

# Below this alpha a noise prediction says almost nothing about the clean row: dividing by it explodes.
LEAST_ALPHA = 0.05

# A sampler visits such levels too, and there the cap biases the clean row by its size: at most a hundredth of
# the row's signal is lost, and a noise prediction's error is multiplied by no more than a hundred. The noise
# itself is never capped.
LEAST_SAMPLED_ALPHA = 0.01


class X0:
    """The network predicts the clean row itself (paper, equation 12)."""

    direct = True

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """x (n, d)."""
        return x

    def clean(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """The prediction (n, d)."""
        return prediction

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
        """(clean, noise), each (n, d): the prediction, and what it leaves of x_t (equation 19)."""
        return prediction, (x_t - alpha * prediction) / sigma


class Epsilon:
    """The network predicts the noise (equation 11); at the terminal level, where all input is noise, x."""

    direct = False

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """The noise (n, d), or x where alpha = 0."""
        return torch.where(corrupted.alpha == 0, x, corrupted.noise)

    def clean(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """(x_t - sigma * prediction) / alpha, alpha at least LEAST_ALPHA; the prediction where alpha = 0."""
        estimate = (x_t - sigma * prediction) / alpha.clamp(min=LEAST_ALPHA)
        return torch.where(alpha == 0, prediction, estimate)

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
        """(clean, noise), each (n, d): the row, alpha at least LEAST_SAMPLED_ALPHA; the prediction."""
        return (x_t - sigma * prediction) / alpha.clamp(min=LEAST_SAMPLED_ALPHA), prediction


class V:
    """The network predicts v = alpha * noise - sigma * x (Salimans and Ho 2022): a mixture of the two."""

    direct = False

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """v (n, d)."""
        return corrupted.alpha * corrupted.noise - corrupted.sigma * x

    def clean(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """(alpha x_t - sigma v) / (alpha^2 + sigma^2) (n, d)."""
        return (alpha * x_t - sigma * prediction) / (alpha**2 + sigma**2)

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
        """(clean, noise), each (n, d): (x_t, v) turned back by the angle of (alpha, sigma)."""
        noise = (sigma * x_t + alpha * prediction) / (alpha**2 + sigma**2)
        return self.clean(prediction, x_t, alpha, sigma), noise
