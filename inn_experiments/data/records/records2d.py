"""A user's own labelled 2-D records, such as GC-IMS: matrices of retention by drift, in a folder or one NPZ."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.archive_axes import DRIFT, RETENTION, axis_arrays, named, only_one, unit_in
from inn_experiments.data.archives import Archive, entries, opened, read_columns
from inn_experiments.data.checks import check_file
from inn_experiments.data.records.folder import read_folder
from inn_experiments.data.records.reader import LEAST_SIDE, RawRecords, RecordReader, axis_of, finite
from inn_experiments.data.source import ArrayRows
from inn_experiments.data.tables.dialect import Form


@dataclass
class Records2d(RecordReader):
    """One matrix a record, all of one shape (arXiv 2502.13183).

    Args:
        path: a folder with one subfolder a class, each record a .npy, .csv, .tsv or .txt matrix, with or without its
            axes in the first row (drift) and column (retention); or an .npz with the records `X` (n, M, D) and, where
            they are known, the axes `retention` (M,) and `drift` (D,), also called `rt` and `dt`, with a unit or not.
        label, group: keys of the .npz; no group stands in two parts.
        axes: whether records in a folder have their axes in the first row and column; None finds out.
        separator, decimal: of records in text files; None finds them, see `dialect.Form`.
    """

    path: str
    label: str = "y"
    group: str | None = None
    axes: bool | None = None
    separator: str | None = None
    decimal: Literal[".", ","] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.form = Form(self.separator, self.decimal)

    def read(self, cache: Path) -> ArrayRows:
        """All records; `cache` is not used, the files are read every time."""
        path = Path(self.path).expanduser()
        if not path.is_dir():
            if path.exists() and path.suffix.lower() != ".npz":
                raise UserError(f"data.path={path}: must be a folder with a subfolder for each class, or an .npz file")
            check_file(path, (".npz",))
            columns = {"label": self.label} | ({} if self.group is None else {"group": self.group})
            raw = _read_archive(path, columns)
        elif self.group is not None:
            raise UserError(f"data.group={self.group}: {path} is a folder, whose records have no groups; use an NPZ")
        else:
            raw = read_folder(path, self.form, self.axes)
        return raw.rows(Path(os.path.realpath(path)).stem, self)


def _read_archive(path: Path, columns: dict[str, str]) -> RawRecords:
    with opened(path) as archive:
        x, found = read_columns(archive, columns, "record")
        if x.ndim != 3 or not len(x) or min(x.shape) < LEAST_SIDE:
            raise UserError(
                f"{path}: the key 'X' must hold records (n, retention, drift) of at least {LEAST_SIDE} x "
                f"{LEAST_SIDE}, found the shape {x.shape}"
            )
        sides = [
            _axis(archive, words, x.shape, place, columns) for place, words in enumerate((RETENTION, DRIFT), start=1)
        ]
    texts = entries(found, columns, len(x), "record", str(path))
    x = finite(x, [f"{path}: record {place + 1}" for place in range(len(x))])
    (retention, first), (drift, second) = sides
    return RawRecords(x, texts["label"], texts.get("group"), retention, drift, units=(first, second), notes=())


def _axis(
    archive: Archive, words: tuple[str, ...], shape: tuple[int, ...], place: int, columns: dict[str, str]
) -> tuple[np.ndarray, str]:
    """The axis (shape[place],) under a key that `words` call, indices where there is none, and its unit."""
    found = axis_arrays(archive, named(archive.keys, words, columns.values()), shape, place)
    key = only_one(found, str(archive.path), "leave one of them out of the file")
    if key is None:
        return axis_of(None, shape[place], ""), ""
    if found[key].dtype.kind not in "iuf":
        raise UserError(f"{archive.path}: the key {key!r} must hold {shape[place]} numbers, found {found[key].dtype}")
    return axis_of(found[key], shape[place], f"{archive.path}: the key {key!r}"), unit_in(key, words) or ""
