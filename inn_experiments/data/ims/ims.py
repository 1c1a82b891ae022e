"""Measured ion mobility spectra: a wide table of positive and negative drift bins, of any number of rows."""

from __future__ import annotations

import warnings
from dataclasses import KW_ONLY, dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.contracts.rows import Smiles
from inn_experiments.data.checks import shorten
from inn_experiments.data.classes import SEPARATOR, encode
from inn_experiments.data.ims.convert import Columns, Converted, converted
from inn_experiments.data.ims.stored import StoredRows
from inn_experiments.data.source import Reader


@dataclass
class Ims(Reader):
    """One row per spectrum, one column per drift bin, one with the class; one scalar mean and deviation.

    Args:
        path: a .csv or .parquet file; relative paths start at the current directory.
        label: the column of the class.
        positive, negative: how the names of the drift bins of either polarity begin; one may be null or absent.
            The bins keep the table's order, positive ones first.
        smiles: a column with the SMILES of the row's class, several of a mixture with `|` between them; or a
            mapping of each class to one SMILES or a list; null where chemistry is not needed.
        test_fraction, val_fraction, fresh_fraction, per_class: as in `Reader`.

    Raises:
        UserError: at once for fractions and prefixes, from `load` for everything in the file.
    """

    path: str
    label: str = "label"
    positive: str | None = "pos_"
    negative: str | None = "neg_"
    smiles: str | dict[str, str | list[str]] | None = None
    _: KW_ONLY
    test_fraction: float = 0.25
    val_fraction: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        if "" in (self.positive, self.negative) or self.positive == self.negative:
            raise UserError(
                f"data.positive={self.positive!r} and data.negative={self.negative!r}: must differ and not be empty; "
                "null where the table has one polarity"
            )

    def read(self, cache: Path) -> StoredRows:
        """All rows, which the folder `cache` keeps in a form that can be mapped; warns of a polarity without bins."""
        path, column = Path(self.path).expanduser(), self.smiles if isinstance(self.smiles, str) else None
        table = converted(path, Columns(self.label, self.positive, self.negative, column), cache)
        for polarity, prefix in (("positive", self.positive), ("negative", self.negative)):
            if prefix is not None and polarity not in table.polarities:
                warnings.warn(
                    f"data.{polarity}={prefix!r}: no column of {path} begins with this, so its rows have "
                    f"no {polarity} half; data.{polarity}=null where that is meant",
                    UserWarning,
                    stacklevel=3,
                )
        classes, codes = encode(np.array(table.labels), str(path))
        return StoredRows(
            path=table.rows,
            y=codes[table.codes],
            classes=classes,
            name=path.stem,
            axis_name=f"drift bin ({table.polarities})",
            smiles=self._smiles(classes, table),
        )

    def _smiles(self, classes: tuple[str, ...], table: Converted) -> Smiles | None:
        if self.smiles is None:
            return None
        mapped = isinstance(self.smiles, dict)
        source = self.smiles if mapped else dict(zip(table.labels, table.smiles, strict=True))
        given = {str(name): value for name, value in source.items()}
        lists = [
            value if isinstance(value, list) else [part.strip() for part in value.split(SEPARATOR)]
            for value in (given.get(name, "") for name in classes)
        ]
        missing = [name for name, value in zip(classes, lists, strict=True) if not value or "" in value]
        if missing:
            where = "the mapping" if mapped else f"column {self.smiles!r}"
            raise UserError(f"data.smiles: {where} has no SMILES, or an empty one, for class {shorten(missing)}")
        return tuple(tuple(value) for value in lists)
