"""Rows that are not held: a file of them in the cache, divided by row numbers, and scaled a block at a time."""

import hashlib
from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np

from inn_experiments.contracts import Scaling, UserError, cached
from inn_experiments.contracts.streamed import FEW, Streamed, Values, as_bytes
from inn_experiments.data.checks import BLOCK, check_varies
from inn_experiments.data.ims.stored import RowWriter, StoredRows
from inn_experiments.data.precision import twins
from inn_experiments.data.reader import Reader
from inn_experiments.data.scaling import Standard
from inn_experiments.data.source import ArrayRows, RawRows
from inn_experiments.maths.moments import blocks

Storage = Literal["memory", "mapped"]
"""Where rows are: in memory, or in a file in the cache from which a block at a time is read."""


@dataclass(frozen=True, kw_only=True)
class MappedRows(ArrayRows):
    """Rows `x` that stay in their file; parts of few rows, or of no more than a block, are in memory."""

    x: Streamed

    def scale(self, parts: Sequence[np.ndarray]) -> tuple[Scaling, list[Values]]:
        """As `ArrayRows.scale` says, with the same numbers: every row is looked at once, none is kept."""
        views = [self.x.rows(part) for part in parts]
        train = views[0]
        check_varies(train, f"{self.name}, training {self.unit}s")
        before = twins(train)
        with self.places.of(parts[0]):
            scaling = self.fit(train)
        for view, part in zip(views, parts, strict=True):
            for block, index in zip(blocks(view, BLOCK), blocks(part, BLOCK), strict=True):
                self.places.scaled(scaling, block, index)
        scaled = [view.scaled(scaling) for view in views]
        self.places.check_apart(scaling, before, scaled[0], parts[0])
        return scaling, [view if len(view) > FEW else np.asarray(view) for view in scaled]


@dataclass(kw_only=True)
class Mappable(Reader, ABC):
    """A reader whose rows may be more than fit into memory.

    Args:
        storage: `memory`, or `mapped`: rows stay in a file in the cache, made once, and a block at a time is read. All
            numbers are the same.
    """

    storage: Storage = "memory"

    def held(self, cache: Path) -> RawRows:
        """All rows, held as `storage` says."""
        raw = self.read(cache)
        return raw if self.storage == "memory" else mapped(raw, cache)


def mapped(raw: RawRows, cache: Path) -> RawRows:
    """The rows `raw` in a file, which is written into `cache` under the digest of its content where there is none."""
    if isinstance(raw, StoredRows):
        told = {field.name: vars(raw)[field.name] for field in fields(RawRows)}
        return MappedRows(**told, x=raw.file(), fit=Standard.streamed)
    if not isinstance(raw, ArrayRows) or isinstance(raw, MappedRows):
        return raw
    content = _digest(raw.x)
    path = cache / f"rows-{content[:24]}.npy"

    def read(kept: Path) -> Streamed:
        found = Streamed.of(kept)
        if _digest(found) != content:
            raise UserError(f"{kept}: this cached file has other values than were written; delete it")
        return found

    told = {field.name: vars(raw)[field.name] for field in fields(raw)}
    return MappedRows(**told | {"x": cached(path, lambda fresh: _write(fresh, raw.x), read)})


def _digest(x: Values) -> str:
    content = hashlib.sha256(f"{x.dtype.str} {x.shape}".encode())
    for piece in as_bytes(x):
        content.update(piece)
    return content.hexdigest()


def _write(path: Path, x: np.ndarray) -> None:
    with RowWriter(path, x.shape[1], x.dtype.newbyteorder("<")) as writer:
        for block in blocks(x, BLOCK):
            writer.append(block)
