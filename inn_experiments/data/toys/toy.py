"""Toy data: parts of any size, drawn anew for every seed, standardised by statistics of the training part."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inn_experiments.contracts import Manifold, Split
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.assemble import make_rows
from inn_experiments.data.scaling import Standard

Draw = Callable[[int, int], tuple[np.ndarray, np.ndarray]]


def toy_split(
    name: str,
    classes: tuple[str, ...],
    sizes: dict[str, int],
    draw: Draw,
    *,
    seed: int,
    axis_name: str,
    manifold: Manifold | None = None,
) -> Split:
    """The parts train, val, test and fresh of `sizes`; none is fresh where its size is 0.

    Args: draw: (rows, seed) -> x (rows, d) in units of its own and labels y (rows,) int64.
    """
    raw = {part: draw(size, child_seed(seed, part)) for part, size in sizes.items()}
    scaling = Standard.fit(raw["train"][0])
    parts = {part: make_rows(x, y, scaling) for part, (x, y) in raw.items()}
    fresh = parts.pop("fresh")
    return Split(
        **parts,
        fresh=fresh if len(fresh) else None,
        classes=classes,
        axis=np.arange(fresh.x.shape[1], dtype=np.float64),
        axis_name=axis_name,
        scaling=scaling,
        bounded=False,
        name=name,
        manifold=manifold,
    )


def one_class(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows x (n, d) with the label 0 for all (n,)."""
    return x, np.zeros(len(x), dtype=np.int64)
