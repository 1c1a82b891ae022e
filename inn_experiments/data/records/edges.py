"""Axes in the first row and the first column of records: whether they are there, and what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError

LEAST = 4
"""Values along a side, before rising ones are taken for an axis where no empty corner says so."""

ROW, COLUMN, SECOND_ROW, SECOND_COLUMN, WHOLE_ROW, WHOLE_COLUMN = range(6)
NAMES = {ROW: "row (drift)", COLUMN: "column (retention)"}
FORCE = "data.axes=true takes the first row and column of all records for their axes, data.axes=false for values"


class Edges:
    """What the first rows and columns of all records have in common, of which `see` is told one by one.

    An empty corner says that both are axes. Where the corner is a number, a side is an axis if it rises (or falls) from
    cell to cell and is the same in all records to the last digit, which measured values never are.

    Args:
        axes: what a person said; None is to be found out.
    """

    def __init__(self, axes: bool | None) -> None:
        self.axes = axes
        self.files: list[Path] = []
        self._corners: list[bool] = []

    def see(self, file: Path, record: np.ndarray) -> None:
        """Compare the next record (M, D) float64, whose corner may be NaN, with the first one."""
        lines = _lines(record)
        if not self.files:
            self._first = [line.copy() for line in lines]
            self._rising = [True] * len(lines)
            self._other: list[Path | None] = [None] * len(lines)
        self.files.append(file)
        self._corners.append(bool(np.isnan(record[0, 0])))
        for place, (line, first) in enumerate(zip(lines, self._first, strict=True)):
            self._rising[place] &= _rises(line)
            if self._other[place] is None and not np.array_equal(line, first, equal_nan=True):
                self._other[place] = file

    def found(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Retention and drift as they stand in the first column and row; None where a side holds values.

        Raises UserError for records that do not agree, and where it cannot be told.
        """
        if self.axes is False or (self.axes is None and not any(self._corners)):
            row, column = self._told() if self.axes is None else (None, None)
            return None if column is None else self._first[column], None if row is None else self._first[row]
        if self.axes is None and not all(self._corners):
            with_axes, without = (self.files[self._corners.index(kind)] for kind in (True, False))
            raise UserError(
                f"{with_axes} has an empty corner, as where axes stand in the first row and column, but {without} has "
                f"none; all records must be of one form ({FORCE})"
            )
        for place, name in NAMES.items():
            if (differing := self._other[place]) is not None:
                raise UserError(
                    f"{differing}: the axis in its first {name} is another than in {self.files[0]}; all records must "
                    f"have the same axes ({FORCE})"
                )
        return self._first[COLUMN], self._first[ROW]

    def _told(self) -> tuple[int | None, int | None]:
        """Which lines are axes where every corner is a number: of the row and of the column."""
        if len(self.files) < 2:
            return None, None
        row, column = self._axis(ROW), self._axis(COLUMN)
        # With an axis along one side alone, the corner belongs to it.
        sides = (
            (ROW, COLUMN)
            if row and column
            else (WHOLE_ROW if self._axis(WHOLE_ROW) else None, WHOLE_COLUMN if self._axis(WHOLE_COLUMN) else None)
        )
        ramps = (row and self._axis(SECOND_ROW)) or (column and self._axis(SECOND_COLUMN))
        rising = self._rising[ROW] and self._rising[COLUMN] and not (row and column)
        smooth = self._rising[SECOND_ROW] and self._rising[SECOND_COLUMN]
        long = min(len(self._first[ROW]), len(self._first[COLUMN])) >= LEAST
        if ramps or (rising and long and not smooth) or ((row or column) and sides == (None, None)):
            raise UserError(
                f"{self.files[0]} and the other records: their first row or column rises as an axis does, but it "
                f"cannot be told from values; {FORCE}"
            )
        return sides

    def _axis(self, place: int) -> bool:
        return self._rising[place] and self._other[place] is None and len(self._first[place]) >= LEAST


def _lines(record: np.ndarray) -> tuple[np.ndarray, ...]:
    """The first row and column without the corner, the second ones likewise, the first ones with it."""
    return record[0, 1:], record[1:, 0], record[1, 1:], record[1:, 1], record[0], record[:, 0]


def _rises(values: np.ndarray) -> bool:
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())
