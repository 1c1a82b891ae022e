"""Parquet tables, one row group at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import readable
from inn_experiments.data.tables.sheet import NotNumericError, Piece, as_text, to_numbers

if TYPE_CHECKING:
    import pyarrow

CELLS = 1 << 21
"""Cells that become numbers at a time: decoding takes several times their room, and a row group may be all rows."""


class ParquetSheet:
    """A Parquet file; its schema says which columns hold numbers and which an index that pandas saved."""

    notes: Sequence[str] = ()
    unit = ""
    counted = False

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet

        self.path, self.where = path, str(path)
        with readable(path):
            self.schema = pyarrow.parquet.read_schema(path)
            told = json.loads((self.schema.metadata or {}).get(b"pandas", b"{}"))
        self.stored = list(self.schema.names)
        self.names = [name.strip() for name in self.stored]
        declared = [name for name in told.get("index_columns", []) if isinstance(name, str)]
        self.indices = {name.strip() for name in self.stored if name in declared or name.startswith("__index_level_")}

    def kind(self, numeric: Sequence[int]) -> type:
        """float32 where all of the columns are stored as that, so that they need half the room; else float64."""
        import pyarrow

        return (
            np.float32 if all(self.schema.field(place).type == pyarrow.float32() for place in numeric) else np.float64
        )

    def first(self, places: Sequence[int]) -> list[np.ndarray]:
        """The first row group of some columns as text (k,)."""
        with readable(self.path):
            for take in self._groups():
                return [as_text(take([place]).column(0).to_pandas()) for place in places]
        return [np.zeros(0, dtype=str) for _ in places]

    def pieces(self, texts: Sequence[int], numeric: Sequence[int], kind: type) -> Iterator[Piece]:
        """As `Sheet.pieces` says."""
        for place in (*texts, *numeric):
            self._check(place, place in numeric)
        before = 0
        groups = self._groups()
        while True:
            with readable(self.path):
                take = next(groups, None)
                if take is None:
                    return
                told = take(texts).to_pandas(ignore_metadata=True).set_axis([*texts], axis=1)
                x = np.empty((len(told), len(numeric)), dtype=kind)
                width = max(1, CELLS // max(1, len(told)))
                for start in range(0, len(numeric), width):
                    some = numeric[start : start + width]
                    for column, (place, cells) in enumerate(zip(some, take(some).columns, strict=True), start=start):
                        with np.errstate(over="ignore"):
                            x[:, column] = self._numbers(cells, place, before)
            yield {self.names[place]: as_text(told[place]) for place in texts}, x
            before += len(x)

    def _numbers(self, cells: pyarrow.ChunkedArray, place: int, before: int) -> np.ndarray:
        from pyarrow import types

        kind = self.schema.field(place).type
        if types.is_floating(kind) or types.is_integer(kind):
            # Missing ones become NaN.
            return cells.to_numpy()
        if not _is_text(kind.value_type if types.is_dictionary(kind) else kind):
            return np.array([np.nan if value is None else float(value) for value in cells.to_pylist()])
        texts = np.strings.strip(np.array(["" if value is None else value for value in cells.to_pylist()], dtype=str))
        found, wrong = to_numbers(texts)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise NotNumericError(self.where, f"row {before + row + 1} (counted from 1)", self.names[place], texts[row])
        return found

    def _groups(self) -> Iterator[Callable[[Sequence[int]], pyarrow.Table]]:
        """Of each row group a function that gives some of its columns, in the order asked for."""
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(self.path) as table:
            for group in range(table.num_row_groups):

                def take(places: Sequence[int], group: int = group) -> pyarrow.Table:
                    wanted = [self.stored[place] for place in places]
                    return table.read_row_group(group, wanted).select(wanted)

                yield take

    def _check(self, place: int, numeric: bool) -> None:
        """Raise UserError for a column of another kind than numbers or text; a label may be a time, too."""
        import pyarrow

        kind = self.schema.field(place).type
        inner = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
        if not (_is_text(inner) or _is_number(inner) or (pyarrow.types.is_temporal(inner) and not numeric)):
            raise UserError(
                f"{self.where}: the {'feature ' if numeric else ''}column {self.names[place]!r} holds "
                f"values of the kind {kind}; a table has one number or one text in each cell"
                f"{', leave it out with data.ignore' if numeric else ''}"
            )


def _is_text(kind: pyarrow.DataType) -> bool:
    import pyarrow

    is_type = pyarrow.types
    return is_type.is_string(kind) or is_type.is_large_string(kind) or is_type.is_string_view(kind)


def _is_number(kind: pyarrow.DataType) -> bool:
    import pyarrow

    is_type = pyarrow.types
    return (
        is_type.is_integer(kind)
        or is_type.is_floating(kind)
        or is_type.is_decimal(kind)
        or is_type.is_boolean(kind)
        or is_type.is_null(kind)
    )
