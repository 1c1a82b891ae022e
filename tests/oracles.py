"""Denoisers known in closed form, E[x | x_t] for Gaussian rows: what a perfect network would answer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from inn_experiments.contracts.parts import Schedule
from inn_experiments.maths.samplers import Denoiser


class MixtureOracle:
    """Rows x ~ sum_k w_k N(m_k, C_k): E[x | x_t] mixes the components' answers by their posterior weights.

    For one component, E[x | x_t] = m + alpha C (alpha^2 C + sigma^2 I)^-1 (x_t - alpha m); it is solved in
    the eigenvectors of C, so that every row may have its own alpha and sigma.

    Args:
        weights: (k,), of any float type, which the answers then have.
        means: (k, d).
        covariances: (k, d, d).
    """

    def __init__(self, weights: Tensor, means: Tensor, covariances: Tensor) -> None:
        self.weights, self.means = weights, means
        values, self.vectors = torch.linalg.eigh(covariances)
        self.values = values.clamp(min=0)

    def clean(self, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """E[x | x_t] (n, d) of corrupted rows x_t (n, d), with alpha and sigma > 0 (n, 1)."""
        alpha, sigma = alpha[:, None], sigma[:, None]
        rotated = torch.einsum("nkd,kde->nke", x_t[:, None] - alpha * self.means, self.vectors)
        variance = alpha**2 * self.values + sigma**2
        gain = torch.einsum("nke,kde->nkd", alpha * self.values / variance * rotated, self.vectors)
        exponent = -(rotated**2 / variance + variance.log() + math.log(2 * math.pi)).sum(2) / 2
        share = torch.softmax(self.weights.log() + exponent, dim=1)
        return (share[:, :, None] * (self.means + gain)).sum(1)

    def denoiser(self, schedule: Schedule) -> Denoiser:
        """The function (x_t, t) -> (clean, noise) that a sampler takes, at the levels of `schedule`."""
        alphas, sigmas = (part.to(self.means)[:, None] for part in schedule.levels())

        def denoise(x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            alpha, sigma = alphas[t], sigmas[t]
            clean = self.clean(x_t, alpha, sigma)
            return clean, (x_t - alpha * clean) / sigma

        return denoise


class GaussianOracle(MixtureOracle):
    """Rows x ~ N(mean (d,), covariance (d, d)): a mixture of one."""

    def __init__(self, mean: Tensor, covariance: Tensor) -> None:
        super().__init__(torch.ones_like(mean[:1]), mean[None], covariance[None])
