"""Measured ion mobility spectra: a wide table of positive and negative drift bins, of any number of rows."""

import hashlib
import json
import warnings
from dataclasses import KW_ONLY, dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Smiles, UserError, cached, read_arrays, write_arrays
from inn_experiments.data.checks import check_file, check_filled, check_finite, check_present, check_unique, shorten
from inn_experiments.data.classes import SEPARATOR, encode
from inn_experiments.data.ims.stored import RowWriter, StoredRows, opened
from inn_experiments.data.mapped import Mappable
from inn_experiments.data.source import Told
from inn_experiments.data.tables.dialect import Form
from inn_experiments.data.tables.opening import EXTENSIONS, open_sheet
from inn_experiments.data.tables.sheet import Sheet

# Raised whenever what is kept of the same file would be different.
VERSION = 3
FACTS = ("codes", "labels", "smiles", "polarities", "names", "left_out", "rows")
"""What is kept beside the rows; the last is their checksum."""


@dataclass
class Ims(Mappable):
    """One row per spectrum, one column per drift bin, one with the class; one scalar mean and deviation.

    Args:
        path: a .csv, .tsv, .txt, .xlsx or .parquet file; relative paths start at the current directory.
        label: the column of the class.
        positive, negative: how the names of the drift bins of either polarity begin; one may be null or absent.
            The bins keep the table's order, positive ones first.
        smiles: a column with the SMILES of the row's class, several of a mixture with `|` between them; or a
            mapping of each class to one SMILES or a list; null where chemistry is not needed.
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
        self.file = Path(self.path).expanduser()
        self.column = self.smiles if isinstance(self.smiles, str) else None
        self.prefixes = {"positive": self.positive, "negative": self.negative}

    def read(self, cache: Path) -> StoredRows:
        """All rows, which the folder `cache` keeps in a form that can be mapped; warns of a polarity without bins."""
        check_file(self.file, EXTENSIONS)
        state = self.file.stat()
        key = [str(self.file.resolve()), state.st_size, state.st_mtime_ns]
        key += [VERSION, self.label, self.positive, self.negative, self.column]
        name = f"ims-{self.file.stem[:40]}-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]}"
        rows, facts = cache / f"{name}.npy", cache / f"{name}.npz"

        def make(fresh: Path) -> None:
            self._convert(fresh, facts)

        def read(kept: Path) -> list[np.ndarray]:
            told = list(read_arrays(facts, FACTS, f"delete {kept} to read it again").values())
            if len(opened(kept)) != len(told[0]):
                raise UserError(f"{kept}: this cached file has other rows than {facts}; delete it")
            return told

        found, labels, smiles, polarities, names, left_out, mark = cached(rows, make, read)
        for polarity, prefix in self.prefixes.items():
            if prefix is not None and polarity not in str(polarities):
                warnings.warn(
                    f"data.{polarity}={prefix!r}: no column of {self.file} begins with this, so its rows have "
                    f"no {polarity} half; data.{polarity}=null where that is meant",
                    UserWarning,
                    stacklevel=3,
                )
        classes, codes = encode(labels, str(self.file))
        return StoredRows(
            path=rows,
            mark=str(mark),
            make=make,
            y=codes[found],
            classes=classes,
            name=self.file.stem,
            axis_name=f"drift bin ({polarities})",
            columns=tuple(names.tolist()),
            label_name=self.label,
            told=Told(scaling="standard", left_out=tuple(left_out.tolist()), notes=(f"polarities: {polarities}",)),
            smiles=self._smiles(classes, dict(zip(labels.tolist(), smiles.tolist(), strict=True))),
        )

    def _convert(self, rows: Path, facts: Path) -> None:
        """Write the drift bins of all `rows` (n, d), and beside them the `facts`: `codes` (n,) into `labels`."""
        where, texts = str(self.file), [self.label] if self.column is None else [self.label, self.column]
        sheet = open_sheet(self.file, Form(), self.label)
        bins, polarities, left_out = self._choose(sheet)
        places = {name: place for place, name in enumerate(sheet.names)}
        columns = [[places[name] for name in names] for names in (texts, bins)]
        labelled, chemistry = [], []
        with RowWriter(rows, len(bins)) as writer:
            for found, x in sheet.pieces(*columns, np.float32):
                # What is infinite may be so for float32 alone.
                with np.errstate(over="ignore"):
                    x = x.astype(np.float32, copy=False)
                numbers = range(writer.rows + 1, writer.rows + len(x) + 1)
                check_finite(x, bins, f"{where}, read as float32", numbers, whole=False)
                check_filled(found[self.label], "data.label", self.label, where, numbers)
                labelled.append(found[self.label])
                chemistry.append(np.full(len(x), "") if self.column is None else found[self.column])
                writer.append(x)
        if not labelled:
            raise UserError(f"{where}: the file has columns but no rows")
        given = np.concatenate(chemistry)
        labels, first, codes = np.unique(np.concatenate(labelled), return_index=True, return_inverse=True)
        smiles = given[first]
        wrong = np.flatnonzero(given != smiles[codes])
        if len(wrong):
            row = wrong[0]
            raise UserError(
                f"data.smiles={self.column}: class {str(labels[codes[row]])!r} of {where} has two different values, "
                f"{str(smiles[codes[row]])!r} and {str(given[row])!r}; it must have one (mixture: CCO{SEPARATOR}CC)"
            )
        # Before the rows get their name, which is what says that the conversion is complete.
        told = {"polarities": np.array(polarities), "names": np.array(bins), "left_out": np.array(left_out, dtype=str)}
        told["rows"] = np.array(writer.mark.hexdigest())
        write_arrays(facts, codes=codes, labels=labels, smiles=smiles, **told)

    def _choose(self, sheet: Sheet) -> tuple[list[str], str, list[str]]:
        """The columns of drift bins, positive ones first, the polarities that there are, and what is left out."""
        where, names = sheet.where, sheet.names
        check_unique(names, where)
        check_present(self.label, "data.label", names, where)
        if self.column is not None:
            check_present(self.column, "data.smiles", names, where)
        rest = [name for name in names if name not in (self.label, self.column)]
        halves = {
            polarity: [name for name in rest if prefix is not None and name.startswith(prefix)]
            for polarity, prefix in self.prefixes.items()
        }
        both = [name for name in halves["positive"] if name in set(halves["negative"])]
        if both or not any(halves.values()):
            found = f"begin with both: {shorten(both)}" if both else f"none does; the columns are: {shorten(rest)}"
            raise UserError(
                f"data.positive={self.positive!r}, data.negative={self.negative!r}: names of drift bins in "
                f"{where} must begin with one of them, {found}"
            )
        polarities = ", then ".join(polarity for polarity, half in halves.items() if half)
        bins = halves["positive"] + halves["negative"]
        others = [repr(name) for name in rest if name not in set(bins)]
        return bins, polarities, [f"columns that begin otherwise: {shorten(others, 5)}"] if others else []

    def _smiles(self, classes: tuple[str, ...], columns: dict[str, str]) -> Smiles | None:
        if self.smiles is None:
            return None
        source = self.smiles if isinstance(self.smiles, dict) else columns
        given = {str(name): value for name, value in source.items()}
        lists = [
            value if isinstance(value, list) else [part.strip() for part in value.split(SEPARATOR)]
            for value in (given.get(name, "") for name in classes)
        ]
        missing = [name for name, value in zip(classes, lists, strict=True) if not value or "" in value]
        if missing:
            where = "the mapping" if self.column is None else f"column {self.smiles!r}"
            raise UserError(f"data.smiles: {where} has no SMILES, or an empty one, for class {shorten(missing)}")
        return tuple(tuple(value) for value in lists)
