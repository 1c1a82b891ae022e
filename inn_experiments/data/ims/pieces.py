"""The two file forms of a wide table, each read in pieces: its text columns and its drift bins as numbers."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import SHOWN
from inn_experiments.data.tables.readers import MISSING

PIECE = 2048
"""Rows of a CSV that are read at a time."""

SLICE = 32
"""Drift bins of a row group of a Parquet file that are read at a time."""


def csv_names(path: Path) -> list[str]:
    """The header as it stands: a repeated name twice, where pandas would rename it."""
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return next((row for row in csv.reader(handle) if row), [])


def csv_pieces(path: Path, names: list[str], bins: list[str], texts: list[str]) -> Iterator:
    """(frame of the columns `texts`, `bins` (n, d) float32) of the next PIECE rows; all `names` of the file.

    Raises UserError for a row that is too long, text among the drift bins, and numbers that are not finite.
    """
    import pandas

    with warnings.catch_warnings():
        # A row that is longer than the header would only be warned about, and cut.
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            with pandas.read_csv(
                path,
                names=names,
                header=0,
                encoding="utf-8-sig",
                index_col=False,
                low_memory=False,
                chunksize=PIECE,
                dtype=dict.fromkeys(texts, str),
                keep_default_na=False,
                na_values={name: MISSING for name in bins},
            ) as reader:
                before = 0
                for frame in reader:
                    yield frame[texts], _numbers(frame, bins, before, str(path))
                    before += len(frame)
        except pandas.errors.ParserWarning as error:
            raise UserError(f"{path}: a row has more fields than the header: {error}") from error


def parquet_names(path: Path) -> list[str]:
    """The names of the columns."""
    import pyarrow.parquet

    return list(pyarrow.parquet.read_schema(path).names)


def parquet_pieces(path: Path, names: list[str], bins: list[str], texts: list[str]) -> Iterator:
    """(frame of the columns `texts`, `bins` (n, d) float32) of the next row group; `names` are not needed.

    Raises UserError for text among the drift bins, and numbers that are not finite.
    """
    import pyarrow.parquet

    before = 0
    with pyarrow.parquet.ParquetFile(path) as table:
        for group in range(table.num_row_groups):
            frame = table.read_row_group(group, columns=texts).to_pandas()
            # A row group may be the whole table, and decoding takes several times its room: a few columns at
            # a time, so that there is one array of that size.
            x = np.empty((len(frame), len(bins)), dtype=np.float32)
            for start in range(0, len(bins), SLICE):
                some = bins[start : start + SLICE]
                found = table.read_row_group(group, columns=some).to_pandas()
                x[:, start : start + SLICE] = _numbers(found, some, before, str(path))
            before += len(frame)
            yield frame, x


def _numbers(frame, bins: list[str], before: int, where: str) -> np.ndarray:
    """The drift bins (n, d) float32 of one piece, `before` whose first row there are so many others."""
    import pandas

    chosen = frame[bins]
    for name, kind in chosen.dtypes.items():
        column = chosen[name]
        if pandas.api.types.is_numeric_dtype(kind) or column.isna().all():
            continue
        bad = (pandas.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
        row = int(np.argmax(bad)) if bad.any() else 0
        raise UserError(
            f"{where}: the drift bin {name!r} is not numeric, first in row {before + row + 1} (counted from "
            f"1): text {str(column.iloc[row])[:40]!r}; correct it"
        )
    with np.errstate(over="ignore"):
        x = chosen.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32)
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        first = bad[:SHOWN]
        cells = [f"row {before + row + 1}, column {bins[column]!r}: {x[row, column]}" for row, column in first]
        raise UserError(
            f"{where}: missing or not finite numbers (rows counted from 1): {'; '.join(cells)}"
            f"{'; ...' if len(bad) > SHOWN else ''}; remove or fill them"
        )
    return x


READERS = {".csv": (csv_names, csv_pieces), ".parquet": (parquet_names, parquet_pieces)}
"""Extension -> what reads the names of all columns of a file, and what reads its rows."""
