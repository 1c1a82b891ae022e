"""What a block of training rows becomes: corrupted and paired with its targets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import Corrupted
from inn_experiments.contracts.parts import Corruption, Parameterization, Schedule
from inn_experiments.training.blocks import Batch, Draw


def pairs(
    x: Tensor,
    y: Tensor,
    prime: Tensor,
    corrupt: Corruption | Callable[..., Corrupted],
    steps: int,
    prime_share: float,
    generator: torch.Generator,
) -> Draw:
    """Draws of (x_t, t, alpha, sigma, noise, clean, prime) for an inversion method.

    The inputs are corrupted rows at levels t ~ U{1..T} or, with chance `prime_share`, prime images at T+1.

    Args:
        x: (n, d).
        y: (n,), their classes.
        prime: (n, d), their prime images.
        corrupt: fitted to training rows.
        steps: T.
        prime_share: see above.
        generator: of every draw.
    """

    def draw(index: Tensor) -> Batch:
        rows, labels, primes = x[index], y[index], prime[index]
        t = torch.randint(1, steps + 1, (len(index),), generator=generator)
        noisy = corrupt(rows, labels, t, generator, index)
        last = torch.rand(len(index), 1, generator=generator) < prime_share
        return (
            torch.where(last, primes, noisy.x_t),
            torch.where(last[:, 0], steps + 1, t),
            torch.where(last, 0.0, noisy.alpha),
            torch.where(last, 1.0, noisy.sigma),
            torch.where(last, primes, noisy.noise),
            rows,
            primes,
        )

    return draw


def examples(
    x: np.ndarray,
    y: np.ndarray,
    table: np.ndarray,
    units: tuple[float, float],
    schedule: Schedule,
    parameterization: Parameterization,
    generator: torch.Generator,
) -> Draw:
    """Draws of (x_t, t, condition, target) at levels t ~ U{1..T} (paper, 8.3).

    The rows stay where they are, in memory or in a mapped file: a block of them is taken and standardised at a time.

    Args:
        x: (n, d).
        y: (n,), their classes.
        table: (C, k), the condition of each class; None is drawn for it where k = 0.
        units: mean and deviation of the standardisation.
        schedule: how much of a row and of noise there is at a level.
        parameterization: of the targets.
        generator: of every draw.
    """
    (mean, deviation), labels, conditions = units, torch.as_tensor(y), torch.as_tensor(table)
    alphas, sigmas = (part.float() for part in schedule.levels())
    # To the targets alpha = 0 means prime space; a steep schedule's last levels may underflow to it.
    alphas = alphas.clamp(min=torch.finfo(alphas.dtype).tiny)

    def draw(index: Tensor) -> Batch:
        rows = torch.from_numpy(x[index.numpy()]).sub_(mean).div_(deviation)
        t = torch.randint(1, schedule.steps + 1, (len(rows),), generator=generator)
        noise = torch.randn(rows.shape, generator=generator)
        alpha, sigma = alphas[t][:, None], sigmas[t][:, None]
        x_t = (alpha * rows).addcmul_(sigma, noise)
        target = parameterization.target(rows, Corrupted(x_t, t, alpha, sigma, noise))
        return x_t, t, conditions[labels[index]] if conditions.shape[1] else None, target

    return draw


def looked_up(inputs: np.ndarray, others: Callable[[np.ndarray], np.ndarray]) -> Draw:
    """Draws of (inputs (b, d), others (b, m)) as float32 tensors of their own, without chance.

    Rows are looked up block by block, so a memory-mapped table is never in memory twice, nor need it be once.
    """

    def draw(index: Tensor) -> Batch:
        chosen = index.numpy()
        parts = np.asarray(inputs[chosen], np.float32), np.asarray(others(chosen), np.float32)
        return tuple(map(torch.from_numpy, parts))

    return draw
