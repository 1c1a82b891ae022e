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
    """

    x: np.ndarray
    texts: dict[str, np.ndarray]
    names: list[str]
    axis: Axis
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def wide(sheet: Sheet, channels: Channels, columns: Mapping[str, str]) -> Read:
    """The `channels` of a sheet, and its `columns` (argument -> name); rows that are blank throughout are left out.

    Raises UserError for a file without rows.
    """
    places = channels.places
    kind = sheet.kind(places)
    texts = [sheet.names.index(name) for name in dict.fromkeys(columns.values())]
    found: list[dict[str, np.ndarray]] = []
    x, rows, blank = np.empty((0, len(places)), kind), 0, 0
    for told, piece in _hinted(sheet.pieces(texts, places, kind)):
        empty = np.all([cells == "" for cells in told.values()], axis=0)
        if empty.any() and (empty := empty & np.isnan(piece).all(axis=1)).any():
            blank += int(empty.sum())
            piece, told = piece[~empty], {name: cells[~empty] for name, cells in told.items()}
        found.append(told)
        if rows:
            # In place: pieces that are joined in the end would be there twice.
            x.resize((rows + len(piece), len(places)), refcheck=False)
            x[rows:] = piece
        else:
            x = piece
        rows += len(piece)
    if not rows:
        raise UserError(f"{sheet.where}: the file has columns but no rows")
    by_name = {name: np.concatenate([told[name] for told in found]) for name in columns.values()}
    return Read(
        x,
        {argument: by_name[name] for argument, name in columns.items()},
        [sheet.names[place] for place in places],
        channels.axis,
        [*channels.left_out, *([f"{blank} blank rows"] if blank else [])],
        [*sheet.notes],
    )


def _hinted(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces; what is wrong with a column is said together with the options that leave it out."""
    try:
        yield from pieces
    except NotNumericError as error:
        raise UserError(f"{error} (data.ignore), or name the numeric columns in data.features") from error
