"""Rows that stay in a file: some rows of it, in any order, read and scaled a block at a time when asked for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike

from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.memory import check_room

if TYPE_CHECKING:
    from inn_experiments.contracts.rows import Scaling

BLOCK = 4096
"""Rows that are read at a time where all are gone through."""

SPARSE = 4
"""Rows are read one by one where so many times as many lie between the first and the last of them."""

FEW = 20_000
"""Of so many rows or fewer a choice is a copy in memory."""


@dataclass(frozen=True, eq=False)
class Streamed:
    """Rows (n, d) of a .npy file, as far as they are asked for an array: it is read, never mapped or held.

    A slice, or numbers of rows, give an array as they do of one; `np.asarray` of the whole gives all rows, where there
    is memory for them.

    Args:
        path, offset: the file, and where its rows begin in it.
        kind: type of its values.
        width: values of a row.
        count: rows in the file.
        index: (n,) the rows that are meant, by their numbers in the file; None for all.
        scaling: what is done to rows that are read; None hands them out as they are.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/rows.npy", np.arange(8.0).reshape(4, 2))
        ...     rows = Streamed.of(Path(folder) / "rows.npy").rows(np.array([3, 1]))
        ...     rows.shape, rows[:1], float(rows.max())
        ((2, 2), array([[6., 7.]]), 7.0)
    """

    path: Path
    offset: int
    kind: np.dtype
    width: int
    count: int
    index: np.ndarray | None = None
    scaling: Scaling | None = None

    @classmethod
    def of(cls, path: Path) -> Streamed:
        """All rows of the .npy file `path`; raises UserError for one that is damaged or cut off."""
        try:
            with path.open("rb") as handle:
                np.lib.format.read_magic(handle)
                shape, fortran, kind = np.lib.format.read_array_header_1_0(handle)
                offset = handle.tell()
            whole = len(shape) == 2 and not fortran and kind.kind == "f"
            if not whole or path.stat().st_size != offset + shape[0] * shape[1] * kind.itemsize:
                raise ValueError("it does not have the size that it says")
        except (ValueError, EOFError, OSError) as error:
            raise UserError(f"{path}: this cached file is damaged ({error}); delete it") from error
        return cls(path, offset, kind, shape[1], shape[0])

    def __len__(self) -> int:
        return self.count if self.index is None else len(self.index)

    @property
    def shape(self) -> tuple[int, int]:
        """(n, d)."""
        return len(self), self.width

    @property
    def ndim(self) -> int:
        """2."""
        return 2

    @property
    def size(self) -> int:
        """Values in all."""
        return len(self) * self.width

    @property
    def dtype(self) -> np.dtype:
        """Of the arrays that are handed out."""
        return self.kind if self.scaling is None else np.dtype(np.float32)

    def __getitem__(self, key: slice | int | np.ndarray | Sequence[int]) -> np.ndarray:
        if isinstance(key, int | np.integer):
            return self[np.array([key])][0]
        found = self._read(self._numbers(key))
        return found if self.scaling is None else self.scaling.apply(found)

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        kind = np.dtype(dtype or self.dtype)
        check_room(self.size * kind.itemsize, f"{self.path.name}: {len(self):,} rows of {self.width} values at once")
        every = np.empty(self.shape, kind)
        for start, block in zip(range(0, len(self), BLOCK), self.blocks(), strict=True):
            every[start : start + BLOCK] = block
        return every

    def blocks(self) -> Iterator[np.ndarray]:
        """The rows in their order, BLOCK at a time."""
        return (self[start : start + BLOCK] for start in range(0, len(self), BLOCK))

    def min(self) -> float:
        """The least of all values."""
        return min(float(block.min()) for block in self.blocks())

    def max(self) -> float:
        """The largest of all values."""
        return max(float(block.max()) for block in self.blocks())

    def mean(self, axis: int, dtype: DTypeLike = None) -> np.ndarray:
        """The mean (d,) of the rows, summed in float64; `axis` is 0."""
        if axis != 0:
            raise ValueError(f"rows of a file have a mean along axis 0 alone, not {axis}")
        total = sum(block.sum(axis=0, dtype=np.float64) for block in self.blocks())
        return (total / len(self)).astype(dtype or self.dtype)

    def rows(self, key: np.ndarray) -> Streamed:
        """The rows at `key` (numbers or a mask) of these, still in the file."""
        return replace(self, index=self._numbers(key))

    def scaled(self, scaling: Scaling) -> Streamed:
        """The same rows, scaled when they are read."""
        return replace(self, scaling=scaling)

    def _numbers(self, key: slice | np.ndarray | Sequence[int]) -> np.ndarray:
        """Numbers of rows in the file, as small as they can be kept."""
        kind = np.int32 if self.count < 2**31 else np.int64
        if isinstance(key, slice):
            return np.arange(*key.indices(self.count), dtype=kind) if self.index is None else self.index[key]
        key = np.asarray(key)
        key = np.flatnonzero(key) if key.dtype == bool else key
        key = np.where(key < 0, key + len(self), key)
        if len(key) and not 0 <= key.min() <= key.max() < len(self):
            raise IndexError(f"rows {key.min()}..{key.max()} of {len(self)}")
        return key.astype(kind) if self.index is None else self.index[key]

    def _read(self, numbers: np.ndarray) -> np.ndarray:
        """The rows (k, d) of these numbers as they stand in the file."""
        found = np.empty((len(numbers), self.width), self.kind)
        if not len(numbers):
            return found
        low, high = int(numbers.min()), int(numbers.max()) + 1
        with self.path.open("rb", buffering=0) as handle:
            if high - low <= SPARSE * len(numbers):
                between = np.empty((high - low, self.width), self.kind)
                self._fill(handle.fileno(), memoryview(between).cast("B"), low)
                return np.take(between, numbers - low, axis=0, out=found)
            size, view, file = self.width * self.kind.itemsize, memoryview(found).cast("B"), handle.fileno()
            # In the order of the file, which a disk reads faster.
            for place in np.argsort(numbers).tolist():
                self._fill(file, view[place * size : (place + 1) * size], int(numbers[place]))
        return found

    def _fill(self, file: int, view: memoryview, number: int) -> None:
        """Read bytes from the row `number` on until `view` is full."""
        at, done = self.offset + number * self.width * self.kind.itemsize, 0
        while done < len(view):
            count = os.preadv(file, [view[done:]], at + done)
            if not count:
                raise UserError(f"{self.path}: this cached file is damaged (it ends too early); delete it")
            done += count


Values = np.ndarray | Streamed
"""Rows (n, d), in memory or in a file."""


def chosen(x: Values, key: np.ndarray) -> Values:
    """The rows of x (n, d) at `key` (numbers or a mask): in the file where they are there and many, else an array."""
    if not isinstance(x, Streamed):
        return x[key]
    found = x.rows(key)
    return found if len(found) > FEW else np.asarray(found)


def joined(parts: Sequence[Values]) -> Values:
    """The rows of all `parts`, one after the other: in the file where all are in the same, scaled alike."""
    if all(isinstance(part, Streamed) for part in parts):
        first = parts[0]
        if all((part.path, part.scaling) == (first.path, first.scaling) for part in parts):
            every = slice(None)
            return replace(first, index=np.concatenate([part._numbers(every) for part in parts]))
    return np.concatenate([np.asarray(part) for part in parts])


def as_bytes(x: Values) -> Iterator[memoryview]:
    """The bytes of x (n, d), row by row, in pieces: the same of an array and of the same rows in a file."""
    for part in x.blocks() if isinstance(x, Streamed) else (x,):
        yield np.ascontiguousarray(part).data


def rows_sha256(*arrays: Values) -> str:
    """The SHA-256 of the values of some rows or labels, one after the other, in hexadecimal."""
    mark = hashlib.sha256()
    for array in arrays:
        for piece in as_bytes(array):
            mark.update(piece)
    return mark.hexdigest()
