"""What the first lines of a table tell: whether one of them is a header, and whether the table lies on its side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from inn_experiments.data.axes import series
from inn_experiments.data.classes import numbers
from inn_experiments.data.tables.dialect import COMMA, PLAIN

LEAST = 3
"""Values along an axis, before a column of rising numbers is taken for one."""

MOST_ABOVE = 10
"""Lines of a table on its side that may stand above its first value: sample, class, instrument."""

_NUMBERED = re.compile(r"(.+)\.([1-9]\d*)")

Rows = Sequence[Sequence[str]]


def is_number(cell: str) -> bool:
    """Whether a cell is a number, in either decimal sign."""
    return bool(PLAIN.fullmatch(cell.strip()) or COMMA.fullmatch(cell.strip()))


def has_header(rows: Rows, label: str) -> bool:
    """Whether the first of the `rows` names the columns.

    Its words do not where all of them stand again below in their column: these are classes, unless one is the label's
    name and the header is repeated. A first row of numbers alone names columns where they rise or fall strictly, one
    left out (the label's), and the rows below do not.
    """
    first, below = [cell.strip() for cell in rows[0]], rows[1:]
    words = [place for place, cell in enumerate(first) if cell and not is_number(cell)]
    if words:
        again = all(any(len(row) > place and row[place].strip() == first[place] for row in below) for place in words)
        named = label in first and (not again or _rises([cell for cell in first if is_number(cell)]))
        # A number that names no column is meant to count them.
        return named or not (again or is_number(label))
    return _rises(first) and not any(_rises(row) and _whole(row) == _whole(first) for row in below[:LEAST])


def lies_on_its_side(rows: Rows, label: str) -> bool:
    """Whether each column is a spectrum: the label names a row and no column, or the axis goes down the first column.

    Where the header holds the classes, so that names stand twice in it or are numbered because they would, its own
    first cell may be the label.
    """
    header = [cell.strip() for cell in rows[0]]
    first = [row[0].strip() if row else "" for row in rows]
    if label in first[1:] and label not in header and len(set(first)) == len(first):
        return True
    twice = len(set(unnumbered(header[1:]))) < len(header) - 1
    return label == header[0] and twice and is_axis(first[1:]) and not is_axis(header[1:])


def unnumbered(names: Sequence[str]) -> list[str]:
    """Names without the numbers by which R and pandas tell equal ones apart; as they are where that is not their doing.

    Example:
        >>> unnumbered(["rye", "rye.1", "rye.2", "oat"])
        ['rye', 'rye', 'rye', 'oat']
        >>> unnumbered(["rye", "rye.2"])
        ['rye', 'rye.2']
    """
    found = [_NUMBERED.fullmatch(name) for name in names]
    bases = [match[1] if match and match[1] in names else name for match, name in zip(found, names, strict=True)]
    seen: Counter[str] = Counter()
    for base, name in zip(bases, names, strict=True):
        if name != (f"{base}.{seen[base]}" if seen[base] else base):
            return list(names)
        seen[base] += 1
    return bases


def looks_on_its_side(rows: Rows) -> bool:
    """Whether an axis goes down the first column and none along the header; a hint, where the label is not found."""
    first = [row[0].strip() if row else "" for row in rows]
    return any(is_axis(first[place:]) for place in range(MOST_ABOVE))


def is_axis(cells: Sequence[str]) -> bool:
    """Whether the cells are places that rise or fall strictly, enough for an axis."""
    found = series(cells)
    values = found.axis.values
    return len(cells) >= LEAST and len(found.places) == len(cells) and values is not None and _strictly(values)


def _rises(row: Sequence[str]) -> bool:
    """Whether the numbers of a row rise or fall strictly, all of them or without one."""
    values = numbers([cell.strip().replace(",", ".") for cell in row])
    if values is None or len(values) < LEAST:
        return False
    rising = np.diff(values) > 0
    # The one that breaks the order, or its neighbour, is left out; the first or the last may do so, too.
    broken = int(np.argmax(rising != (rising.mean() > 0.5)))
    return any(_strictly(np.delete(values, place)) for place in {0, len(values) - 1, broken, broken + 1})


def _strictly(values: np.ndarray) -> bool:
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def _whole(row: Sequence[str]) -> bool:
    """Whether most of the cells are whole numbers."""
    return sum("." not in cell and "," not in cell for cell in row) > len(row) / 2
