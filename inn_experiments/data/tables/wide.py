"""One row a spectrum: the chosen columns of a sheet as one array of numbers, and those of text beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.axes import Axis
from inn_experiments.data.tables.channels import Channels
from inn_experiments.data.tables.sheet import NotNumericError, Piece, Sheet


@dataclass
class Read:
    """What a table holds, not yet checked.

    Attributes:
        x: (n, d) numbers, NaN where one is missing.
        texts: argument (`label`, `group`, `smiles`) -> (n,) text.
        names: of the d columns; axis: their places.
        left_out, notes: as in `contracts.Reading`.
        numbers: (n,) the rows' numbers in the file, from 1; None where all are there.
        value: what the numbers of `x` are called, "" where the file does not say.
    """

    x: np.ndarray
    texts: dict[str, np.ndarray]
    names: list[str]
    axis: Axis
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    numbers: np.ndarray | None = None
    value: str = ""

    def keep(self, rows: np.ndarray) -> None:
        """Leave out all rows but those at `rows` (n,) bool."""
        if not rows.all():
            self.numbers = np.flatnonzero(rows) + 1 if self.numbers is None else self.numbers[rows]
            self.texts = {argument: texts[rows] for argument, texts in self.texts.items()}
            self.x = self.x[rows]


def wide(sheet: Sheet, channels: Channels, columns: Mapping[str, str]) -> Read:
    """The `channels` of a sheet, and its `columns` (argument -> name); rows that are blank throughout are left out.

    Raises UserError for a file without rows.
    """
    places = channels.places
    kind = sheet.kind(places)
    texts = [sheet.names.index(name) for name in dict.fromkeys(columns.values())]
    found: list[dict[str, np.ndarray]] = []
    x, rows = np.empty((0, len(places)), kind), 0
    for told, piece in _hinted(sheet.pieces(texts, places, kind)):
        found.append(told)
        if rows:
            # In place: pieces that are joined in the end would be there twice.
            x.resize((rows + len(piece), len(places)), refcheck=False)
            x[rows:] = piece
        else:
            # What grows has to own its room.
            x = piece if piece.flags.owndata and piece.flags.c_contiguous else piece.copy()
        rows += len(piece)
    by_name = {name: np.concatenate([told[name] for told in found] or [np.zeros(0, str)]) for name in columns.values()}
    read = Read(
        x,
        {argument: by_name[name] for argument, name in columns.items()},
        [sheet.names[place] for place in places],
        channels.axis,
        [*channels.left_out],
        [*sheet.notes],
    )
    blank = _blank(read)
    read.left_out += [f"{int(blank.sum())} blank rows"] if blank.any() else []
    read.keep(~blank)
    if not len(read.x):
        raise UserError(f"{sheet.where}: the file has columns but no rows")
    return read


def wide_pieces(sheet: Sheet, channels: Channels, columns: Mapping[str, str]) -> Iterator[Read]:
    """As `wide`, a piece at a time; all pieces but the last say nothing of what is left out and noted."""
    places = channels.places
    texts = [sheet.names.index(name) for name in dict.fromkeys(columns.values())]
    names, held, before, blanks = [sheet.names[place] for place in places], None, 0, 0
    for told, x in _hinted(sheet.pieces(texts, places, sheet.kind(places))):
        read = Read(x, {argument: told[name] for argument, name in columns.items()}, names, channels.axis)
        blank = _blank(read)
        read.numbers = np.arange(before + 1, before + 1 + len(x), dtype=np.int32)
        read.keep(~blank)
        before, blanks = before + len(x), blanks + int(blank.sum())
        if held is not None and len(held.x):
            yield held
        held = read
    if not before - blanks:
        raise UserError(f"{sheet.where}: the file has columns but no rows")
    held.left_out += [*channels.left_out, *([f"{blanks} blank rows"] if blanks else [])]
    held.notes += sheet.notes
    yield held


def _blank(read: Read) -> np.ndarray:
    """Which rows (n,) have neither text nor numbers."""
    blank = np.all([cells == "" for cells in read.texts.values()], axis=0)
    blank[blank] = np.isnan(read.x[blank]).all(axis=1)
    return blank


def _hinted(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces; what is wrong with a column is said together with the options that leave it out."""
    try:
        yield from pieces
    except NotNumericError as error:
        raise UserError(f"{error} (data.ignore), or name the numeric columns in data.features") from error
