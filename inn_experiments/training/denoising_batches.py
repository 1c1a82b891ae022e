"""Training examples of a diffusion model: rows corrupted to random levels, a block of batches at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import Corrupted
from inn_experiments.maths.schedules import Cosine, Linear, levels
from inn_experiments.training.batches import BLOCK_VALUES


@dataclass(frozen=True)
class Examples:
    """Corrupted rows x_t (n, d) at levels t (n,), conditions z (n, k) or None, what to predict (n, d)."""

    x_t: Tensor
    t: Tensor
    z: Tensor | None
    target: Tensor

    def part(self, rows: slice) -> Examples:
        """The examples at `rows`."""
        return Examples(self.x_t[rows], self.t[rows], None if self.z is None else self.z[rows], self.target[rows])


class DenoisingBatches:
    """One epoch an iteration, in blocks of batches: every row once, at a level t ~ U{1..T} (paper, 8.3).

    The rows stay where they are, in memory or in a mapped file: a block of them is taken and standardised at
    a time.

    Args: x, y: (n, d), (n,) training rows; table: (C, k), conditions of each class; mean, std: of the
    standardisation; schedule, parameterization: of the targets; batch: rows a batch (the last one of an epoch
    is smaller); generator: of every draw.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        table: Tensor,
        mean: float,
        std: float,
        schedule: Cosine | Linear,
        parameterization: Any,
        batch: int,
        generator: torch.Generator,
    ) -> None:
        self.x, self.y, self.table, self.mean, self.std = x, torch.as_tensor(y), table, mean, std
        self.steps, self.parameterization = schedule.steps, parameterization
        alpha, self.sigma = levels(schedule)
        # To the targets alpha = 0 means prime space; a steep schedule's last levels may underflow to it.
        self.alpha = alpha.clamp(min=torch.finfo(alpha.dtype).tiny)
        self.batch, self.generator = batch, generator

    def __len__(self) -> int:
        return (len(self.x) + self._block - 1) // self._block

    def __iter__(self) -> Iterator[list[Examples]]:
        order = torch.randperm(len(self.x), generator=self.generator)
        for index in order.split(self._block):
            examples = self.draw(index)
            starts = range(0, len(index), self.batch)
            yield [examples.part(slice(start, start + self.batch)) for start in starts]

    @property
    def _block(self) -> int:
        return max(self.batch, BLOCK_VALUES // self.x.shape[1] // self.batch * self.batch)

    def draw(self, index: Tensor) -> Examples:
        """Fresh examples of the rows at `index` (n,)."""
        x = torch.from_numpy(self.x[index.numpy()]).sub_(self.mean).div_(self.std)
        t = torch.randint(1, self.steps + 1, (len(x),), generator=self.generator)
        noise = torch.randn(x.shape, generator=self.generator)
        alpha, sigma = self.alpha[t][:, None], self.sigma[t][:, None]
        x_t = (alpha * x).addcmul_(sigma, noise)
        target = self.parameterization.target(x, Corrupted(x_t, t, alpha, sigma, noise))
        z = self.table[self.y[index]] if self.table.shape[1] else None
        return Examples(x_t, t, z, target)
