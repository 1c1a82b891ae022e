"""Excel workbooks, ARFF files and time series files (.ts) as rows of cells."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

from inn_experiments.contracts import UserError
from inn_experiments.contracts.memory import check_room
from inn_experiments.data.checks import readable, shorten
from inn_experiments.data.tables.decoding import encoding_of
from inn_experiments.data.tables.dialect import COMMENTS, Form
from inn_experiments.data.tables.grid import GridSheet

Numbered = tuple[int, list[str]]
"""A row's number in the file, from 1, and its cells."""

ROOM = 8
"""Bytes of memory for each byte of a workbook's text."""

CLASS = "class"
"""What a time series file calls the label, which has no name in it."""


def workbook_rows(path: Path, form: Form) -> tuple[list[Numbered], list[str]]:
    """The rows of one sheet of the Excel workbook `path`, all of one width, and notes.

    Raises UserError where openpyxl is not installed, for a sheet that is not there, and for a damaged file.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise UserError(
            f"data.path={path}: reading .xlsx needs the package openpyxl, which is missing here ({error}): "
            "pip install 'inn-experiments[files]'"
        ) from error
    with readable(path), zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    check_room(ROOM * unpacked, f"data.path={path}: a workbook of {unpacked:,} bytes when unpacked")
    with readable(path), warnings.catch_warnings():
        # Styles and validations that openpyxl does not know are of no concern here.
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            names = book.sheetnames
            if form.sheet is not None and form.sheet not in names:
                raise UserError(f"data.sheet={form.sheet}: {path} has no such sheet; it has: {shorten(names)}")
            name = form.sheet or names[0]
            cells = [[_cell(value) for value in row] for row in book[name].iter_rows(values_only=True)]
        finally:
            book.close()
    rows = [(number, row) for number, row in enumerate(cells, start=1) if any(row) and not form.skips(number)]
    while rows and rows[0][1][0].startswith(COMMENTS):
        rows = rows[1:]
    width = max((max(place for place, cell in enumerate(row) if cell) + 1 for _, row in rows), default=0)
    notes = [] if len(names) == 1 else [f"sheet {name!r} of {len(names)}"]
    return [(number, (row + [""] * width)[:width]) for number, row in rows], notes


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value).strip()


def arff_sheet(path: Path) -> GridSheet:
    """The ARFF file `path`, by scipy; nominal attributes are text."""
    from scipy.io import arff

    with readable(path):
        with path.open(encoding=encoding_of(path)) as handle:
            found, meta = arff.loadarff(handle)
        rows = [[_attribute(value) for value in row] for row in found.tolist()]
        return GridSheet(str(path), list(meta.names()), rows)


def _attribute(value: object) -> str:
    text = value.decode("utf-8") if isinstance(value, bytes) else str(value)
    return "" if text == "?" else text


def series_sheet(path: Path) -> GridSheet:
    """The time series file `path` (.ts): one channel, series of equal length, the class after a colon.

    Raises UserError for several channels, time stamps, no classes, and series of different lengths.
    """
    settings: dict[str, str] = {}
    rows: list[list[str]] = []
    lines: list[int] = []
    where = str(path)
    for number, line in _lines(path):
        if line.startswith("@"):
            key, _, value = line[1:].partition(" ")
            settings[key.casefold()] = value.strip()
            continue
        *channels, label = line.split(":")
        if len(channels) != 1 or settings.get("timestamps", "false").casefold() == "true":
            found = "no class after a colon" if not channels else f"{len(channels)} channels, or time stamps"
            raise UserError(f"{where}: line {number} has {found}; series of one channel with a class can be read")
        values = [cell.strip().replace("?", "") for cell in channels[0].split(",")]
        if rows and len(values) + 1 != len(rows[0]):
            raise UserError(
                f"{where}: line {number} has {len(values)} values, line {lines[0]} has {len(rows[0]) - 1}; all series "
                "must be of one length"
            )
        rows.append([label.strip(), *values])
        lines.append(number)
    width = len(rows[0]) if rows else 1
    return GridSheet(where, [CLASS, *map(str, range(1, width))], rows, lines=lines)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with readable(path), path.open(encoding=encoding_of(path)) as handle:
        for number, line in enumerate(handle, start=1):
            text = line.strip()
            if text and not text.startswith(("#", "%")):
                yield number, text
