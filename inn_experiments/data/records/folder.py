"""2-D records in a folder: one subfolder a class, one file a record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.archives import read_array
from inn_experiments.data.checks import SHOWN, readable, shorten
from inn_experiments.data.records.edges import Edges
from inn_experiments.data.records.reader import LEAST_SIDE, RawRecords, axis_of, finite
from inn_experiments.data.records.texts import read_matrix
from inn_experiments.data.tables.dialect import Form

TEXTS = (".csv", ".tsv", ".txt")
EXTENSIONS = (".npy", *TEXTS)


def read_folder(root: Path, form: Form, axes: bool | None) -> RawRecords:
    """The records below `root`, texts in the dialect that `form` tells; `axes`: as `edges.Edges` says.

    Raises UserError for what is no record, and records of different shapes or axes.
    """
    files, labels = _files(root)
    edges = Edges(axes)
    for place, file in enumerate(files):
        record = _read_record(file, form, corner=axes is not False)
        if not place:
            x = np.empty((len(files), *record.shape), dtype=np.float32)
        if record.shape != x.shape[1:]:
            raise UserError(
                f"{file}: a record of the shape {record.shape}, but {files[0]} has {x.shape[1:]}; "
                "all records must have one shape"
            )
        edges.see(file, record)
        x[place] = record
    sides = edges.found()
    # What stands beside an axis is not a value.
    top, left = (int(side is not None) for side in reversed(sides))
    x = x[:, top:, left:]
    if min(x.shape[1:]) < LEAST_SIDE:
        raise UserError(f"{files[0]}: beside its axes only {x.shape[1]} x {x.shape[2]} values are left")
    where = (f"{files[0]}: its first {name}" for name in ("column (retention)", "row (drift)"))
    found = [axis_of(side, size, what) for side, size, what in zip(sides, x.shape[1:], where, strict=True)]
    told = [name for name, side in zip(("first column", "first row"), sides, strict=True) if side is not None]
    notes = (f"axes from the {' and '.join(told)} of each file",) if told else ()
    beside = sorted(item.name for item in _items(root) if item.suffix.lower() in EXTENSIONS and not item.is_dir())
    left_out = (f"files beside the folders of classes: {shorten(beside, SHOWN)}",) if beside else ()
    return RawRecords(x, np.array(labels), None, *found, notes=notes, left_out=left_out)


def _files(root: Path) -> tuple[list[Path], list[str]]:
    """Every record's file and class, in a fixed order."""
    items = _items(root)
    for item in items:
        if item.is_symlink() and not item.exists():
            raise UserError(f"{item}: this link leads nowhere")
    folders = [item for item in items if item.is_dir()]
    if not folders:
        raise UserError(f"data.path={root}: no class found; the folder must have one subfolder for each class")
    files: list[Path] = []
    labels: list[str] = []
    for folder in folders:
        name = folder.name
        if not _is_text(name):
            raise UserError(f"{folder}: the folder's name is no UTF-8, but it names a class; rename it")
        found = _items(folder)
        other = [item.name for item in found if item.suffix.lower() not in EXTENSIONS or not item.is_file()]
        if other:
            raise UserError(
                f"class {name!r}: {folder} holds {shorten(other, SHOWN)}; its records must be files "
                f"of the kind {', '.join(EXTENSIONS[:-1])} or {EXTENSIONS[-1]}"
            )
        if not found:
            raise UserError(f"class {name!r}: {folder} is empty; put its records there, or remove it")
        files += found
        labels += [name] * len(found)
    return files, labels


def _items(folder: Path) -> list[Path]:
    with _looked_at(folder):
        return sorted(item for item in folder.iterdir() if not item.name.startswith("."))


@contextmanager
def _looked_at(path: Path) -> Iterator[None]:
    """What the file system refuses in the block is told of `path`: it is input, and no folder of outputs."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(f"{path}: cannot be read: {reason}") from error


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_record(file: Path, form: Form, corner: bool) -> np.ndarray:
    """The matrix (M, D) float64 in `file`, finite; with a `corner`, whatever that is."""
    with _looked_at(file):
        if file.stat().st_size == 0:
            raise UserError(f"{file}: the file is empty")
        record = read_matrix(file, form) if file.suffix.lower() in TEXTS else _load(file)
    if record.ndim != 2 or min(record.shape) < LEAST_SIDE:
        raise UserError(
            f"{file}: found the shape {record.shape}; a record is a matrix of at least {LEAST_SIDE} x {LEAST_SIDE}"
        )
    free = corner and record.dtype.kind == "f" and np.isnan(record[0, 0])
    checked = record.copy() if free else record
    if free:
        checked[0, 0] = 0.0
    finite(checked[None], [str(file)])
    return record


def _load(file: Path) -> np.ndarray:
    with file.open("rb") as handle, readable(file, f"{file}:"):
        return read_array(handle, file.stat().st_size, f"{file}:")
