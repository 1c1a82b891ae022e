"""CSV and Parquet tables in pieces: the header as it stands, text as text, and numbers that are numbers."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import readable

if TYPE_CHECKING:
    import pandas

MISSING = ["", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None"]
"""What counts as a missing number in a CSV; text columns have no such words, an empty cell is empty."""

PIECE = 2048
"""Rows of a CSV that are read at a time; of a Parquet file it is one row group."""

SLICE = 32
"""Columns that become numbers at a time."""

Take = Callable[[list[str]], "pandas.DataFrame"]
"""Some columns of one piece of a table."""


def column_names(path: Path) -> list[str]:
    """The header as it stands: a repeated name twice, where pandas would rename it, but no saved row index."""
    with readable(path):
        if path.suffix.lower() == ".csv":
            with path.open(newline="", encoding="utf-8-sig") as handle:
                return next((row for row in csv.reader(handle) if row), [])
        import pyarrow.parquet

        return [name for name in pyarrow.parquet.read_schema(path).names if not name.startswith("__index_level_")]


def column_kind(path: Path, numeric: list[str]) -> type:
    """float32 where all of the columns `numeric` are stored as that, so that they need half the room; else float64."""
    if path.suffix.lower() == ".csv":
        return np.float64
    import pyarrow.parquet

    with readable(path):
        schema = pyarrow.parquet.read_schema(path)
    return np.float32 if all(schema.field(name).type == pyarrow.float32() for name in numeric) else np.float64


def pieces(
    path: Path, texts: list[str], numeric: list[str], *, what: str, remedy: str, kind: type = np.float64
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Piece by piece, the columns `texts` by name, (k,) text each, and the columns `numeric`, (k, d) of a `kind`.

    Class "01" stays "01", a class "NA" is not a missing value, and a missing number is NaN.

    Raises:
        UserError: a damaged .csv or .parquet file, no rows, a row longer than the header, and text in a numeric
            column, which messages call `what` and the `remedy` mends.
    """
    before = 0
    with readable(path):
        for take in (_csv_pieces if path.suffix.lower() == ".csv" else _parquet_pieces)(path, texts, numeric):
            frame = take(texts)
            x = np.empty((len(frame), len(numeric)), dtype=kind)
            # A row group may be the whole table, and decoding takes several times its room: a few columns at
            # a time, so that there is one array of that size.
            for start in range(0, len(numeric), SLICE):
                some = take(numeric[start : start + SLICE])
                _check_numeric(some, f"{path}: the {what}", remedy, before)
                with np.errstate(over="ignore"):
                    x[:, start : start + SLICE] = some.to_numpy(dtype=np.float64, na_value=np.nan)
            yield {name: as_text(frame[name]) for name in texts}, x
            before += len(x)
    if not before:
        raise UserError(f"{path}: the file has columns but no rows")


def _csv_pieces(path: Path, texts: list[str], numeric: list[str]) -> Iterator[Take]:
    import pandas

    with warnings.catch_warnings():
        # A row that is longer than the header would only be warned about, and cut.
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            with pandas.read_csv(
                path,
                names=column_names(path),
                header=0,
                encoding="utf-8-sig",
                index_col=False,
                low_memory=False,
                chunksize=PIECE,
                dtype=dict.fromkeys(texts, str),
                keep_default_na=False,
                na_values=dict.fromkeys(numeric, MISSING),
            ) as frames:
                for frame in frames:
                    yield frame.__getitem__
        except pandas.errors.ParserWarning as error:
            raise UserError(f"{path}: a row has more fields than the header: {error}") from error


def _parquet_pieces(path: Path, texts: list[str], numeric: list[str]) -> Iterator[Take]:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as table:
        for group in range(table.num_row_groups):
            # The columns come in the file's order.
            yield lambda names, group=group: table.read_row_group(group, names).to_pandas(ignore_metadata=True)[names]


def _check_numeric(frame: pandas.DataFrame, what: str, remedy: str, before: int) -> None:
    import pandas

    for name, column in frame.items():
        if pandas.api.types.is_numeric_dtype(column) or column.isna().all():
            continue
        bad = (pandas.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
        row = int(np.argmax(bad)) if bad.any() else 0
        raise UserError(
            f"{what} {name!r} is not numeric, first in row {before + row + 1} (counted from 1): "
            f"text {str(column.iloc[row])[:40]!r}; {remedy}"
        )


def as_text(values: pandas.Series) -> np.ndarray:
    """Values (n,) as text without surrounding blanks; a missing one becomes the empty text."""
    return np.strings.strip(values.astype(object).where(values.notna(), "").astype(str).to_numpy(str))
