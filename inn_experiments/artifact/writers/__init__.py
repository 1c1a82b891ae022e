"""Files of generated rows, written a piece at a time: CSV, Parquet, NPZ, and MSP for mass spectra."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from inn_experiments.artifact.kept import Kept
from inn_experiments.artifact.rows import Piece
from inn_experiments.artifact.writers.archive import archive
from inn_experiments.artifact.writers.msp import msp
from inn_experiments.artifact.writers.tables import Decimal, csv, parquet
from inn_experiments.contracts import UserError, nearest, replacing

Append = Callable[[Piece], None]
Writer = Callable[[Path, Kept, int], AbstractContextManager[Append]]
"""Opens a file for the rows of a synthesizer that are drawn with a seed; what it gives takes the next piece."""

WRITERS: dict[str, Writer] = {".csv": csv, ".parquet": parquet, ".npz": archive, ".msp": msp}


def writer_for(path: Path, kept: Kept, decimal: Decimal = "point") -> Writer:
    """How `path` is written, by the ending of its name.

    Raises UserError for another ending, for records in a table, for an MSP file of what are no mass spectra, and for
    decimal commas elsewhere than in a CSV.
    """
    ending = path.suffix.lower()
    if ending not in WRITERS:
        near = nearest(ending, WRITERS) if ending else f" (known: {', '.join(WRITERS)})"
        raise UserError(f"to={path}: its ending says in which form rows are written, and {ending!r} is none{near}")
    if kept.facts.records and ending != ".npz":
        raise UserError(f"to={path}: 2-D records are no rows of a table; write them to an NPZ: to={path.stem}.npz")
    if ending == ".msp" and kept.facts.unit != "m/z":
        raise UserError(
            f"to={path}: MSP is for mass spectra, and these rows are over {kept.facts.unit or 'an axis without a unit'}"
            "; write .csv, .parquet or .npz (a table of mass spectra says so by data.unit=m/z)"
        )
    if decimal == "comma":
        if ending != ".csv":
            raise UserError(f"decimal=comma: only a CSV has decimal signs, and {path.name} is none; leave it out")
        return partial(csv, decimal=decimal)
    return WRITERS[ending]


def write(path: Path, kept: Kept, found: Iterable[Piece], seed: int, decimal: Decimal = "point") -> Iterator[int]:
    """Write the pieces to `path`, whole or not at all; yields the number of rows after each piece."""
    opened, count = writer_for(path, kept, decimal), 0
    with replacing(path) as fresh, opened(fresh, kept, seed) as append:
        for piece in found:
            append(piece)
            count += len(piece.y)
            yield count
