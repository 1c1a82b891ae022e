"""NPZ files with rows or records in `X`, and one entry for each of them under other keys; whatever is in the file."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.contracts.memory import check_room
from inn_experiments.data.checks import SHOWN, check_filled, readable, shorten

Arrays = dict[str, np.ndarray]

PIECE = 1 << 20
"""Bytes that are unpacked at a time."""

MAGIC, ENCRYPTED = b"\x93NUMPY", 0x1


class Archive:
    """The arrays of the open NPZ `file` at `path`, read one by one, each only when its size is known and fits.

    Attributes:
        keys: of the arrays, in the file's order.
    """

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self.path, self._file = path, file
        self._members = [(info.filename.removesuffix(".npy"), info) for info in file.infolist()]
        self.keys = list(dict.fromkeys(key for key, _ in self._members))

    def read(self, key: str) -> np.ndarray:
        """The array under `key`.

        Raises:
            UserError: damaged, encrypted or lying bytes, a key that stands twice, Python objects and structures, and
                an array that needs more memory than there is.
        """
        members = [info for name, info in self._members if name == key]
        what = f"data.path={self.path}: the key {key!r}"
        if len(members) > 1:
            raise UserError(f"{what} stands {len(members)} times in the file; which one is meant?")
        if members[0].flag_bits & ENCRYPTED:
            raise UserError(f"{what} is encrypted; save it without a password")
        with readable(self.path, what), self._file.open(members[0]) as handle:
            return read_array(handle, members[0].file_size, what)


def read_array(handle: IO[bytes], whole: int, what: str) -> np.ndarray:
    """The .npy array in `handle`, which by its own account has so many bytes as a `whole`.

    Raises UserError, or whatever the bytes make NumPy raise, about `what`; see `Archive.read`.
    """
    shape, by_columns, dtype = _header(handle, what)
    size = math.prod(shape) * dtype.itemsize
    if (held := whole - handle.tell()) != size:
        raise UserError(
            f"{what} is damaged: by its header {shape} {dtype} it has {size:,} bytes, but it holds {held:,}"
        )
    # What is not yet a float32 or float64 becomes one.
    ready = dtype in (np.float32, np.float64) and dtype.isnative
    check_room(size if ready else size + max(size, 8 * math.prod(shape)), f"{what}, {shape} {dtype},")
    array = np.empty(math.prod(shape), dtype)
    _fill(memoryview(array.view(np.uint8)), handle, what)
    return array.reshape(shape[::-1]).T if by_columns else array.reshape(shape)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The NPZ file at `path`; raises UserError where it is none."""
    with readable(path):
        with path.open("rb") as handle:
            if handle.read(len(MAGIC)) == MAGIC:
                raise UserError(
                    f"data.path={path}: this is one array (.npy); np.savez(path, X=..., label=...) writes an .npz"
                )
        file = zipfile.ZipFile(path)
    with file:
        yield Archive(path, file)


def _header(handle: IO[bytes], what: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    """(shape, whether column by column, kind) of the array that begins here, of a kind that has a size."""
    version = np.lib.format.read_magic(handle)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise UserError(f"{what} is of an unknown version {version} of .npy")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_columns, dtype = read(handle)
    if dtype.hasobject:
        raise UserError(f"{what} holds Python objects, which are not read; save text with dtype=str, numbers as such")
    if dtype.kind not in "biufcSUMm" or dtype.subdtype is not None or not dtype.itemsize:
        raise UserError(f"{what} holds values of the kind {str(dtype)[:40]}; needed are numbers or text")
    if any(side < 0 for side in shape):
        raise UserError(f"{what} is damaged: its header says that its shape is {shape}")
    return tuple(map(int, shape)), by_columns, dtype


def _fill(view: memoryview, handle: IO[bytes], what: str) -> None:
    """Unpack into all of `view`; how long a member says it is decides nothing."""
    place = 0
    while place < len(view):
        piece = handle.read(min(PIECE, len(view) - place))
        if not piece:
            raise UserError(f"{what} is damaged: it ends after {place:,} of {len(view):,} bytes")
        view[place : place + len(piece)] = piece
        place += len(piece)
    # At the end zipfile compares the checksum.
    if handle.read(1):
        raise UserError(f"{what} is damaged: it goes on after its last value")


def read_columns(archive: Archive, columns: dict[str, str], unit: str) -> tuple[np.ndarray, Arrays]:
    """`X`, and argument -> the array of its key in `columns`; raises UserError for a key that is not there.

    Messages call a row a `unit`.
    """
    wanted = {f"the {unit}s": "X"} | {f"data.{argument}={key}": key for argument, key in columns.items()}
    for argument, key in wanted.items():
        if key not in archive.keys:
            raise UserError(
                f"{argument}: {archive.path} has no key {key!r}; its keys are: {shorten(archive.keys) or 'none'}"
            )
    return archive.read("X"), {argument: archive.read(key) for argument, key in columns.items()}


def entries(found: Arrays, columns: dict[str, str], rows: int, unit: str, where: str) -> Arrays:
    """The arrays as text (rows,) without surrounding blanks; raises UserError for other shapes, kinds, empty texts."""
    texts = {}
    for argument, values in found.items():
        key = columns[argument]
        if values.shape != (rows,):
            raise UserError(f"{where}: the key {key!r} must have one entry per {unit} ({rows},), found {values.shape}")
        texts[argument] = as_text(values, f"data.{argument}={key}: {where}")
        check_filled(texts[argument], f"data.{argument}", key, where)
    return texts


def as_text(values: np.ndarray, what: str) -> np.ndarray:
    """The `values` (n,) as text without surrounding blanks, "" for a missing number or date.

    Raises UserError for complex numbers, and for bytes and characters that are no text.
    """
    if values.dtype.kind == "c":
        raise UserError(f"{what}: complex numbers ({values.dtype}) name nothing; needed are text or whole numbers")
    if values.dtype.kind == "S":
        return np.strings.strip(np.array([_decoded(text, row, what) for row, text in enumerate(values)], dtype=str))
    if values.dtype.kind == "U":
        plain = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("=")))
        codes = plain.view(np.uint32).reshape(len(plain), plain.dtype.itemsize // 4)
        bad = np.flatnonzero(((codes > 0x10FFFF) | (codes >> 11 == 0xD800 >> 11)).any(axis=1))
        if len(bad):
            rows = shorten([row + 1 for row in bad], SHOWN)
            raise UserError(f"{what} has characters there that are no text, in row {rows} (counted from 1)")
        return np.strings.strip(plain)
    # A missing number is a missing label, not a class called nan.
    missing = np.isnan(values) if values.dtype.kind in "fmM" else np.zeros(len(values), dtype=bool)
    return np.where(missing, "", values.astype(str))


def _decoded(text: bytes, row: int, what: str) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise UserError(f"{what} has bytes there that are no UTF-8 text, {text[:20]!r} in row {row + 1}") from None
