"""How a text table is written: separator, decimal sign, and where its first line is; found by themselves or forced."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.decoding import encoding_of

SEPARATORS = (",", ";", "\t", "|")
BLANKS = " "
"""Stands for any number of blanks and tabs between two cells."""

NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "blank": BLANKS,
    "blanks": BLANKS,
    "point": ".",
}
"""What a command line, in which signs have a meaning of their own, can say for a sign."""

COMMENTS = ("#", "%", "!", "//")
"""What lines above the header begin with that are not part of the table."""

HEAD = 200
"""Lines that are looked at."""

CELLS = 8000
"""Cells that are looked at for separator and decimal sign, of twenty lines at least."""

LONGEST = 10_000_000
"""Characters of a cell; the csv module refuses more than 131,072 unless told otherwise."""

WHOLE = re.compile(r"[-+]?\d+([eE][-+]?\d+)?", re.ASCII)
PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
COMMA = re.compile(r"[-+]?(\d+,\d*|,\d+)([eE][-+]?\d+)?", re.ASCII)
THOUSANDS = {
    ".": re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?"),
    ",": re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?"),
}
"""Decimal sign -> a number whose thousands are set apart by the other sign."""
NUMBERS = (PLAIN, COMMA, *THOUSANDS.values())


@dataclass(frozen=True)
class Form:
    """What a person said of the form of a file; None where the program is to find out.

    Args:
        separator: between cells, one character or its name in NAMES; a blank is any number of blanks and tabs.
        decimal: `.` or `,`, or `point` or `comma`; where it is given, the other sign may set thousands apart.
        skip_rows: so many lines above the header (or the first row) are not read, or the numbers of lines, counted
            from 1, that are not.
        header: whether the first line has the names of the columns.
        orientation: `rows` where each row is a spectrum, `columns` where each column is.
        sheet: of an Excel workbook.
    """

    separator: str | None = None
    decimal: str | None = None
    skip_rows: int | list[int] = 0
    header: bool | None = None
    orientation: str | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        separator, decimal = (NAMES.get(sign or "", sign) for sign in (self.separator, self.decimal))
        if separator is not None and (len(separator) != 1 or separator.isalnum() or separator in "\"'\r\n.+-"):
            raise UserError(
                f"data.separator={self.separator!r}: must be one character that stands between cells, or "
                f"{', '.join(NAMES)}; null finds it"
            )
        object.__setattr__(self, "separator", separator)
        object.__setattr__(self, "decimal", decimal)
        if decimal is not None and decimal == separator:
            raise UserError(f"data.decimal={decimal!r}: is data.separator, too")
        skipped = [self.skip_rows] if isinstance(self.skip_rows, int) else self.skip_rows
        if any(number < (0 if isinstance(self.skip_rows, int) else 1) for number in skipped):
            raise UserError(
                f"data.skip_rows={self.skip_rows}: must be a number of lines from 0, or a list of lines counted from 1"
            )

    def skips(self, line: int) -> bool:
        """Whether the line of this number, counted from 1, is not read."""
        return line <= self.skip_rows if isinstance(self.skip_rows, int) else line in self.skip_rows


@dataclass(frozen=True)
class Dialect:
    """The form that was found; with `thousands` the other sign than `decimal` sets them apart."""

    encoding: str
    separator: str
    decimal: str
    thousands: bool = False

    def described(self) -> list[str]:
        """What is unusual in it, in words."""
        names = {"\t": "tab", BLANKS: "blanks"}
        found = [] if self.encoding.startswith("utf-8") else [f"encoding {self.encoding}"]
        found += [] if self.separator == "," else [f"separator {names.get(self.separator, self.separator)!r}"]
        return found + ([] if self.decimal == "." else [f"decimal {self.decimal!r}"])


def dialect_of(path: Path, form: Form) -> Dialect:
    """How the text file `path` is written, as far as the `form` does not say.

    The separator is the one that divides the first lines into as many cells each, and the most of them into numbers.
    Raises UserError where numbers such as 1,234 may have thousands or decimals.
    """
    encoding = encoding_of(path)
    with path.open(encoding=encoding) as handle:
        head = handle.read(CELLS)
    found = []
    for place, separator in enumerate([form.separator] if form.separator else [*SEPARATORS, BLANKS]):
        if separator not in head and separator not in (BLANKS, form.separator):
            continue
        rows: list[list[str]] = []
        for _, cells in islice(records(path, Dialect(encoding, separator, "."), form), HEAD):
            rows.append([cell.strip() for cell in cells])
            if len(rows) >= 20 and sum(map(len, rows)) > CELLS:
                break
        found.append((*_score(rows), -place, separator, rows))
    *_, separator, rows = max(found, key=lambda each: each[:4])
    cells = [cell for row in rows for cell in row]
    decimal = form.decimal or _decimal(path, cells)
    return Dialect(encoding, separator, decimal, form.decimal is not None or _thousands(cells, decimal))


def _score(rows: list[list[str]]) -> tuple[float, float, int]:
    """How well a separator fits: the share of lines of the commonest width, of numbers in them, and that width."""
    widths = Counter(map(len, rows))
    if not widths:
        return 0.0, 0.0, 0
    width, count = max(widths.items(), key=lambda each: (each[1], each[0]))
    if width == 1:
        return 0.0, 0.0, 1
    cells = [cell for row in rows[1:] or rows if len(row) == width for cell in row]
    share = sum(any(form.fullmatch(cell) for form in (PLAIN, COMMA, *THOUSANDS.values())) for cell in cells) / len(
        cells
    )
    fitting = count / len(rows)
    # A header of one more or one less cell, or a title above it, is no reason to take another separator.
    return (1.0 if fitting > 0.8 else fitting), round(share, 1), width


def _decimal(path: Path, cells: list[str]) -> str:
    signed = [cell for cell in cells if "," in cell]
    commas = [cell for cell in signed if COMMA.fullmatch(cell)]
    if not signed:
        return "."
    points = sum("." in cell for cell in cells if PLAIN.fullmatch(cell))
    both = {sign: any(sign in cell and THOUSANDS[sign].fullmatch(cell) for cell in signed) for sign in ".,"}
    if both["."] != both[","]:
        return "." if both["."] else ","
    if not commas or points > len(commas):
        return "."
    if points == 0 and all(THOUSANDS["."].fullmatch(cell) for cell in commas):
        raise UserError(
            f"data.path={path}: {commas[0]!r} may be a number with a decimal comma or one with thousands; "
            "say data.decimal=comma or data.decimal=point"
        )
    return ","


def _thousands(cells: Iterable[str], decimal: str) -> bool:
    # Only where both signs stand in one cell is it sure which is which.
    return any("," in cell and "." in cell and THOUSANDS[decimal].fullmatch(cell) for cell in cells)


def records(path: Path, dialect: Dialect, form: Form) -> Iterator[tuple[int, list[str]]]:
    """(number of its last line, cells) of each row of the text file `path`, without blank ones and comments above."""
    csv.field_size_limit(LONGEST)
    begun = False
    with path.open(newline="", encoding=dialect.encoding) as handle:
        if dialect.separator == BLANKS:
            rows = ((line, text.split()) for line, text in enumerate(handle, start=1))
        else:
            reader = csv.reader(handle, delimiter=dialect.separator, skipinitialspace=True)
            rows = ((reader.line_num, cells) for cells in reader)
        for line, cells in rows:
            blank = not any(cell.strip() for cell in cells)
            # pandas leaves out the same ones: it is what reads the rows.
            empty = blank and len(cells) <= 1
            if form.skips(line) or empty or (not begun and (blank or cells[0].lstrip().startswith(COMMENTS))):
                continue
            begun = True
            yield line, cells
