"""Rows of a kept synthesizer in the units of its file, a piece at a time: the same ones, however large the pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.artifact.kept import Kept
from inn_experiments.artifact.request import Request
from inn_experiments.contracts import child_seed, free_name, stopping
from inn_experiments.data.tables.channels import MARK

if TYPE_CHECKING:
    import pandas as pd

VALUES, MOST = 2**21, 4096
"""Values that are made by one call of a synthesizer, about, and rows at most."""

"""Name of the column that says of each row that it was made, by which run and with which seed."""

LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Piece:
    """Rows `x` (n, d) in the units of the file, float32 or where that is too narrow float64, of classes `y` (n,)."""

    x: np.ndarray
    y: np.ndarray


def unit_of(features: int) -> int:
    """How many rows of so many values are made by one call.

    It depends on nothing else: every call has a seed of its own, so that rows do not depend on how many are held.
    """
    return max(1, min(MOST, VALUES // max(1, features)))


def pieces(kept: Kept, request: Request, seed: int = 0, piece: int | None = None) -> Iterator[Piece]:
    """The rows that are asked for, `piece` at a time; None: as many as one call of the synthesizer makes.

    Raises UserError for a class that cannot be made.
    """
    unit = unit_of(len(kept.axis))
    held: list[Piece] = []
    for number, start in enumerate(range(0, len(request), unit)):
        stopping.check()
        labels = request.labels(start, min(start + unit, len(request)))
        made = kept.synthesizer.sample(labels, seed=child_seed(seed, f"rows/{number}"))
        fresh = Piece(_undone(kept, made.x), made.y)
        if piece is None:
            yield fresh
            continue
        held.append(fresh)
        yield from _cut(held, piece)
    if sum(len(each.y) for each in held):
        yield Piece(np.concatenate([each.x for each in held]), np.concatenate([each.y for each in held]))


def _cut(held: list[Piece], size: int) -> Iterator[Piece]:
    """Take from `held` the whole pieces of `size` that are there; the rest stays in it."""
    count = sum(len(each.y) for each in held)
    if count < size:
        return
    x, y = np.concatenate([each.x for each in held]), np.concatenate([each.y for each in held])
    taken = count - count % size
    for start in range(0, taken, size):
        yield Piece(x[start : start + size], y[start : start + size])
    held[:] = [Piece(x[taken:], y[taken:])]


def _undone(kept: Kept, x: np.ndarray) -> np.ndarray:
    rows = kept.scaling.undo(x)
    if kept.facts.wide:
        return rows.astype(np.float64)
    # A single value beyond float32 must not make one piece another type than the others.
    return rows if rows.dtype == np.float32 else rows.clip(-LARGEST, LARGEST).astype(np.float32)


def mark(kept: Kept, seed: int) -> str:
    """What the column `synthetic` says of rows that were drawn with this seed."""
    return f"{kept.facts.cell}-seed{kept.facts.seed}, run {kept.facts.run}, drawn with seed {seed}"


def frame(kept: Kept, piece: Piece, seed: int) -> pd.DataFrame:
    """A piece as a table in the form of the file: the class, the values, and the mark of synthetic rows."""
    import pandas as pd

    facts, names = kept.facts, np.array(kept.facts.classes, dtype=object)
    label = free_name(facts.label_name, facts.columns)
    table = pd.DataFrame(piece.x.reshape(len(piece.y), -1), columns=list(facts.columns))
    table.insert(0, label, names[piece.y])
    table[free_name(MARK, [label, *facts.columns])] = mark(kept, seed)
    return table


def table(kept: Kept, request: Request, seed: int = 0) -> pd.DataFrame:
    """All rows that are asked for as one table: the class under its name in the file, the values, the mark."""
    import pandas as pd

    return pd.concat([frame(kept, piece, seed) for piece in pieces(kept, request, seed)], ignore_index=True)
