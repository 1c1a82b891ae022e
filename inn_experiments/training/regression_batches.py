"""Pairs of inputs and targets from rows in memory or on disk, gathered a block of batches at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

# Values gathered in one go: enough that gathering costs little per batch, few enough for memory.
BLOCK_VALUES = 2_000_000


class RegressionBatches:
    """One epoch an iteration, in blocks: every row once, as (inputs (b, d), targets (b, m)).

    Rows are looked up block by block, so a memory-mapped table is never in memory twice, nor need it be once.

    Args: inputs: rows (n, d); targets: index (b,) -> targets (b, m); batch: a block holds whole batches of so
    many rows, the last one excepted; generator: of the order.
    """

    def __init__(
        self, inputs: np.ndarray, targets: Callable[[np.ndarray], np.ndarray], batch: int, generator: torch.Generator
    ) -> None:
        self.inputs, self.targets, self.batch, self.generator = inputs, targets, batch, generator

    def __len__(self) -> int:
        return (len(self.inputs) + self._block - 1) // self._block

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self.inputs), generator=self.generator)
        for part in order.split(self._block):
            yield self.pairs(part.numpy())

    @property
    def _block(self) -> int:
        return max(self.batch, BLOCK_VALUES // self.inputs.shape[1] // self.batch * self.batch)

    def pairs(self, index: np.ndarray) -> tuple[Tensor, Tensor]:
        """Inputs and targets of the rows at `index` (b,), as float32 tensors of their own."""
        chosen = (np.asarray(self.inputs[index], np.float32), np.asarray(self.targets(index), np.float32))
        return torch.from_numpy(chosen[0]), torch.from_numpy(chosen[1])
