"""A table in an NPZ: rows in `X`, one entry a row under other keys, the axis or the names of its columns likewise."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.archive_axes import CHANNELS, axis_arrays, named, only_one, unit_in
from inn_experiments.data.archives import Arrays, as_text, entries, opened, read_columns
from inn_experiments.data.axes import Axis, name_of, series, unit_of
from inn_experiments.data.checks import check_present, check_unique, shorten
from inn_experiments.data.tables.wide import Read


def read_table_archive(
    path: Path,
    columns: dict[str, str],
    features: list[str] | None = None,
    unit: str | None = None,
    axis: str | None = None,
) -> Read:
    """The rows of an NPZ file, float32 where they are stored as that, else float64.

    Args:
        path: an .npz file.
        columns: argument (label, group, ...) -> its key.
        features: names of the columns to use, all if None.
        unit: of the axis; None takes it from the name of its key.
        axis: the key that holds the axis; None finds it by its name. Text there names the columns, and numbers are
            their axis; without either the columns are counted.

    Raises:
        UserError: a file that is damaged or does not hold these, and two keys that may both be the axis.
    """
    where = str(path)
    with opened(path) as archive:
        x, found = read_columns(archive, columns, "row")
        if x.ndim != 2 or not x.shape[1] or x.dtype.kind not in "iuf":
            raise UserError(f"{where}: the key 'X' must hold a table of numbers (n, d), found {x.shape} {x.dtype}")
        if not len(x):
            raise UserError(f"{where}: the file has columns but no rows")
        if axis is not None and axis not in archive.keys:
            raise UserError(f"data.axis={axis}: {where} has no key {axis!r}; its keys are: {shorten(archive.keys)}")
        keys = named(archive.keys, CHANNELS, columns.values()) if axis is None else [axis]
        axes = axis_arrays(archive, keys, x.shape, 1)
        if axis is not None and axis not in axes:
            raise UserError(f"data.axis={axis}: {where} has no entry there for each column of 'X' {x.shape}")
    texts = entries(found, columns, len(x), "row", where)
    numeric = _one({key: values for key, values in axes.items() if values.dtype.kind in "iuf"}, where)
    written = _one({key: values for key, values in axes.items() if values.dtype.kind in "US"}, where)
    names = [str(place) for place in range(x.shape[1])]
    if written is not None:
        names = as_text(axes[written], f"the key {written!r}: {where}").tolist()
    elif numeric is not None:
        names = [str(value) for value in axes[numeric]]
    check_unique(names, f"{where}, key {written or numeric!r}")
    # As float32 is in a float64: what is computed of it is the same.
    x = x.astype(np.float32 if x.dtype.newbyteorder("=") == np.float32 else np.float64, copy=False)
    along = _axis_of(axes, numeric, written, names, unit)
    if features is None:
        return Read(x, texts, names, along)
    for feature in features:
        check_present(feature, "data.features", names, where)
    chosen = [names.index(feature) for feature in features]
    values = None if along.values is None else along.values[chosen]
    return Read(x[:, chosen], texts, features, Axis(values, along.unit, along.name))


def _axis_of(axes: Arrays, numeric: str | None, written: str | None, names: list[str], unit: str | None) -> Axis:
    key, found = numeric or written, series(names)
    if numeric is not None:
        # What a number is written as is meant: 50.1, whatever a float32 makes of it.
        values = np.array([float(str(value)) for value in axes[numeric]])
    else:
        values = found.axis.values if written is not None and len(found.places) == len(names) else None
    if key is None or values is None:
        return Axis(None, unit or "")
    told = unit_in(key, CHANNELS)
    unit = unit if unit is not None else told or unit_of(key) or found.axis.unit
    return Axis(values, unit, name_of(key) or found.axis.name)


def _one(found: Arrays, where: str) -> str | None:
    return only_one(found, where, "data.axis=KEY chooses one")
