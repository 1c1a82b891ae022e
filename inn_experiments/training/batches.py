"""Training pairs from tensors in memory: a block of batches is corrupted at once, then sliced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from inn_experiments.contracts import Corrupted
from inn_experiments.methods.base import Pairs

# Values corrupted in one go: enough that drawing noise costs little per batch, few enough for memory.
BLOCK_VALUES = 2_000_000


class PairBatches:
    """One epoch an iteration, in blocks of batches: every row once, as (x_t, t) or, with chance `prime_share`,
    as (prime, T+1).

    Args: x, y, prime: (n, d), (n,), (n, d) training tensors; corruption: already remembers them; steps: T;
    batch: rows a batch (the last one of an epoch is smaller); generator: of every draw.
    """

    def __init__(
        self,
        x: Tensor,
        y: Tensor,
        prime: Tensor,
        corruption: Any,
        steps: int,
        batch: int,
        prime_share: float,
        generator: torch.Generator,
    ) -> None:
        self.x, self.y, self.prime = x, y, prime
        self.corruption, self.steps = corruption, steps
        self.batch, self.prime_share, self.generator = batch, prime_share, generator

    def __len__(self) -> int:
        return (len(self.x) + self._block - 1) // self._block

    def __iter__(self) -> Iterator[list[Pairs]]:
        order = torch.randperm(len(self.x), generator=self.generator)
        for part in order.split(self._block):
            pairs = self.draw(part)
            yield [_slice(pairs, slice(start, start + self.batch)) for start in range(0, len(part), self.batch)]

    @property
    def _block(self) -> int:
        return max(self.batch, BLOCK_VALUES // self.x.shape[1] // self.batch * self.batch)

    def draw(self, index: Tensor) -> Pairs:
        """Fresh pairs of the rows at `index`."""
        size = len(index)
        x, y, prime = self.x[index], self.y[index], self.prime[index]
        t = torch.randint(1, self.steps + 1, (size,), generator=self.generator)
        noisy = self.corruption(x, y, t, self.generator, index)
        last = torch.rand(size, 1, generator=self.generator) < self.prime_share
        corrupted = Corrupted(
            x_t=torch.where(last, prime, noisy.x_t),
            t=torch.where(last[:, 0], self.steps + 1, t),
            alpha=torch.where(last, 0.0, noisy.alpha),
            sigma=torch.where(last, 1.0, noisy.sigma),
            noise=torch.where(last, prime, noisy.noise),
        )
        return Pairs(corrupted, x, prime)


def _slice(pairs: Pairs, part: slice) -> Pairs:
    c = pairs.corrupted
    corrupted = Corrupted(c.x_t[part], c.t[part], c.alpha[part], c.sigma[part], c.noise[part])
    return Pairs(corrupted, pairs.clean[part], pairs.prime[part])
