"""A table of labelled spectra, one row a spectrum and one column a value: a user's own, in CSV, Parquet or NPZ."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data import checks
from inn_experiments.data.archives import entries, read_npz
from inn_experiments.data.checks import check_present, check_unique, shorten
from inn_experiments.data.classes import class_smiles, encode, group_codes, numbers
from inn_experiments.data.scaling import BasePeak, Standard
from inn_experiments.data.source import ArrayRows, Reader
from inn_experiments.data.tables.frames import column_kind, column_names, pieces

EXTENSIONS = (".csv", ".parquet", ".npz")
AXIS_KEYS = {"mz": "m/z", "wavenumber": "wavenumber", "axis": "axis", "features": "feature"}
"""Keys of an NPZ that may hold one entry per column, and what that axis is called in figures."""

Read = tuple[np.ndarray, dict[str, np.ndarray], list[str], str]
"""Numbers (n, d), argument -> text (n,), column names, and what the axis is called."""


@dataclass
class Table(Reader):
    """One row per spectrum, one column (or NPZ key) with the class, the rest numbers.

    Args:
        path: a .csv, .parquet or .npz file; relative paths start at the current directory.
        label, group: column names, or keys of an NPZ whose rows are in `X`; no group stands in two parts.
        smiles: a column (or key) with the SMILES of the row's class, the same in all its rows, components of a
            mixture separated by `|`; what conditioning=chemnet reads.
        features: the numeric columns to use, all others if None; numbers as names are the axis.
        scaling: `base_peak` (each row over its maximum) or `standard` (one mean and deviation of training rows).
    """

    path: str
    label: str
    group: str | None = None
    smiles: str | None = None
    features: list[str | int | float] | None = None
    scaling: Literal["base_peak", "standard"] = "base_peak"

    def read(self, cache: Path) -> ArrayRows:
        """All rows; `cache` is not used, the file itself is read every time."""
        path = Path(self.path).expanduser()
        where = str(path)
        checks.check_file(path, EXTENSIONS)
        columns = {"label": self.label, "group": self.group, "smiles": self.smiles}
        columns = {argument: column for argument, column in columns.items() if column is not None}
        features = None if self.features is None else [str(name) for name in self.features]
        read = _read_archive if path.suffix.lower() == ".npz" else _read_columns
        x, texts, names, axis_name = read(path, columns, features)
        for argument, column in columns.items():
            checks.check_filled(texts[argument], f"data.{argument}", column, where)
        checks.check_finite(x, names, where)
        smiles = class_smiles(texts["label"], texts["smiles"], where) if "smiles" in texts else None
        return spectra(
            path.stem, x, texts["label"], names, self.scaling, groups=texts.get("group"), axis=axis_name, smiles=smiles
        )


def spectra(
    name: str,
    x: np.ndarray,
    labels: np.ndarray,
    columns: Sequence[str],
    scaling: Literal["base_peak", "standard"] = "base_peak",
    *,
    groups: np.ndarray | None = None,
    axis: str = "axis",
    smiles: dict[str, tuple[str, ...]] | None = None,
) -> ArrayRows:
    """The rows `x` (n, d) of a checked table of text `labels` (n,), for their base peak or one mean and deviation.

    `columns` are the names of the d values: where all of them are numbers (m/z, wavenumber) they are the axis, which
    is called `axis`. `smiles` has every label, a mixture with several. Raises UserError for one class only, equal rows
    and rows without a base peak.
    """
    classes, y = encode(labels, name)
    checks.check_varies(x, name)
    peaks, values = scaling == "base_peak", numbers(columns)
    if peaks:
        checks.check_base_peak(x)
    return ArrayRows(
        x=x,
        y=y,
        classes=classes,
        name=name,
        fit=BasePeak.fit if peaks else Standard.fit,
        group=group_codes(groups),
        axis=values,
        axis_name="column" if values is None else axis,
        smiles=None if smiles is None else tuple(smiles[label] for label in classes),
        bounded=peaks and bool(x.min() >= 0),
    )


def _read_columns(path: Path, columns: dict[str, str], features: list[str] | None) -> Read:
    chosen = _choose(column_names(path), columns, features, str(path))
    remedy = "correct it, or name the numeric columns in data.features"
    kind = column_kind(path, chosen)
    found, x = [], np.empty((0, len(chosen)), kind)
    for texts, piece in pieces(path, [*columns.values()], chosen, what="feature column", remedy=remedy, kind=kind):
        found.append(texts)
        # In place: pieces that are joined in the end would be there twice.
        x.resize((len(x) + len(piece), len(chosen)), refcheck=False)
        x[-len(piece) :] = piece
    return (
        x,
        {key: np.concatenate([texts[column] for texts in found]) for key, column in columns.items()},
        chosen,
        "axis",
    )


def _choose(names: list[str], columns: dict[str, str], features: list[str] | None, where: str) -> list[str]:
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


def _read_archive(path: Path, columns: dict[str, str], features: list[str] | None) -> Read:
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
    return (
        x.astype(np.float32 if x.dtype.newbyteorder("=") == np.float32 else np.float64, copy=False),
        texts,
        names,
        AXIS_KEYS[key] if key else "column",
    )
