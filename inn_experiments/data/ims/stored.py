"""Tables too large to hold twice: streamed into a .npy file once, memory-mapped and divided in blocks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Rows, Split, UserError
from inn_experiments.data.assemble import divide
from inn_experiments.data.scaling import Standard

BLOCK = 2048
"""Rows that are worked on at a time."""


class RowWriter:
    """Float32 rows appended to the .npy file `path`, `features` wide, whose number is known at the end alone.

    Written through an ordinary file: where a memory map would be killed by a full disk, this raises OSError.
    """

    def __init__(self, path: Path, features: int) -> None:
        self.features = features
        self.rows = 0
        self.handle = path.open("wb")
        self.start = self._header()

    def append(self, x: np.ndarray) -> None:
        """Add the rows `x` (n, features)."""
        if x.shape[1:] != (self.features,):
            raise ValueError(f"rows must be (n, {self.features}), got {x.shape}")
        self.handle.write(np.ascontiguousarray(x, dtype="<f4").data)
        self.rows += len(x)

    def close(self) -> None:
        """Write the number of rows into the header, in whose padding NumPy leaves room for it to grow."""
        self.handle.seek(0)
        if self._header() != self.start:
            raise ValueError("the .npy header grew over the rows")
        self.handle.close()

    def _header(self) -> int:
        form = {"descr": "<f4", "fortran_order": False, "shape": (self.rows, self.features)}
        np.lib.format.write_array_header_1_0(self.handle, form)
        return self.handle.tell()


@contextmanager
def new_rows(path: Path, features: int) -> Iterator[RowWriter]:
    """A writer into a temporary name that becomes `path` at the end of the block, or nothing on an error.

    Only the holder of the lock of `path` may use it: what a killed process left behind is written over.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    writer = RowWriter(temporary, features)
    try:
        yield writer
        writer.close()
        os.replace(temporary, path)
    finally:
        writer.handle.close()
        temporary.unlink(missing_ok=True)


def save_arrays(path: Path, **arrays: np.ndarray) -> None:
    """Write `arrays` to the .npz file `path`, whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as handle:
            np.savez(handle, **arrays)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def blocks(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """(first row, copy of the next BLOCK rows) of the .npy file `path`.

    The file is mapped anew for every block, so that pages already read do not count as memory of the process.
    Raises UserError naming a file that is damaged.
    """
    start, rows = 0, 1
    while start < rows:
        try:
            table = np.load(path, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError, OSError) as error:
            raise UserError(f"{path}: this cached file is damaged ({error}); delete it") from error
        rows = len(table)
        block = np.array(table[start : start + BLOCK])
        del table
        yield start, block
        start += len(block)


def split_stored(
    path: Path,
    y: np.ndarray,
    *,
    classes: tuple[str, ...],
    fractions: tuple[float, float, float],
    per_class: int | None,
    axis_name: str,
    name: str,
    smiles: tuple[tuple[str, ...], ...] | None,
    seed: int,
) -> Split:
    """Divide the rows (n, d) stored in `path`, labels `y` (n,), and normalise them in place.

    The parts are the only full-size arrays. `fractions` are those of val, test and fresh.
    Raises UserError for a damaged file, classes too small for the division, and rows that are all equal.
    """
    parts = divide(y, None, classes, fractions, per_class, seed)
    arrays = _gather(path, parts, len(y))
    scaling = _standardise(arrays, f"{name}, training rows")
    train, val, test, fresh = (Rows(x, y[part].astype(np.int64)) for x, part in zip(arrays, parts, strict=True))
    axis = np.arange(train.x.shape[1], dtype=np.float64)
    return Split(
        train,
        val,
        test,
        fresh if len(fresh) else None,
        classes,
        axis,
        axis_name,
        scaling,
        bounded=False,
        name=name,
        smiles=smiles,
    )


def _gather(path: Path, parts: tuple[np.ndarray, ...], rows: int) -> list[np.ndarray]:
    """One float32 array per part, filled in a single pass over the file; the indices of a part are sorted."""
    arrays: list[np.ndarray] = []
    found = 0
    for start, block in blocks(path):
        if not arrays:
            arrays = [np.empty((len(part), block.shape[1]), dtype=np.float32) for part in parts]
        found = start + len(block)
        for array, part in zip(arrays, parts, strict=True):
            low, high = np.searchsorted(part, (start, found))
            array[low:high] = block[part[low:high] - start]
    if found != rows:
        raise UserError(f"{path}: this cached file has {found} rows instead of {rows}; delete it")
    return arrays


def _standardise(arrays: list[np.ndarray], what: str) -> Standard:
    """Scale all parts in place with the statistics of the first, summed in float64 block by block."""
    train = arrays[0]
    _check_varies(train, what)
    mean = sum(float(block.sum(dtype=np.float64)) for block in _steps(train)) / train.size
    squares = sum(float(np.square(block.astype(np.float64) - mean).sum()) for block in _steps(train))
    scaling = Standard(mean, float(np.sqrt(squares / train.size)))
    for array in arrays:
        for block in _steps(array):
            block[:] = scaling.apply(block)
    _check_varies(train, f"{what} after scaling")
    return scaling


def _steps(x: np.ndarray) -> Iterator[np.ndarray]:
    return (x[start : start + BLOCK] for start in range(0, len(x), BLOCK))


def _check_varies(x: np.ndarray, what: str) -> None:
    # As checks.check_varies, without its full-size comparison.
    if not any((block != x[:1]).any() for block in _steps(x)):
        raise UserError(f"{what}: zero variance, all {len(x)} rows are equal")
