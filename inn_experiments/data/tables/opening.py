"""From a file to the sheet that reads it: by its extension, its dialect, its header and the way it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import readable
from inn_experiments.data.tables.dialect import HEAD, Dialect, Form, dialect_of, records
from inn_experiments.data.tables.forms import Numbered, arff_sheet, series_sheet, workbook_rows
from inn_experiments.data.tables.grid import GridSheet
from inn_experiments.data.tables.head import has_header, is_axis, lies_on_its_side, looks_on_its_side, unnumbered
from inn_experiments.data.tables.parquet import ParquetSheet
from inn_experiments.data.tables.sheet import Sheet
from inn_experiments.data.tables.text import TextSheet

TEXTS = (".csv", ".tsv", ".txt", ".dat")
EXTENSIONS = (*TEXTS, ".parquet", ".xlsx", ".arff", ".ts")

LONGEST_NAME = 1000
LEAST_WIDTH = 4
"""Cells of a row, before a line of fewer is taken for a title."""

SIDE = "it looks as if the table lay on its side, one spectrum a column; its rows are called"


def open_sheet(path: Path, form: Form, label: str) -> Sheet:
    """The table in `path`; `label` is the name of the class' column, or row where the table lies on its side.

    Raises UserError for a damaged or empty file.
    """
    kind = path.suffix.lower()
    if kind == ".parquet":
        return ParquetSheet(path)
    if kind in (".arff", ".ts"):
        return arff_sheet(path) if kind == ".arff" else series_sheet(path)
    if kind == ".xlsx":
        rows, notes = workbook_rows(path, form)
        return _grid(path, form, label, rows, Dialect("utf-8", ",", form.decimal or "."), notes)
    with readable(path):
        dialect = dialect_of(path, form)
        head = list(islice(records(path, dialect, form), HEAD))
    if _on_its_side(form, head, label):
        with readable(path):
            rows = list(records(path, dialect, form))
        return _grid(path, form, label, rows, dialect, dialect.described())
    _check_any(path, head)
    above, head = _titled(head, form)
    header, names = _names(path, form, head, label)
    begins = head[0][0] if header else head[0][0] - 1
    sheet = TextSheet(path, dialect, form, names, begins)
    sheet.notes += above
    return _told(sheet, header, head, label)


def _grid(path: Path, form: Form, label: str, rows: list[Numbered], dialect: Dialect, notes: list[str]) -> GridSheet:
    _check_any(path, rows)
    side = _on_its_side(form, rows[:HEAD], label)
    if side:
        notes = [*notes, "one spectrum a column"]
        widths = {len(cells) for _, cells in rows}
        if len(widths) > 1:
            number = next(number for number, cells in rows if len(cells) != len(rows[0][1]))
            raise UserError(f"{path}: line {number} has another number of cells than line {rows[0][0]}")
        rows, told = _classes_above(rows, label)
        notes += told
        rows = [
            (place, [*cells]) for place, cells in enumerate(zip(*(cells for _, cells in rows), strict=True), start=1)
        ]
    above, rows = ([], rows) if side else _titled(rows, form)
    header, names = (True, _stripped(rows[0][1])) if side else _names(path, form, rows[:HEAD], label)
    body = rows[1:] if header else rows
    lines = [number for number, _ in body]
    cells = [cells for _, cells in body]
    options = {"decimal": dialect.decimal, "thousands": dialect.thousands}
    sheet = GridSheet(str(path), names, cells, lines=None if side else lines, notes=[*notes, *above], **options)
    return sheet if side else _told(sheet, header, rows[:HEAD], label)


def _classes_above(rows: list[Numbered], label: str) -> tuple[list[Numbered], list[str]]:
    """The rows with one name for a class where the header holds the classes, and a note where it had several."""
    (number, header), *rest = rows
    first, *names = _stripped(header)
    classes = unnumbered(names)
    if first != label or classes == names:
        return rows, []
    told = next(f"{name!r}" for name, found in zip(names, classes, strict=True) if name != found)
    return [(number, [header[0], *classes]), *rest], [f"names numbered to differ, as {told}, are one class"]


def _on_its_side(form: Form, head: Sequence[Numbered], label: str) -> bool:
    if form.orientation is not None or not head:
        return form.orientation == "columns"
    return lies_on_its_side([cells for _, cells in head], label)


def _titled(head: list[Numbered], form: Form) -> tuple[list[str], list[Numbered]]:
    """A note of lines above the table, which have fewer cells than its rows, and the lines without them."""
    widths = [max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0) for _, cells in head]
    width = Counter(widths[:HEAD]).most_common(1)[0][0]
    # A header may have one cell less, R's, and the first cells of a row may be all that it has.
    first = next(place for place, found in enumerate(widths) if found >= width - 1)
    if form.header is False or not first or width < LEAST_WIDTH:
        return [], head
    return [f"{first} lines above the header not read"], head[first:]


def _names(path: Path, form: Form, head: Sequence[Numbered], label: str) -> tuple[bool, list[str]]:
    """Whether there is a header, and the names of the columns: counted from 1 where there is none."""
    rows = [cells for _, cells in head]
    header = has_header(rows, label) if form.header is None else form.header
    if not header:
        return False, [str(place) for place in range(1, max(map(len, rows)) + 1)]
    names, widths = _stripped(rows[0]), {len(cells) for cells in rows[1:]}
    if widths == {len(names) + 1}:
        if not any(cells[-1].strip() for cells in rows[1:]):
            return True, [*names, ""]
        # R's write.table gives names to rows and none to their column.
        if len({cells[0] for cells in rows[1:]}) == len(rows) - 1:
            return True, ["", *names]
        raise UserError(
            f"{path}: the header has {len(names)} cells and the rows have {len(names) + 1}; each column needs a name"
        )
    return True, names


def _told(sheet: Sheet, header: bool, head: Sequence[Numbered], label: str) -> Sheet:
    if not header:
        sheet.counted = True
        sheet.notes.append("no header, columns are counted from 1")
    rows = [cells for _, cells in head]
    down = [row[0].strip() for row in rows[1:]]
    if header and label == sheet.names[0] and is_axis(down) and not is_axis(sheet.names[1:]):
        above = ", ".join(repr(name) for name in sheet.names[1:4])
        raise UserError(
            f"data.label={label}: {sheet.where}: this column goes up or down like an axis, so that each row would be a "
            f"class of its own; {SIDE} {label!r}, {', '.join(map(repr, down[:3]))}, ... and its "
            f"first line has a name for each spectrum, {above}, ..., not its class: add a row with the class of each "
            "column, and give its name as data.label"
        )
    if label not in sheet.names:
        if not header:
            raise UserError(
                f"data.label={label}: {sheet.where} has no header, so its columns are counted: say data.label=1 for "
                f"the first of {len(sheet.names)}; data.header=true if its first line has their names"
            )
        if looks_on_its_side(rows):
            names = ", ".join(repr(row[0].strip()) for row in rows[:4])
            raise UserError(
                f"data.label={label}: {sheet.where} has no such column; {SIDE} {names}, ...; then data.label names the "
                "row that holds the classes: add one where there is none, with the class of each column"
            )
    return sheet


def _stripped(cells: Sequence[str]) -> list[str]:
    # A line break in a name, as workbooks have them, is a blank.
    return [" ".join(cell.split()) for cell in cells]


def _check_any(path: Path, rows: Sequence[Numbered]) -> None:
    if not rows:
        raise UserError(f"{path}: the file has no columns and no rows")
    longest = max(map(len, rows[0][1]))
    if longest > LONGEST_NAME:
        raise UserError(f"{path}: line {rows[0][0]} has a cell of {longest:,} characters, which is no column's name")
