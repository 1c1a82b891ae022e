"""NPZ files with rows or records in `X`, and one entry for each of them under other keys."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import check_filled, readable, shorten

Arrays = dict[str, np.ndarray]


def read_npz(
    path: Path, columns: dict[str, str], optional: Iterable[str], unit: str
) -> tuple[np.ndarray, Arrays, Arrays]:
    """`X`, argument -> the array of its key in `columns`, and those of the `optional` keys that are there.

    Raises UserError for a damaged file, and one that lacks a key; messages call a row a `unit`.
    """
    with readable(path), np.load(path, allow_pickle=False) as archive:
        keys = list(archive)
        wanted = {f"the {unit}s": "X"} | {f"data.{argument}={key}": key for argument, key in columns.items()}
        for argument, key in wanted.items():
            if key not in keys:
                raise UserError(f"{argument}: {path} has no key {key!r}; its keys are: {shorten(keys)}")
        found = {argument: archive[key] for argument, key in columns.items()}
        return archive["X"], found, {key: archive[key] for key in optional if key in keys}


def entries(found: Arrays, columns: dict[str, str], rows: int, unit: str, where: str) -> Arrays:
    """The arrays as text (rows,) without surrounding blanks; raises UserError for other shapes and empty texts."""
    texts = {}
    for argument, values in found.items():
        if values.shape != (rows,):
            raise UserError(
                f"{where}: the key {columns[argument]!r} must have one entry per {unit} ({rows},), found {values.shape}"
            )
        # A missing number is a missing label, not a class called nan.
        missing = np.isnan(values) if values.dtype.kind in "fcmM" else np.zeros(rows, dtype=bool)
        texts[argument] = np.where(missing, "", np.strings.strip(values.astype(str)))
        check_filled(texts[argument], f"data.{argument}", columns[argument], where)
    return texts
