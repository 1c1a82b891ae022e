"""Rows in memory or on disk as training batches, made a block of batches at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Batch = tuple[Tensor | None, ...]
"""What a step sees, each (b, ...); the first is never None."""

Draw = Callable[[Tensor], Batch]
"""Indices (b,) of rows -> what is seen of them, with fresh random draws where there are any."""

# Values made in one go: enough that drawing noise or gathering costs little per batch, few enough for memory.
BLOCK_VALUES = 2_000_000


class Blocks:
    """One epoch an iteration, in blocks of whole batches: every row once, in a new order.

    Args:
        rows: how many there are.
        features: values of a row.
        draw: makes a block of the rows at its indices.
        batch: rows a step; the last one of an epoch is smaller.
        generator: of the order, and of what else the training draws.
    """

    def __init__(self, rows: int, features: int, draw: Draw, batch: int, generator: torch.Generator) -> None:
        self.rows, self.draw, self.generator = rows, draw, generator
        self.block = max(batch, BLOCK_VALUES // features // batch * batch)

    def __len__(self) -> int:
        return (self.rows + self.block - 1) // self.block

    def __iter__(self) -> Iterator[Batch]:
        # Lightning asks for more iterators than it uses: as a generator none draws before its first block is wanted.
        order = torch.randperm(self.rows, generator=self.generator)
        for index in order.split(self.block):
            yield self.draw(index)


def cut(block: Batch, batch: int) -> Iterator[Batch]:
    """The batches of `batch` rows in a block, the last one smaller."""
    count = -(-len(block[0]) // batch)
    return zip(*([None] * count if part is None else part.split(batch) for part in block), strict=True)
