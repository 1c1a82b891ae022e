"""Rows in memory or on disk as training batches, made a block of batches at a time: corrupted, with their targets."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import Corrupted, Corruption, Parameterization, Prime, Schedule
from inn_experiments.training.mixing import Mixing

Batch = tuple[Tensor | None, ...]
"""What a step sees, each (b, ...); the first is never None."""

Draw = Callable[[Tensor], Batch]
"""Indices (b,) of rows -> what is seen of them, with fresh random draws where there are any."""

# Values made in one go: enough that drawing noise or gathering costs little per batch, few enough for memory.
BLOCK_VALUES = 2_000_000


class Blocks:
    """One epoch an iteration, in blocks of whole batches: every row once, in a new order.

    Args:
        rows, features: how many there are, and values of each.
        draw: makes a block of the rows at its indices.
        batch: rows a step; the last one of an epoch is smaller.
        generator: of the order, and of what else the training draws.
    """

    def __init__(self, rows: int, features: int, draw: Draw, batch: int, generator: torch.Generator) -> None:
        self.rows, self.draw, self.generator, self.generators = rows, draw, generator, [generator]
        self.block = max(batch, BLOCK_VALUES // features // batch * batch)

    def __len__(self) -> int:
        return (self.rows + self.block - 1) // self.block

    def __iter__(self) -> Iterator[Batch]:
        # Lightning asks for more iterators than it uses: as a generator none draws before its first block is wanted.
        order = torch.randperm(self.rows, generator=self.generator)
        for index in order.split(self.block):
            yield self.draw(index)


class Abreast:
    """The blocks of several trainings with equally many rows, side by side along a new first axis."""

    def __init__(self, parts: Sequence[Blocks]) -> None:
        self.parts, self.generators = parts, [part.generator for part in parts]

    def __len__(self) -> int:
        return len(self.parts[0])

    def __iter__(self) -> Iterator[Batch]:
        yield from map(abreast, zip(*self.parts, strict=True))


def abreast(batches: Sequence[Batch]) -> Batch:
    """Batches of k trainings as one, its parts (k, b, ...)."""
    return tuple(torch.stack(part) for part in zip(*batches, strict=True))


def cut(block: Batch, batch: int, axis: int = 0) -> Iterator[Batch]:
    """The batches of `batch` rows in a block, whose rows lie along `axis`; the last one smaller."""
    count = -(-block[0].shape[axis] // batch)
    return zip(*([None] * count if part is None else part.split(batch, axis) for part in block), strict=True)


def pairs(
    x: Tensor,
    y: Tensor,
    prime: Prime,
    corrupt: Corruption | Callable[..., Corrupted],
    steps: int,
    prime_share: float,
    generator: torch.Generator,
    mix: float = 0.0,
) -> Draw:
    """Draws of (x_t, t, alpha, sigma, noise, clean, prime, row, image) for an inversion method, all from `generator`.

    Of the rows `x` (n, d) of classes `y` (n,), the inputs are `clean` rows corrupted by `corrupt`, fitted to training
    rows, at levels t ~ U{1..`steps`} or, with chance `prime_share`, their images by `prime` at one more. `row` and its
    `image` are what the inverse direction learns from. With chance `mix` these, and the rows that enter as their
    image, are mixed within their class. Corrupted rows never are: less noise is left in a mixture.
    """
    mixing = Mixing(y, mix, generator) if mix else None
    # All images at once where they take less than a block does anyway. The image of a mixture is the mixture of the
    # images where a prime is linear within a class; else it is made of the mixture.
    images = prime(x, y) if x.numel() <= BLOCK_VALUES else None

    def draw(index: Tensor) -> Batch:
        clean, labels = x[index], y[index]
        primes = prime(clean, labels) if images is None else images[index]
        row, image = clean, primes
        if mixing:
            mixed = mixing(index)
            row = mixed(x)
            image = prime(row, labels) if images is None or not prime.linear else mixed(images)
        t = torch.randint(1, steps + 1, (len(index),), generator=generator)
        noisy = corrupt(clean, labels, t, generator, index)
        last = torch.rand(len(index), 1, generator=generator) < prime_share
        return (
            torch.where(last, image, noisy.x_t),
            torch.where(last[:, 0], steps + 1, t),
            torch.where(last, 0.0, noisy.alpha),
            torch.where(last, 1.0, noisy.sigma),
            torch.where(last, image, noisy.noise),
            torch.where(last, row, clean),
            torch.where(last, image, primes),
            row,
            image,
        )

    return draw


def examples(seen: Draw, schedule: Schedule, parameterization: Parameterization, generator: torch.Generator) -> Draw:
    """Draws of (x_t, t, condition, target) at levels t ~ U{1..T} (paper, 8.3), all from `generator`.

    `seen` draws standardised rows (b, d) and their conditions (b, k); None is drawn for these where k = 0.
    """
    alphas, sigmas = (part.float() for part in schedule.levels())
    # To the targets alpha = 0 means prime space; a steep schedule's last levels may underflow to it.
    alphas = alphas.clamp(min=torch.finfo(alphas.dtype).tiny)

    def draw(index: Tensor) -> Batch:
        rows, condition = seen(index)
        t = torch.randint(1, schedule.steps + 1, (len(rows),), generator=generator)
        noise = torch.randn(rows.shape, generator=generator)
        alpha, sigma = alphas[t][:, None], sigmas[t][:, None]
        x_t = (alpha * rows).addcmul_(sigma, noise)
        target = parameterization.target(rows, Corrupted(x_t, t, alpha, sigma, noise))
        return x_t, t, condition if condition.shape[1] else None, target

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
