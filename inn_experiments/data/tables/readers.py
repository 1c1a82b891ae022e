"""CSV, Parquet and NPZ files read into one plain form: numbers, labels, groups, SMILES and column names."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import check_file, check_filled, check_finite, check_present, check_unique, shorten
from inn_experiments.data.classes import class_smiles
from inn_experiments.data.tables.frames import as_text, csv_frames, csv_names, numbers
from inn_experiments.data.tables.raw import RawTable

if TYPE_CHECKING:
    import pandas

EXTENSIONS = (".csv", ".parquet", ".npz")
# Keys of an NPZ that may hold one entry per column, and what that axis is called in figures.
AXIS_KEYS = {"mz": "m/z", "wavenumber": "wavenumber", "axis": "axis", "features": "feature"}

Texts = dict[str, str]
"""Argument (label, group, smiles) -> the column or key of text that it names; those not given are absent."""


def read_table(
    path: Path, label: str, group: str | None, features: list[str] | None, smiles: str | None = None
) -> RawTable:
    """The table in `path` with its `label`, `group` and `smiles` columns and `features` (all others if None).

    Raises:
        UserError: a missing, empty, unknown or damaged file, an absent or repeated column, an empty label, group or
            SMILES, a class with two SMILES, text in a feature column, and values that are not finite.
    """
    check_file(path, EXTENSIONS)
    columns = {"label": label, "group": group, "smiles": smiles}
    columns = {argument: column for argument, column in columns.items() if column is not None}
    reader = {".csv": _read_csv, ".parquet": _read_parquet, ".npz": _read_npz}[path.suffix.lower()]
    try:
        x, texts, names, axis_name = reader(path, columns, features)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, csv.Error) as error:
        # pandas, pyarrow and NumPy derive their parsing errors from ValueError or OSError.
        raise UserError(f"data.path={path}: cannot be read as {path.suffix}: {error}") from error
    where = str(path)
    if not len(x):
        raise UserError(f"{where}: the file has columns but no rows")
    for argument, column in columns.items():
        check_filled(texts[argument], f"data.{argument}", column, where)
    check_finite(x, names, where)
    chemistry = class_smiles(texts["label"], texts["smiles"], where) if "smiles" in texts else None
    return RawTable(x, texts["label"], texts.get("group"), names, axis_name, chemistry)


Read = tuple[np.ndarray, dict[str, np.ndarray], tuple[str, ...], str]
"""Numbers (n, d), argument -> text (n,), column names, and what the axis is called."""


def _choose(names: list[str], columns: Texts, features: list[str] | None, where: str) -> list[str]:
    check_unique(names, where)
    for argument, column in columns.items():
        check_present(column, f"data.{argument}", names, where)
    for feature in features or []:
        check_present(feature, "data.features", names, where)
        if feature in columns.values():
            raise UserError(f"data.features: {feature!r} is the label, group or SMILES column, not a feature")
    check_unique(features or [], "data.features")
    chosen = features if features is not None else [name for name in names if name not in columns.values()]
    if "" in chosen:
        # Often a saved row index, which in a table sorted by class would give the class away.
        raise UserError(f"{where}: column {names.index('') + 1} has no name; name it or list data.features")
    if not chosen:
        raise UserError(f"{where}: no feature column is left; its columns are: {shorten(names)}")
    return chosen


def _read_csv(path: Path, columns: Texts, features: list[str] | None) -> Read:
    names = csv_names(path)
    # The header is read by itself because pandas renames repeated columns instead of refusing them.
    chosen = _choose(names, columns, features, str(path))
    with csv_frames(path, names, list(columns.values()), chosen) as frames:
        return _from_frame(next(frames), chosen, columns, str(path))


def _read_parquet(path: Path, columns: Texts, features: list[str] | None) -> Read:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    names = [name for name in table.column_names if not name.startswith("__index_level_")]
    chosen = _choose(names, columns, features, str(path))
    frame = table.to_pandas(ignore_metadata=True)
    return _from_frame(frame, chosen, columns, str(path))


def _from_frame(frame: pandas.DataFrame, chosen: list[str], columns: Texts, where: str) -> Read:
    remedy = "correct it, or name the numeric columns in data.features"
    x = numbers(frame, chosen, where, what="feature column", remedy=remedy)
    texts = {argument: as_text(frame[column]) for argument, column in columns.items()}
    return x, texts, tuple(chosen), RawTable.axis_name


def _read_npz(path: Path, columns: Texts, features: list[str] | None) -> Read:
    where = str(path)
    with np.load(path, allow_pickle=False) as archive:
        keys = list(archive)
        wanted = {"the rows": "X"} | {f"data.{argument}={key}": key for argument, key in columns.items()}
        for argument, key in wanted.items():
            if key not in keys:
                raise UserError(f"{argument}: {where} has no key {key!r}; its keys are: {shorten(keys)}")
        x = archive["X"]
        texts = {argument: archive[key] for argument, key in columns.items()}
        axis_key = next((key for key in AXIS_KEYS if key in keys and archive[key].shape == x.shape[1:]), None)
        names = [str(name) for name in (archive[axis_key] if axis_key else range(x.shape[-1] if x.ndim else 0))]
    if x.ndim != 2 or not x.shape[1] or not np.issubdtype(x.dtype, np.number) or np.iscomplexobj(x):
        raise UserError(f"{where}: the key 'X' must hold a table of numbers (n, d), found {x.shape} {x.dtype}")
    for argument, values in texts.items():
        if values.shape != (len(x),):
            raise UserError(
                f"{where}: the key {columns[argument]!r} must have one entry per row ({len(x)},), found {values.shape}"
            )
    check_unique(names, f"{where}, key {axis_key!r}")
    if features is not None:
        for feature in features:
            check_present(feature, "data.features", names, where)
        x, names = x[:, [names.index(feature) for feature in features]], list(features)
    return (
        x.astype(np.float64),
        {argument: as_text(values) for argument, values in texts.items()},
        tuple(names),
        AXIS_KEYS[axis_key] if axis_key else "column",
    )
