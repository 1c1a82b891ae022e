"""Seeded divisions of labelled rows into train, val, test and fresh; plain index arrays, no file formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inn_experiments.contracts import UserError

# Convex combinations need a second row of the class.
MINIMUM_TRAIN = 2


class Parts(NamedTuple):
    """Sorted row indices; `fresh` is empty when no row was asked for."""

    train: np.ndarray
    val: np.ndarray
    test: np.ndarray
    fresh: np.ndarray


def balanced_counts(available: np.ndarray, total: int) -> np.ndarray:
    """How many rows to take of each class, as equal as `available` (C,) allows, `total` in all."""
    counts = np.zeros_like(available)
    missing = min(total, int(available.sum()))
    while missing:
        able = np.flatnonzero(counts < available)
        share = missing // len(able)
        if share == 0:
            counts[able[:missing]] += 1
            break
        step = np.minimum(share, available[able] - counts[able])
        counts[able] += step
        missing -= int(step.sum())
    return counts


def balanced_parts(y: np.ndarray, sizes: Sequence[int], rng: np.random.Generator) -> list[np.ndarray]:
    """Disjoint, class-balanced index arrays of the given `sizes` from the labels `y` (n,).

    Earlier parts are served first; a later one is as balanced as the rows that are left allow.
    """
    queues = [rng.permutation(np.flatnonzero(y == label)) for label in range(int(y.max()) + 1)]
    parts = []
    for size in sizes:
        counts = balanced_counts(np.array([len(queue) for queue in queues]), size)
        taken = [queue[:count] for queue, count in zip(queues, counts, strict=True)]
        queues = [queue[count:] for queue, count in zip(queues, counts, strict=True)]
        parts.append(np.sort(np.concatenate(taken)))
    return parts


def stratified_parts(
    y: np.ndarray, classes: Sequence[str], fractions: tuple[float, float, float], rng: np.random.Generator
) -> Parts:
    """Every class divided by `fractions` (val, test, fresh), at least one row in each part that is asked for.

    Raises UserError naming the classes with fewer rows than the parts need.
    """
    needed = MINIMUM_TRAIN + sum(fraction > 0 for fraction in fractions)
    counts = np.bincount(y, minlength=len(classes))
    small = [f"{classes[label]!r} has {counts[label]}" for label in np.flatnonzero(counts < needed)]
    if small:
        raise UserError(
            f"class {', '.join(small[:10])}{', ...' if len(small) > 10 else ''}: too few rows for the split; "
            f"each class needs at least {needed}, {MINIMUM_TRAIN} to train on and 1 in each other part"
        )
    collected: list[list[np.ndarray]] = [[], [], [], []]
    for label, count in enumerate(counts):
        sizes = [max(1, round(fraction * count)) if fraction > 0 else 0 for fraction in fractions]
        while count - sum(sizes) < MINIMUM_TRAIN:
            sizes[int(np.argmax(sizes))] -= 1
        rows = rng.permutation(np.flatnonzero(y == label))
        val, test, fresh, train = np.split(rows, np.cumsum(sizes))
        for part, chosen in zip(collected, (train, val, test, fresh), strict=True):
            part.append(chosen)
    return Parts(*(np.sort(np.concatenate(part)) for part in collected))


def keep_per_class(
    index: np.ndarray, y: np.ndarray, most: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` of the rows `index` per class of `y`, drawn at random, and the rows left over."""
    kept = [
        rows if len(rows) <= most else rng.choice(rows, most, replace=False)
        for rows in (index[y[index] == label] for label in np.unique(y[index]))
    ]
    chosen = np.sort(np.concatenate(kept))
    return chosen, np.setdiff1d(index, chosen)
