"""Measured ion mobility spectra: a wide table of positive and negative drift bins, of any number of rows."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split, UserError
from inn_experiments.data.assemble import sort_classes
from inn_experiments.data.checks import check_fractions, shorten
from inn_experiments.data.ims.convert import Columns, converted
from inn_experiments.data.ims.stored import split_stored
from inn_experiments.data.smiles import SEPARATOR


class Ims:
    """One row per spectrum, one column per drift bin, one with the class; one scalar mean and deviation.

    path: a .csv or .parquet file; relative paths start at the current directory.
    label: the column of the class.
    positive, negative: how the names of the drift bins of either polarity begin; one may be null or absent.
        The bins keep the table's order, positive ones first.
    smiles: a column with the SMILES of the row's class, several of a mixture with `|` between them; or a
        mapping of each class to one SMILES or a list; null where chemistry is not needed.
    test_fraction, val_fraction, fresh_fraction, per_class: as for `Table`.
    Raises UserError, at once for fractions and prefixes, from `load` for everything in the file. `load` warns
    of a polarity of which the table has no bin.
    """

    def __init__(
        self,
        path: str,
        label: str = "label",
        positive: str | None = "pos_",
        negative: str | None = "neg_",
        smiles: str | dict[str, str | list[str]] | None = None,
        test_fraction: float = 0.25,
        val_fraction: float = 0.05,
        fresh_fraction: float = 0.0,
        per_class: int | None = None,
    ) -> None:
        check_fractions(test_fraction, val_fraction, fresh_fraction, per_class)
        if "" in (positive, negative) or positive == negative:
            raise UserError(
                f"data.positive={positive!r} and data.negative={negative!r}: must differ and not be empty; "
                "null where the table has one polarity"
            )
        self.path = Path(path).expanduser()
        self.columns = Columns(label, positive, negative, smiles if isinstance(smiles, str) else None)
        self.mapping = smiles if isinstance(smiles, dict) else None
        self.fractions = (val_fraction, test_fraction, fresh_fraction)
        self.per_class = per_class

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives; the folder `cache` keeps the rows in a form that can be mapped."""
        table = converted(self.path, self.columns, cache)
        for polarity in ("positive", "negative"):
            prefix = getattr(self.columns, polarity)
            if prefix is not None and polarity not in table.polarities:
                warnings.warn(
                    f"data.{polarity}={prefix!r}: no column of {self.path} begins with this, so its rows have "
                    f"no {polarity} half; data.{polarity}=null where that is meant",
                    UserWarning,
                    stacklevel=2,
                )
        classes = sort_classes(list(table.labels))
        if len(classes) < 2:
            raise UserError(f"{self.path}: every row has the class {classes[0]!r}; at least 2 classes are needed")
        order = np.array([classes.index(label) for label in table.labels], dtype=np.int64)
        return split_stored(
            table.rows,
            order[table.codes],
            classes=classes,
            fractions=self.fractions,
            per_class=self.per_class,
            axis_name=f"drift bin ({table.polarities})",
            name=self.path.stem,
            smiles=self._smiles(classes, dict(zip(table.labels, table.smiles, strict=True))),
            seed=seed,
        )

    def _smiles(self, classes: tuple[str, ...], found: dict[str, str]) -> tuple[tuple[str, ...], ...] | None:
        if self.columns.smiles is None and self.mapping is None:
            return None
        source = found if self.mapping is None else self.mapping
        given = {str(name): value for name, value in source.items()}
        lists = [
            value if isinstance(value, list) else [part.strip() for part in value.split(SEPARATOR)]
            for value in (given.get(name, "") for name in classes)
        ]
        missing = [name for name, value in zip(classes, lists, strict=True) if not value or "" in value]
        if missing:
            where = "the mapping" if self.columns.smiles is None else f"column {self.columns.smiles!r}"
            raise UserError(f"data.smiles: {where} has no SMILES, or an empty one, for class {shorten(missing)}")
        return tuple(tuple(value) for value in lists)
