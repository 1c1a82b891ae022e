"""A table in an NPZ: rows in `X`, one entry a row under other keys, the axis or the names of its columns likewise."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.archive_axes import CHANNELS, axis_arrays, named, only_one, unit_in
from inn_experiments.data.archives import Arrays, as_text, entries, opened, read_columns
from inn_experiments.data.axes import Axis, unit_of
from inn_experiments.data.checks import check_unique, shorten
from inn_experiments.data.classes import numbers


def read_archive(
    path: Path, columns: dict[str, str], axis: str | None = None
) -> tuple[np.ndarray, Arrays, list[str], Axis]:
    """Numbers x (n, d) float32 or float64, argument -> text (n,), the d names of columns, and the axis along them.

    Args:
        path: an .npz file.
        columns: argument (label, group, ...) -> its key.
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
    kind = np.float32 if x.dtype.newbyteorder("=") == np.float32 else np.float64
    # What a number is written as is meant: 50.1, whatever a float32 makes of it.
    values = numbers(names if numeric is None else [str(value) for value in axes[numeric]])
    key = numeric or written
    if key is None or values is None:
        return x.astype(kind, copy=False), texts, names, Axis()
    unit = unit_in(key, CHANNELS)
    return x.astype(kind, copy=False), texts, names, Axis(values, (unit_of(key) if unit is None else unit) or "")


def _one(found: Arrays, where: str) -> str | None:
    return only_one(found, where, "data.axis=KEY chooses one")
