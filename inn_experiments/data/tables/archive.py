"""A table in an NPZ file: rows in `X`, one entry for each under other keys, and perhaps an axis."""

from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.archives import entries, read_npz
from inn_experiments.data.axes import Axis, unit_of
from inn_experiments.data.checks import check_present, check_unique
from inn_experiments.data.classes import numbers
from inn_experiments.data.tables.wide import Read

AXIS_KEYS = ("mz", "wavenumber", "axis", "features")


def read_table_archive(path: Path, columns: dict[str, str], features: list[str] | None, unit: str | None) -> Read:
    """The rows of the NPZ file `path`."""
    where = str(path)
    x, found, axes = read_npz(path, columns, AXIS_KEYS, "row")
    if x.ndim != 2 or not x.shape[1] or not np.issubdtype(x.dtype, np.number) or np.iscomplexobj(x):
        raise UserError(f"{where}: the key 'X' must hold a table of numbers (n, d), found {x.shape} {x.dtype}")
    if not len(x):
        raise UserError(f"{where}: the file has columns but no rows")
    texts = entries(found, columns, len(x), "row", where)
    key = next((key for key, axis in axes.items() if axis.shape == x.shape[1:]), None)
    names = [str(name) for name in (axes[key] if key else range(x.shape[1]))]
    check_unique(names, f"{where}, key {key!r}")
    if features is not None:
        for feature in features:
            check_present(feature, "data.features", names, where)
        x, names = x[:, [names.index(feature) for feature in features]], features
    # As float32 is in a float64: what is computed of it is the same.
    x = x.astype(np.float32 if x.dtype.newbyteorder("=") == np.float32 else np.float64, copy=False)
    axis = Axis(numbers(names) if key else None, (unit_of(key) or "") if unit is None and key else unit or "")
    return Read(x, texts, names, axis)
