"""One 2-D record in a text file: a matrix of numbers, with or without its axes in the first row and column."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError, printable
from inn_experiments.data.tables.dialect import BLANKS, Dialect, Form, dialect_of, records

Rows = list[tuple[int, list[str]]]
"""The number of a line, from 1, and its cells."""


def read_matrix(file: Path, form: Form) -> np.ndarray:
    """The numbers (M, D) float64 in `file`, in whatever encoding, separator and decimal sign.

    Where the first row has one cell less than the second, or something that is no number in its first cell, NaN stands
    in the corner: axes are in the first row and column. Raises UserError that names line and column of anything else.
    """
    dialect = dialect_of(file, form)
    head = [(line, _trimmed(cells)) for line, cells in islice(records(file, dialect, form), 2)]
    if len(head) < 2:
        raise UserError(
            f"{file}: found {len(head)} line(s); a record is a matrix of numbers, several in each of several lines"
        )
    (line, first), (_, second) = head
    cells = [""] * (len(second) == len(first) + 1) + first
    corner = _number(cells[0], dialect)
    begun = [np.nan if corner is None else corner, *_numbers(file, line, cells, dialect, skipped=1)]
    try:
        # Where there is nothing to be said, NumPy reads the rest.
        with file.open(encoding=dialect.encoding) as handle:
            rest = islice(handle, line, None)
            body = np.loadtxt(
                rest if dialect.decimal == "." else (text.replace(",", ".") for text in rest),
                delimiter=None if dialect.separator == BLANKS else dialect.separator,
                ndmin=2,
                quotechar='"',
            )
    except ValueError:
        body = _slowly(file, dialect, form, len(begun))
    if body.shape[1] != len(begun):
        raise _ragged(file, head[1][0], body.shape[1], line, len(cells))
    return np.vstack([begun, body])


def _slowly(file: Path, dialect: Dialect, form: Form, width: int) -> np.ndarray:
    """All rows but the first, cell by cell; raises UserError for the first one that is not as it should be."""
    found, first = [], None
    for line, cells in records(file, dialect, form):
        if first is None:
            first = line
            continue
        cells = _trimmed(cells, width)
        if len(cells) != width:
            raise _ragged(file, line, len(cells), first, width)
        found.append(_numbers(file, line, cells, dialect))
    return np.array(found)


def _trimmed(cells: list[str], width: int | None = None) -> list[str]:
    """The cells without the empty one that a separator at the end of the line makes."""
    return cells[:-1] if len(cells) > 1 and not cells[-1].strip() and len(cells) != width else cells


def _numbers(file: Path, line: int, cells: list[str], dialect: Dialect, skipped: int = 0) -> list[float]:
    found = []
    for column, cell in enumerate(cells[skipped:], start=skipped + 1):
        number = _number(cell, dialect)
        if number is None:
            raise UserError(
                f"{file}: line {line}, column {column}: {printable(cell)!r} is no number; a record is a matrix of "
                "numbers, with or without its axes in the first row and column (data.separator and data.decimal say "
                "how it is written)"
            )
        found.append(number)
    return found


def _number(cell: str, dialect: Dialect) -> float | None:
    plain = cell.strip() if dialect.decimal == "." else cell.strip().replace(".", "?").replace(",", ".")
    try:
        # Underscores between digits are Python's.
        return None if "_" in plain else float(plain)
    except ValueError:
        return None


def _ragged(file: Path, line: int, width: int, first: int, expected: int) -> UserError:
    return UserError(f"{file}: line {line} has {width} cells, line {first} has {expected}; all must have as many")
