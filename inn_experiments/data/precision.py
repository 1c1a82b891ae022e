"""Rows become float32 when they are scaled: what may be lost there is refused, with the place in the file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import Scaling, UserError
from inn_experiments.data.checks import BLOCK
from inn_experiments.data.preprocessing.prepared import Prepared
from inn_experiments.data.scaling import RowError, Standard, Unscaled
from inn_experiments.maths.moments import blocks

COMPUTED = (1e-15, 1e15)
"""Of the largest magnitude of scaled training rows: float32 holds the squares of such, and sums of these."""

BY_ROW = ("snv", "msc")
"""Steps that take its level and its size from each row."""

LEAST_SPREAD = 1e-6
"""Of the largest magnitude: where rows differ by less, few of the steps of float32 lie between them."""


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
        """Raise UserError where scaled training rows x (n, d), numbers `index`, are no longer what they were.

        `before` is `twins` of them as they were. One value far beyond all others, in float32, leaves nothing of these;
        rows may still be too small or too large to be computed with.
        """
        lost = twins(x) - before
        tops = np.concatenate([np.abs(block).max(axis=1) for block in blocks(x, BLOCK)])
        row = int(tops.argmax())
        cell = self.cell(index[row], int(np.abs(x[row]).argmax()))
        if isinstance(scaling, Prepared):
            # Steps carry a value to the columns beside its own.
            cell = self.row(index[row])
        if not COMPUTED[0] < tops[row] < COMPUTED[1]:
            raise UserError(
                f"{self.name}: {cell}: {tops[row]:.3g} is the largest magnitude of all training {self.unit}s once "
                f"scaled, but float32 loses squares of what is not between {COMPUTED[0]:g} and {COMPUTED[1]:g}; "
                f"{'use' if isinstance(scaling, Unscaled) else 'correct it, or use'} data.scaling=standard"
            )
        if _apart(scaling) and 2 * lost > len(x) - before:
            cure = (
                "use data.scaling=standard" if isinstance(scaling, Unscaled) else f"correct or remove that {self.unit}"
            )
            raise UserError(
                f"{self.name}: {lost} of {len(x)} training {self.unit}s differ in the file but are equal once scaled, "
                f"as float32 (7 digits): their differences are too small beside the largest value, in {cell}; {cure}"
            )
        if 0 < (found := spread(x)) < LEAST_SPREAD * tops[row]:
            raise UserError(
                f"{self.name}: training {self.unit}s differ by {found:.1e} at most once scaled, beside a value of "
                f"{tops[row]:.1e} in {cell}: as float32 (7 digits) hardly anything is left of that; remove what is "
                "large and always the same, or use another data.scaling"
            )


def _apart(scaling: Scaling) -> bool:
    """Whether rows that differ must do so once scaled; where each is scaled for itself, two may be of one shape."""
    if isinstance(scaling, Prepared):
        return all(step.name not in BY_ROW for step in scaling.steps) and _apart(scaling.scaling)
    return isinstance(scaling, Standard | Unscaled)


def spread(x: np.ndarray) -> float:
    """How far apart the values of a column of x (n, d) are, in the column where that is most."""
    low, high = x[0].copy(), x[0].copy()
    for block in blocks(x, BLOCK):
        np.minimum(low, block.min(axis=0), out=low)
        np.maximum(high, block.max(axis=0), out=high)
    return float((high.astype(np.float64) - low).max())


def twins(x: np.ndarray) -> int:
    """How many of the rows x (n, d) are equal to the row before."""
    # A row more than the block, so that none is left without the one before.
    pairs = (x[start : start + BLOCK + 1] for start in range(0, len(x), BLOCK))
    return sum(int((rows[1:] == rows[:-1]).all(axis=1).sum()) for rows in pairs)
