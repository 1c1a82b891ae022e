"""A user's own table of labelled spectra: CSV, Parquet or NPZ."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from inn_experiments.contracts import Split
from inn_experiments.data.assemble import assemble
from inn_experiments.data.checks import check_fractions
from inn_experiments.data.tables.readers import read_table


class Table:
    """One row per spectrum, one column (or NPZ key) with the class, the rest numbers.

    path: a .csv, .parquet or .npz file; relative paths start at the current directory.
    label, group: column names, or keys of an NPZ whose rows are in `X`; no group stands in two parts.
    smiles: a column (or key) with the SMILES of the row's class, the same in all its rows, components of a
        mixture separated by `|`; what conditioning=chemnet reads.
    features: the numeric columns to use, all others if None; numbers as names are the axis.
    scaling: `base_peak` (each row over its maximum) or `standard` (one mean and deviation of training rows).
    test_fraction, val_fraction, fresh_fraction: shares of the rows, stratified by class; the rest trains.
    per_class: at most this many training rows per class; those above it become fresh rows, if any are asked
        for and no group forbids it.
    Raises UserError, at once for fractions out of range, from `load` for everything in the file.
    """

    def __init__(
        self,
        path: str,
        label: str,
        group: str | None = None,
        smiles: str | None = None,
        features: list[str | int | float] | None = None,
        scaling: Literal["base_peak", "standard"] = "base_peak",
        test_fraction: float = 0.3,
        val_fraction: float = 0.1,
        fresh_fraction: float = 0.0,
        per_class: int | None = None,
    ) -> None:
        check_fractions(test_fraction, val_fraction, fresh_fraction, per_class)
        self.path = Path(path).expanduser()
        self.label = label
        self.group = group
        self.smiles = smiles
        self.features = None if features is None else [str(name) for name in features]
        self.scaling: Literal["base_peak", "standard"] = scaling
        self.fractions = (val_fraction, test_fraction, fresh_fraction)
        self.per_class = per_class

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives; `cache` is not used, the file itself is read every time."""
        table = read_table(self.path, self.label, self.group, self.features, self.smiles)
        return assemble(
            table,
            name=self.path.stem,
            scaling=self.scaling,
            fractions=self.fractions,
            per_class=self.per_class,
            seed=seed,
        )
