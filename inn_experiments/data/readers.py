"""CSV, Parquet and NPZ files read into one plain form: numbers, labels, groups and column names."""

from __future__ import annotations

import csv
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import (
    check_file,
    check_filled,
    check_finite,
    check_present,
    check_unique,
    shorten,
)

EXTENSIONS = (".csv", ".parquet", ".npz")
# Keys of an NPZ that may hold one entry per column, and what that axis is called in figures.
AXIS_KEYS = {"mz": "m/z", "wavenumber": "wavenumber", "axis": "axis", "features": "feature"}
# What counts as a missing number in a CSV; text columns have no such words, an empty cell is empty.
MISSING = ["", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None"]


@dataclass(frozen=True)
class RawTable:
    """A checked table in the file's own units: `x` (n, d) float64, `labels` and `groups` (n,) text."""

    x: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None
    names: tuple[str, ...]
    axis_name: str = "axis"


def read_table(path: Path, label: str, group: str | None, features: list[str] | None) -> RawTable:
    """The table in `path` with its `label` column, `group` column and `features` (all others if None).

    Raises UserError for a missing, empty, unknown or damaged file, an absent or repeated column, an empty
    label or group, text in a feature column, and values that are not finite.
    """
    check_file(path, EXTENSIONS)
    reader = {".csv": _read_csv, ".parquet": _read_parquet, ".npz": _read_npz}[path.suffix.lower()]
    try:
        table = reader(path, label, group, features)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, csv.Error) as error:
        # pandas, pyarrow and NumPy derive their parsing errors from ValueError or OSError.
        raise UserError(f"data.path={path}: cannot be read as {path.suffix}: {error}") from error
    where = str(path)
    if not len(table.x):
        raise UserError(f"{where}: the file has columns but no rows")
    check_filled(table.labels, "data.label", label, where)
    if table.groups is not None:
        check_filled(table.groups, "data.group", str(group), where)
    check_finite(table.x, table.names, where)
    return table


def _choose(
    names: list[str], label: str, group: str | None, features: list[str] | None, where: str
) -> list[str]:
    check_unique(names, where)
    check_present(label, "data.label", names, where)
    if group is not None:
        check_present(group, "data.group", names, where)
    for feature in features or []:
        check_present(feature, "data.features", names, where)
        if feature in (label, group):
            raise UserError(f"data.features: {feature!r} is the label or group column, not a feature")
    check_unique(features or [], "data.features")
    chosen = features if features is not None else [name for name in names if name not in (label, group)]
    if "" in chosen:
        # Often a saved row index, which in a table sorted by class would give the class away.
        raise UserError(f"{where}: column {names.index('') + 1} has no name; name it or list data.features")
    if not chosen:
        raise UserError(f"{where}: no feature column is left; its columns are: {shorten(names)}")
    return chosen


def _read_csv(path: Path, label: str, group: str | None, features: list[str] | None) -> RawTable:
    import pandas

    with path.open(newline="", encoding="utf-8-sig") as handle:
        names = next((row for row in csv.reader(handle) if row), [])
    # The header is read by itself because pandas renames repeated columns instead of refusing them.
    chosen = _choose(names, label, group, features, str(path))
    with warnings.catch_warnings():
        # A row that is longer than the header would only be warned about, and cut.
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            frame = pandas.read_csv(
                path,
                names=names,
                header=0,
                encoding="utf-8-sig",
                index_col=False,
                low_memory=False,
                # As text, so that class "01" stays "01" and a class "NA" is not a missing value.
                dtype={name: str for name in (label, group) if name is not None},
                keep_default_na=False,
                na_values={name: MISSING for name in chosen},
            )
        except pandas.errors.ParserWarning as error:
            raise UserError(f"{path}: a row has more fields than the header: {error}") from error
    return _from_frame(frame, chosen, label, group, str(path))


def _read_parquet(path: Path, label: str, group: str | None, features: list[str] | None) -> RawTable:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    names = [name for name in table.column_names if not name.startswith("__index_level_")]
    chosen = _choose(names, label, group, features, str(path))
    frame = table.to_pandas(ignore_metadata=True)
    return _from_frame(frame, chosen, label, group, str(path))


def _from_frame(frame, chosen: list[str], label: str, group: str | None, where: str) -> RawTable:
    import pandas

    for name in chosen:
        column = frame[name]
        if pandas.api.types.is_numeric_dtype(column) or column.isna().all():
            continue
        bad = (pandas.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
        row = int(np.argmax(bad)) if bad.any() else 0
        raise UserError(
            f"{where}: the feature column {name!r} is not numeric, first in row {row + 1} (counted from 1): "
            f"text {str(column.iloc[row])[:40]!r}; correct it, or name the numeric columns in data.features"
        )
    # One conversion for the whole block: a wide table has thousands of columns.
    x = frame[chosen].to_numpy(dtype=np.float64, na_value=np.nan)
    texts = [None if name is None else _as_text(frame[name]) for name in (label, group)]
    return RawTable(x, texts[0], texts[1], tuple(chosen))


def _read_npz(path: Path, label: str, group: str | None, features: list[str] | None) -> RawTable:
    where = str(path)
    with np.load(path, allow_pickle=False) as archive:
        keys = list(archive)
        for wanted, argument in (
            ("X", "the rows"),
            (label, f"data.label={label}"),
            (group, f"data.group={group}"),
        ):
            if wanted is not None and wanted not in keys:
                raise UserError(f"{argument}: {where} has no key {wanted!r}; its keys are: {shorten(keys)}")
        x, labels = archive["X"], archive[label]
        groups = None if group is None else archive[group]
        axis_key = next((key for key in AXIS_KEYS if key in keys and archive[key].shape == x.shape[1:]), None)
        names = [
            str(name) for name in (archive[axis_key] if axis_key else range(x.shape[-1] if x.ndim else 0))
        ]
    if x.ndim != 2 or not x.shape[1] or not np.issubdtype(x.dtype, np.number) or np.iscomplexobj(x):
        raise UserError(
            f"{where}: the key 'X' must hold a table of numbers (n, d), found {x.shape} {x.dtype}"
        )
    for key, values in ((label, labels), (group, groups)):
        if values is not None and values.shape != (len(x),):
            raise UserError(
                f"{where}: the key {key!r} must have one entry per row ({len(x)},), found {values.shape}"
            )
    check_unique(names, f"{where}, key {axis_key!r}")
    if features is not None:
        for feature in features:
            check_present(feature, "data.features", names, where)
        x, names = x[:, [names.index(feature) for feature in features]], list(features)
    return RawTable(
        x.astype(np.float64),
        _as_text(labels),
        None if groups is None else _as_text(groups),
        tuple(names),
        AXIS_KEYS[axis_key] if axis_key else "column",
    )


def _as_text(values) -> np.ndarray:
    """Labels as text without surrounding blanks; a missing one becomes the empty text."""
    import pandas

    column = pandas.Series(values)
    texts = column.astype(object).where(column.notna(), "").astype(str).to_numpy(str)
    return np.strings.strip(texts)
