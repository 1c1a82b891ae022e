"""Files that are written whole or not at all."""

import csv
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from inn_experiments.contracts import whose
from inn_experiments.contracts.errors import UserError

MARK = "sha256"
"""In a cached file the name of what says which arrays it had when it was written."""
NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?")


@contextmanager
def replacing(target: Path, mark: str | None = None) -> Iterator[Path]:
    """A temporary name beside `target`, renamed to it when the block ends well and removed when it does not.

    The folder of `target` is made; the block may write a file or make a folder.

    Args:
        target: what is written whole or not at all.
        mark: ends the temporary name where only one process can be at it; None for the name of this process, which no
            other has on any machine, and by which it is known whether it still is at it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{mark or whose.mine()}")
    remove(fresh)
    try:
        yield fresh
        os.replace(fresh, target)
    except BaseException:
        remove(fresh)
        raise


def scratch_folder(place: Path) -> tempfile.TemporaryDirectory[str]:
    """A temporary folder in `place`, whose name says whose it is, as `replacing` does."""
    return tempfile.TemporaryDirectory(dir=place, prefix=".scratch", suffix=f".{whose.mine()}")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that can be removed of it; there need be neither."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write `text` to `path`, whole or not at all, making its folder; returns the path."""
    with replacing(path) as fresh:
        fresh.write_text(text, encoding="utf-8")
    return path


def file_name(name: str, used: set[str] | None = None, longest: int = 60) -> str:
    """A part of a file name from any name, safe on every system and not among `used`, to which it is added.

    Example:
        >>> used = set(); file_name("1,2-DCE / water", used), file_name("1,2-DCE: water", used), file_name("../../x")
        ('1_2-DCE_water', '1_2-DCE_water_2', 'x')
    """
    safe = re.sub(r"[^A-Za-z0-9.-]+", "_", name)[:longest].strip("._-") or "class"
    found, number, used = safe, 1, set() if used is None else used
    # Some file systems do not tell capitals from small letters.
    while found.lower() in used:
        number += 1
        found = f"{safe}_{number}"
    used.add(found.lower())
    return found


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a line below behind it where it is taken.

    >>> free_name("label", ["40", "41"]), free_name("40", ["40", "41"])
    ('label', '40_')
    """
    return free_name(f"{name}_", taken) if name in taken else name


def csv_text(rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """Rows as CSV, in which no text is a formula to a spreadsheet: one that begins like it gets an apostrophe.

    Example:
        >>> print(csv_text([["=1+1", "a, b", -2.5, "-2.5"]]), end="")
        '=1+1,"a, b",-2.5,-2.5
    """
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(
        [cell_text(cell) for cell in row] for row in rows
    )
    return text.getvalue()


def cell_text(value: object) -> object:
    """A text that no spreadsheet takes for a formula; other values as they are."""
    if not isinstance(value, str):
        return value
    # A carriage return alone would end the line for some readers, quoted or not.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    begins = text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\n"))
    return f"'{text}" if begins and not NUMBER.fullmatch(text) else text


def write_arrays(path: Path, **arrays: np.ndarray) -> Path:
    """Write `arrays` and their checksum to the .npz file `path`, compressed, whole or not at all; returns the path."""
    with replacing(path) as fresh, fresh.open("wb") as handle:
        np.savez_compressed(handle, **arrays, **{MARK: np.array(_mark(arrays))})
    return path


def read_arrays(path: Path, keys: Sequence[str] | None, remedy: str) -> dict[str, np.ndarray]:
    """The arrays `keys` (None: all) of the cached .npz file `path`; UserError with the `remedy` where damaged.

    A file without a checksum, of version 0.8.0 or older, is read where `keys` say what it has.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = {key: archive[key] for key in archive.files}
        mark = found.pop(MARK, None)
        if (keys is None and mark is None) or (mark is not None and str(mark) != _mark(found)):
            raise ValueError("other content than was written")
        return found if keys is None else {key: found[key] for key in keys}
    except Exception as error:
        raise UserError(f"{path}: this cached file is damaged ({type(error).__name__}: {error}); {remedy}") from error


def _mark(arrays: Mapping[str, np.ndarray]) -> str:
    mark = hashlib.sha256()
    for name, given in sorted(arrays.items()):
        array = np.ascontiguousarray(given)
        mark.update(f"\n{name} {array.dtype.str} {np.shape(given)}\n".encode())
        mark.update(array.reshape(-1).view(np.uint8).data)
    return mark.hexdigest()
