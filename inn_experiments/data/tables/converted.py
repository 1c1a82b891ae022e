"""A table that is read once, piece by piece, into a file of rows from which a block at a time can be read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import once, read_arrays, write_arrays
from inn_experiments.contracts.streamed import Streamed
from inn_experiments.data.axes import Axis
from inn_experiments.data.checks import check_filled, check_finite
from inn_experiments.data.classes import class_smiles, encode
from inn_experiments.data.ims.stored import RowWriter
from inn_experiments.data.tables.missing import REMEDY
from inn_experiments.data.tables.wide import Read

# Raised whenever what is kept of the same file would be different.
VERSION = 1

Pieces = Iterator[Read]
"""The table in its order: all pieces have numbers or none has; the last says what is left out and noted of all."""


@dataclass(frozen=True)
class Converted:
    """What a table holds, as `Read` says, with the rows in a file and codes in the place of text.

    Attributes:
        label: classes, and codes (n,) into them.
        group: codes (n,); None without groups.
        smiles: class -> its SMILES; None where there are none.
    """

    x: Streamed
    label: tuple[tuple[str, ...], np.ndarray]
    group: np.ndarray | None
    smiles: dict[str, tuple[str, ...]] | None
    names: list[str]
    axis: Axis
    left_out: list[str]
    notes: list[str]
    numbers: np.ndarray | None
    value: str


class Codes:
    """Texts that come in pieces, as numbers of the different ones among them."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.parts: list[np.ndarray] = []

    def add(self, texts: np.ndarray) -> None:
        """Append texts (k,)."""
        found, inverse = np.unique(texts, return_inverse=True)
        codes = [self.known.setdefault(text, len(self.known)) for text in found.tolist()]
        self.parts.append(np.array(codes, np.int32)[inverse])

    def sorted(self) -> tuple[np.ndarray, np.ndarray]:
        """The different texts in their order, and the number (n,) of each of all."""
        names = np.array(list(self.known), dtype=str)
        order = np.argsort(names)
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return names[order], rank[np.concatenate(self.parts)]


def converted(
    path: Path, settings: Mapping[str, object], cache: Path, columns: Mapping[str, str], pieces: Callable[[], Pieces]
) -> Converted:
    """The table `path`, read by `pieces` into the folder `cache` where it is not there yet.

    `settings` decide with the file what is read, `columns` are argument -> its column. Raises UserError for what is
    missing, with its place, and for one class alone.
    """
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    marks = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.exists()]
    key = hashlib.sha256(json.dumps([VERSION, settings, marks], sort_keys=True, default=str).encode())
    rows = cache / f"table-{path.stem[:40]}-{key.hexdigest()[:16]}.npy"
    facts = rows.with_suffix(".npz")
    once(rows, lambda fresh: _convert(fresh, facts, str(path), columns, pieces()))
    found = read_arrays(facts, None, f"delete {rows} to read it again")
    told, names = json.loads(str(found["told"])), found["labels"]
    classes, order = encode(names, path.resolve().stem)
    axis = Axis(found["axis"] if told["placed"] else None, told["unit"], told["name"])
    return Converted(
        Streamed.of(rows),
        (classes, order[found["label"]]),
        found.get("group"),
        class_smiles(found["of"], found["smiles"], str(path)) if "smiles" in found else None,
        told["names"],
        axis,
        told["left_out"],
        told["notes"],
        found.get("numbers"),
        told["value"],
    )


def _convert(rows: Path, facts: Path, where: str, columns: Mapping[str, str], pieces: Pieces) -> None:
    codes: dict[str, Codes] = {argument: Codes() for argument in columns}
    pairs: set[tuple[str, str]] = set()
    numbers: list[np.ndarray] = []
    before, last = 0, next(pieces)
    with RowWriter(rows, last.x.shape[1], last.x.dtype) as writer:
        while True:
            for argument, column in columns.items():
                check_filled(last.texts[argument], f"data.{argument}", column, where, last.numbers)
                codes[argument].add(last.texts[argument])
            check_finite(last.x, last.names, where, last.numbers, REMEDY, whole=False)
            if "smiles" in columns:
                pairs |= set(zip(last.texts["label"].tolist(), last.texts["smiles"].tolist(), strict=True))
            if last.numbers is not None and (numbers or last.numbers[-1] != before + len(last.x)):
                # Rows are left out from here on; until then their numbers say nothing.
                numbers += [last.numbers] if numbers else [np.arange(1, before + 1, dtype=np.int32), last.numbers]
            writer.append(last.x)
            before += len(last.x)
            if (following := next(pieces, None)) is None:
                break
            last = following
    arrays: dict[str, np.ndarray] = {}
    arrays["labels"], arrays["label"] = codes["label"].sorted()
    if "group" in codes:
        arrays["group"] = codes["group"].sorted()[1]
    if pairs:
        arrays["of"], arrays["smiles"] = (np.array(texts, dtype=str) for texts in zip(*sorted(pairs), strict=True))
    if numbers:
        arrays["numbers"] = np.concatenate(numbers)
    if last.axis.values is not None:
        arrays["axis"] = last.axis.values
    told = {"names": last.names, "left_out": last.left_out, "notes": last.notes, "value": last.value}
    told |= {"placed": last.axis.values is not None, "unit": last.axis.unit, "name": last.axis.name}
    # Before the rows get their name, which is what says that the conversion is complete.
    write_arrays(facts, **arrays, told=np.array(json.dumps(told)))
