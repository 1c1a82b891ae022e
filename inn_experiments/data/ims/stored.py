"""Tables too large to hold twice: streamed into a .npy file once, memory-mapped and divided in blocks."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError, cached
from inn_experiments.contracts.streamed import Streamed, rows_sha256
from inn_experiments.data.checks import BLOCK, check_varies
from inn_experiments.data.precision import twins
from inn_experiments.data.scaling import Standard
from inn_experiments.data.source import RawRows
from inn_experiments.maths import moments


class RowWriter(AbstractContextManager):
    """Rows, float32 or of another `kind`, appended to the .npy file `path`, `features` wide; their number comes last.

    Written through an ordinary file: where a memory map would be killed by a full disk, this raises OSError.
    The file is complete when the block of `with` ends well; `mark` is then the SHA-256 of all values.
    """

    def __init__(self, path: Path, features: int, kind: np.dtype | str = "<f4") -> None:
        self.features, self.kind = features, np.dtype(kind).newbyteorder("<")
        self.rows = 0
        self.mark = hashlib.sha256()
        self.handle = path.open("wb")
        self.start = self._header()

    def append(self, x: np.ndarray) -> None:
        """Add the rows `x` (n, features)."""
        if x.shape[1:] != (self.features,):
            raise ValueError(f"rows must be (n, {self.features}), got {x.shape}")
        values = np.ascontiguousarray(x, dtype=self.kind).data
        self.handle.write(values)
        self.mark.update(values)
        self.rows += len(x)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # The number of rows goes into the header, in whose padding NumPy leaves room for it to grow.
        with self.handle:
            if kind is None:
                self.handle.seek(0)
                if self._header() != self.start:
                    raise ValueError("the .npy header grew over the rows")

    def _header(self) -> int:
        form = {"descr": self.kind.str, "fortran_order": False, "shape": (self.rows, self.features)}
        np.lib.format.write_array_header_1_0(self.handle, form)
        return self.handle.tell()


def opened(path: Path) -> np.ndarray:
    """The rows (n, d) of the .npy file `path`, mapped; raises UserError for one that is damaged."""
    try:
        table = np.load(path, mmap_mode="r", allow_pickle=False)
        if table.ndim != 2 or table.dtype != np.dtype("<f4"):
            raise ValueError(f"{table.dtype} {table.shape}")
        return table
    except Exception as error:
        raise UserError(f"{path}: this cached file is damaged ({type(error).__name__}: {error}); delete it") from error


def blocks(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """(first row, copy of the next BLOCK rows) of the .npy file `path`.

    The file is mapped anew for every block, so that pages already read do not count as memory of the process.
    Raises UserError for one that is damaged.
    """
    start, rows = 0, 1
    while start < rows:
        table = opened(path)
        rows = len(table)
        block = np.array(table[start : start + BLOCK])
        del table
        yield start, block
        start += len(block)


@dataclass(frozen=True, kw_only=True)
class StoredRows(RawRows):
    """Rows (n, d) in the .npy file `path`, standardised in place: the parts are the only full-size arrays.

    Attributes:
        path: of the file, in the cache.
        mark: SHA-256 of its values, "" where that is not known.
        make: writes it once more under a temporary name where it turns out to be damaged; None refuses it then.
    """

    path: Path
    mark: str = ""
    make: Callable[[Path], None] | None = None

    @property
    def channels(self) -> int:
        """Values of a row."""
        return opened(self.path).shape[1]

    def file(self) -> Streamed:
        """The rows where they are, after a look at all of them."""

        def read(path: Path) -> Streamed:
            found = Streamed.of(path)
            self._check(len(found), rows_sha256(found) if self.mark else "")
            return found

        return cached(self.path, self.make, read) if self.make else read(self.path)

    def scale(self, parts: Sequence[np.ndarray]) -> tuple[Standard, list[np.ndarray]]:
        """As `RawRows.scale` says; raises UserError for a damaged file, equal rows, and what float32 cannot hold."""
        arrays = cached(self.path, self.make, lambda _: self._gather(parts)) if self.make else self._gather(parts)
        train = arrays[0]
        check_varies(train, f"{self.name}, training {self.unit}s")
        before = twins(train)
        scaling = Standard.streamed(train)
        for array, part in zip(arrays, parts, strict=True):
            for block, index in zip(moments.blocks(array, BLOCK), moments.blocks(part, BLOCK), strict=True):
                block[:] = self.places.scaled(scaling, block, index)
        self.places.check_apart(scaling, before, train, parts[0])
        return scaling, arrays

    def _gather(self, parts: Sequence[np.ndarray]) -> list[np.ndarray]:
        """One float32 array per part, filled in a single pass over the file; the numbers of a part are sorted."""
        arrays: list[np.ndarray] = []
        found, mark = 0, hashlib.sha256()
        for start, block in blocks(self.path):
            if not arrays:
                arrays = [np.empty((len(part), block.shape[1]), dtype=np.float32) for part in parts]
            found = start + len(block)
            mark.update(block.data)
            for array, part in zip(arrays, parts, strict=True):
                low, high = np.searchsorted(part, (start, found))
                array[low:high] = block[part[low:high] - start]
        self._check(found, mark.hexdigest())
        return arrays

    def _check(self, found: int, mark: str) -> None:
        if found != len(self.y):
            raise UserError(f"{self.path}: this cached file has {found} rows instead of {len(self.y)}; delete it")
        if self.mark and mark != self.mark:
            raise UserError(f"{self.path}: this cached file has other values than were written; delete it")
