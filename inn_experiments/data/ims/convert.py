"""A wide CSV or Parquet table of drift bins, read in pieces into a .npy file in the cache, once."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import once, read_arrays, write_arrays
from inn_experiments.data.checks import check_file, check_filled, check_present, check_unique, shorten
from inn_experiments.data.classes import SEPARATOR
from inn_experiments.data.ims.pieces import READERS
from inn_experiments.data.ims.stored import RowWriter
from inn_experiments.data.tables.frames import as_text


@dataclass(frozen=True)
class Columns:
    """Which columns of the table are what: `label` and `smiles` are names, the polarities are prefixes or None."""

    label: str
    positive: str | None
    negative: str | None
    smiles: str | None


@dataclass(frozen=True)
class Converted:
    """A table in the cache: `rows`, the .npy file (n, d), `codes` (n,) into `labels`, and their `smiles`."""

    rows: Path
    codes: np.ndarray
    labels: tuple[str, ...]
    smiles: tuple[str, ...]
    polarities: str


def converted(path: Path, columns: Columns, cache: Path) -> Converted:
    """The table in `path`, converted into the folder `cache` unless this very file was before.

    Raises:
        UserError: a missing, empty, unknown or damaged file, an absent or repeated column, no drift bins, no rows,
            an empty label, text or missing numbers in a drift bin, and a class with two SMILES.
    """
    check_file(path, tuple(READERS))
    found = path.stat()
    key = [str(path.resolve()), found.st_size, found.st_mtime_ns, *astuple(columns)]
    name = f"ims-{path.stem[:40]}-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]}"
    rows, facts = cache / f"{name}.npy", cache / f"{name}.npz"
    try:
        once(rows, lambda fresh: _convert(path, columns, fresh, facts))
    except (ValueError, OSError, csv.Error) as error:
        # pandas and pyarrow derive their parsing errors from ValueError or OSError; an error of the
        # system, such as a full disk, has a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UserError(f"data.path={path}: cannot be read as {path.suffix}: {error}") from error
    keys = ("codes", "labels", "smiles", "polarities")
    arrays = read_arrays(facts, keys, f"delete {rows} to convert the table again")
    labels, smiles = (tuple(arrays[part].tolist()) for part in ("labels", "smiles"))
    return Converted(rows, arrays["codes"], labels, smiles, str(arrays["polarities"]))


def _convert(path: Path, columns: Columns, rows: Path, facts: Path) -> None:
    read_names, read_pieces = READERS[path.suffix.lower()]
    names = read_names(path)
    bins, polarities = _choose(names, columns, str(path))
    texts = [name for name in (columns.label, columns.smiles) if name is not None]
    known: dict[str, int] = {}
    smiles: list[str] = []
    codes = []
    with RowWriter(rows, len(bins)) as writer:
        for frame, x in read_pieces(path, names, bins, texts):
            labels = as_text(frame[columns.label])
            check_filled(labels, "data.label", columns.label, str(path), writer.rows)
            chemistry = [""] * len(labels) if columns.smiles is None else as_text(frame[columns.smiles]).tolist()
            for label, text in dict.fromkeys(zip(labels.tolist(), chemistry, strict=True)):
                if known.setdefault(label, len(known)) == len(smiles):
                    smiles.append(text)
                elif smiles[known[label]] != text:
                    raise UserError(
                        f"data.smiles={columns.smiles}: class {label!r} of {path} has two different values, "
                        f"{smiles[known[label]]!r} and {text!r}; it must have one (mixture: CCO{SEPARATOR}CC)"
                    )
            codes.append(np.array([known[label] for label in labels.tolist()], dtype=np.int64))
            writer.append(x)
        if not writer.rows:
            raise UserError(f"{path}: the file has columns but no rows")
    # Before the rows get their name, which is what says that the conversion is complete.
    write_arrays(
        facts,
        codes=np.concatenate(codes),
        labels=np.array(list(known)),
        smiles=np.array(smiles),
        polarities=np.array(polarities),
    )


def _choose(names: list[str], columns: Columns, where: str) -> tuple[list[str], str]:
    check_unique(names, where)
    check_present(columns.label, "data.label", names, where)
    if columns.smiles is not None:
        check_present(columns.smiles, "data.smiles", names, where)
    rest = [name for name in names if name not in (columns.label, columns.smiles)]
    halves = {
        polarity: [name for name in rest if prefix is not None and name.startswith(prefix)]
        for polarity, prefix in (("positive", columns.positive), ("negative", columns.negative))
    }
    both = [name for name in halves["positive"] if name in set(halves["negative"])]
    if both or not any(halves.values()):
        found = f"begin with both: {shorten(both)}" if both else f"none does; the columns are: {shorten(rest)}"
        raise UserError(
            f"data.positive={columns.positive!r}, data.negative={columns.negative!r}: names of drift bins in "
            f"{where} must begin with one of them, {found}"
        )
    polarities = ", then ".join(polarity for polarity, half in halves.items() if half)
    return halves["positive"] + halves["negative"], polarities
