"""What every form of a table is read through: names of columns, and pieces of some of them as text and as numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.dialect import COMMA, PLAIN, THOUSANDS, WHOLE

MISSING = frozenset(
    ["", "na", "n/a", "#n/a", "#n/a n/a", "nan", "-nan", "null", "none", "<na>", "1.#ind", "-1.#ind", "1.#qnan"]
)
"""What counts as a missing number in a text, in small letters; labels have no such words, an empty one is empty."""

PIECE = 2048
"""Rows of a text that are read at a time; of a Parquet file it is one row group."""

Piece = tuple[dict[str, np.ndarray], np.ndarray]
"""The text columns by name, (k,) each, and the numbers (k, d)."""


class Sheet(Protocol):
    """A table in a file.

    Attributes:
        where: the file, for messages.
        names: of the columns as they stand, without blanks around them; a repeated one twice.
        indices: names of columns that the file itself declares to be no data.
        notes: what is unusual in its form, in words.
        unit: of numbers that stand alone in names, "" where the file says none.
        counted: whether the names are numbers of columns, since the file has none.
    """

    where: str
    names: list[str]
    indices: Collection[str]
    notes: list[str]
    unit: str
    counted: bool

    def kind(self, numeric: Sequence[int]) -> type:
        """float32 where all of the columns `numeric` (by place) are stored as that; else float64."""

    def first(self, places: Sequence[int]) -> list[np.ndarray]:
        """The first rows of some columns as text (k,)."""

    def pieces(self, texts: Sequence[int], numeric: Sequence[int], kind: type) -> Iterator[Piece]:
        """Piece by piece the columns at the places `texts` and `numeric`.

        Class "01" stays "01", a class "NA" is not a missing value, and a missing number is NaN. Raises UserError for a
        damaged file and for text in a numeric column, with its place.
        """


def to_numbers(texts: np.ndarray, decimal: str = ".", thousands: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The `texts` (n,) as float64 numbers (n,), NaN where one is missing, and which of them (n,) are no numbers."""
    texts = np.strings.strip(texts.astype(str))
    if decimal == ".":
        # Underscores and the digits of other scripts are Python's numbers, not a table's.
        whole = "".join(texts.tolist())
        if whole.isascii() and "_" not in whole:
            with suppress(ValueError):
                return texts.astype(np.float64), np.zeros(len(texts), dtype=bool)
    found = [_number(text, decimal, thousands) for text in texts.tolist()]
    wrong = np.array([value is None for value in found], dtype=bool)
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64), wrong


def _number(text: str, decimal: str, thousands: bool) -> float | None:
    """The number that a cell holds, NaN for a missing one, None for something else."""
    if (COMMA if decimal == "," else PLAIN).fullmatch(text) or WHOLE.fullmatch(text):
        return float(text.replace(",", "."))
    if thousands and THOUSANDS[decimal].fullmatch(text):
        return float(text.replace("." if decimal == "," else ",", "").replace(",", "."))
    plain = text.casefold()
    if plain in MISSING:
        return np.nan
    return float(plain) if plain.lstrip("+-") in ("inf", "infinity") else None


class NotNumericError(UserError):
    """A text in a column of numbers."""

    def __init__(self, where: str, place: str, name: str, text: str) -> None:
        super().__init__(
            f"{where}: the column {name!r} is not numeric, first in {place}: text {text[:40]!r}; correct it, or leave "
            "the column out"
        )


def as_text(values: object) -> np.ndarray:
    """A pandas column (n,) as text without surrounding blanks; a missing value becomes the empty text."""
    return np.strings.strip(values.astype(object).where(values.notna(), "").astype(str).to_numpy(str))
