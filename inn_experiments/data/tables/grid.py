"""Tables that are in memory as cells of text: workbooks, ARFF and time series files, and tables on their side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from inn_experiments.data.tables.sheet import PIECE, NotNumericError, Piece, to_numbers


class GridSheet:
    """Rows of cells, as many in each as there are `names`; `lines` (n,) are their numbers in the file, where known."""

    indices: Sequence[str] = ()
    counted = False

    def __init__(
        self,
        where: str,
        names: list[str],
        rows: Sequence[Sequence[str]],
        *,
        lines: Sequence[int] | None = None,
        decimal: str = ".",
        thousands: bool = False,
        notes: Sequence[str] = (),
        unit: str = "",
    ) -> None:
        self.where, self.names, self.rows, self.lines = where, names, rows, lines
        self.decimal, self.thousands, self.notes, self.unit = decimal, thousands, [*notes], unit

    def kind(self, numeric: Sequence[int]) -> type:
        """float64: a text has no precision of its own."""
        return np.float64

    def first(self, places: Sequence[int]) -> list[np.ndarray]:
        """The first rows of some columns as text (k,)."""
        return [self._column(place, self.rows[:PIECE]) for place in places]

    def pieces(self, texts: Sequence[int], numeric: Sequence[int], kind: type) -> Iterator[Piece]:
        """As `Sheet.pieces` says."""
        for start in range(0, len(self.rows), PIECE):
            rows = self.rows[start : start + PIECE]
            x = np.empty((len(rows), len(numeric)), dtype=kind)
            for column, place in enumerate(numeric):
                cells = self._column(place, rows)
                found, wrong = to_numbers(cells, self.decimal, self.thousands)
                if wrong.any():
                    row = int(np.argmax(wrong))
                    line = f", line {self.lines[start + row]}" if self.lines is not None else ""
                    where = f"row {start + row + 1} (counted from 1){line}"
                    raise NotNumericError(self.where, where, self.names[place], str(cells[row]))
                with np.errstate(over="ignore"):
                    x[:, column] = found
            yield {self.names[place]: self._column(place, rows) for place in texts}, x

    def _column(self, place: int, rows: Sequence[Sequence[str]]) -> np.ndarray:
        return np.array([row[place].strip() for row in rows], dtype=str)
