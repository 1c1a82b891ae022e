"""A user's own table of labelled spectra: CSV, Parquet or NPZ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inn_experiments.data.source import ArrayRows, Reader
from inn_experiments.data.tables.readers import read_table


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
        test_fraction, val_fraction, fresh_fraction, per_class: as in `Reader`.
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
        features = None if self.features is None else [str(name) for name in self.features]
        return read_table(path, self.label, self.group, features, self.smiles).rows(path.stem, self.scaling)
