"""Rows become float32 when they are scaled: what may be lost there is refused, with the place in the file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import Scaling, UserError
from inn_experiments.data.checks import BLOCK
from inn_experiments.data.scaling import RowError, Standard, Unscaled
from inn_experiments.maths.moments import blocks


@dataclass(frozen=True)
class Places:
    """Where rows stand in their file.

    Attributes:
        name, unit: of the data, and what a row is called.
        columns: names of the values (d,); None counts them.
        numbers: of each row (n,) in the file, counted from 1; None where all of them are used in their order.
    """

    name: str
    unit: str = "row"
    columns: Sequence[str] | None = None
    numbers: np.ndarray | None = None

    def row(self, index: int) -> str:
        """What the row `index` is called."""
        number = index + 1 if self.numbers is None else self.numbers[index]
        return f"{self.unit} {number} (counted from 1)"

    def cell(self, index: int, column: int) -> str:
        """What a value is called."""
        return f"{self.row(index)}, column {column + 1 if self.columns is None else repr(self.columns[column])}"

    @contextmanager
    def of(self, index: np.ndarray) -> Iterator[None]:
        """A RowError about one of the rows `index` (k,) becomes a UserError that names it."""
        try:
            yield
        except RowError as error:
            raise UserError(f"{self.name}: {self.row(index[error.row])} {error.reason}") from None

    def scaled(self, scaling: Scaling, x: np.ndarray, index: np.ndarray) -> np.ndarray:
        """The rows x (k, d), numbers `index` (k,), scaled; raises UserError for what is not finite in float32."""
        with self.of(index):
            found = scaling.apply(x)
        if not np.isfinite(found).all():
            row = int(np.argmin(np.isfinite(found).all(axis=1)))
            column = int(np.abs(x[row]).argmax())
            raise UserError(
                f"{self.name}: {self.cell(index[row], column)}: {x[row, column]:g} is too far from the others to be "
                f"scaled (rows are float32 then, up to 3.4e38); correct it or remove the {self.unit}"
            )
        return found

    def check_apart(self, scaling: Scaling, before: int, x: np.ndarray, index: np.ndarray) -> None:
        """Raise UserError where scaled training rows x (n, d), numbers `index`, became equal to their neighbours.

        `before` is `twins` of them as they were. One value far beyond all others, in float32, leaves nothing of these.
        """
        lost = twins(x) - before
        if isinstance(scaling, Standard | Unscaled) and 2 * lost > len(x) - before:
            tops = np.concatenate([np.abs(block).max(axis=1) for block in blocks(x, BLOCK)])
            row = int(tops.argmax())
            column = int(np.abs(x[row]).argmax())
            cure = (
                "use data.scaling=standard" if isinstance(scaling, Unscaled) else f"correct or remove that {self.unit}"
            )
            raise UserError(
                f"{self.name}: {lost} of {len(x)} training {self.unit}s differ in the file but are equal once scaled, "
                f"as float32 (7 digits): their differences are too small beside the largest value, in "
                f"{self.cell(index[row], column)}; {cure}"
            )


def twins(x: np.ndarray) -> int:
    """How many of the rows x (n, d) are equal to the row before."""
    # A row more than the block, so that none is left without the one before.
    pairs = (x[start : start + BLOCK + 1] for start in range(0, len(x), BLOCK))
    return sum(int((rows[1:] == rows[:-1]).all(axis=1).sum()) for rows in pairs)
