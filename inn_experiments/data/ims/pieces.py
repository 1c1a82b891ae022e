"""The two file forms of a wide table, each read in pieces: its text columns and its drift bins as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.data.checks import check_finite
from inn_experiments.data.tables.frames import csv_frames, csv_names, numbers

if TYPE_CHECKING:
    import pandas

PIECE = 2048
"""Rows of a CSV that are read at a time."""

SLICE = 32
"""Drift bins of a row group of a Parquet file that are read at a time."""

Pieces = Iterator[tuple["pandas.DataFrame", np.ndarray]]
"""The text columns of some rows, and their drift bins (n, d) float32."""


def csv_pieces(path: Path, names: list[str], bins: list[str], texts: list[str]) -> Pieces:
    """The columns `texts` and `bins` of the next PIECE rows; all `names` of the file.

    Raises:
        UserError: a row is too long, a drift bin holds text, or a number is not finite.
    """
    before = 0
    with csv_frames(path, names, texts, bins, PIECE) as frames:
        for frame in frames:
            yield frame[texts], _numbers(frame, bins, before, str(path))
            before += len(frame)


def parquet_names(path: Path) -> list[str]:
    """The names of the columns."""
    import pyarrow.parquet

    return list(pyarrow.parquet.read_schema(path).names)


def parquet_pieces(path: Path, names: list[str], bins: list[str], texts: list[str]) -> Pieces:
    """The columns `texts` and `bins` of the next row group; `names` are not needed.

    Raises:
        UserError: a drift bin holds text, or a number is not finite.
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


def _numbers(frame: pandas.DataFrame, bins: list[str], before: int, where: str) -> np.ndarray:
    """The drift bins (n, d) float32 of one piece, `before` whose first row there are so many others."""
    x = numbers(frame, bins, where, what="drift bin", remedy="correct it", before=before)
    with np.errstate(over="ignore"):
        x = x.astype(np.float32)
    check_finite(x, bins, where, before)
    return x


READERS = {".csv": (csv_names, csv_pieces), ".parquet": (parquet_names, parquet_pieces)}
"""Extension -> what reads the names of all columns of a file, and what reads its rows."""
