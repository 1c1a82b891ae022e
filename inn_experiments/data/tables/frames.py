"""Frames of pandas as this program reads them: the header as it stands, text as text, and numbers that are numbers."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.contracts import UserError

if TYPE_CHECKING:
    import pandas

MISSING = ["", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None"]
"""What counts as a missing number in a CSV; text columns have no such words, an empty cell is empty."""


def csv_names(path: Path) -> list[str]:
    """The header as it stands: a repeated name twice, where pandas would rename it."""
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return next((row for row in csv.reader(handle) if row), [])


@contextmanager
def csv_frames(
    path: Path, names: list[str], texts: Sequence[str], numeric: Sequence[str], piece: int | None = None
) -> Iterator[Iterator[pandas.DataFrame]]:
    """The rows of a CSV file, `piece` of them at a time or all at once.

    Args:
        path: the file.
        names: of all its columns, see `csv_names`.
        texts: columns read as text, so that class "01" stays "01" and a class "NA" is not a missing value.
        numeric: columns that may have missing numbers.
        piece: rows of a frame; None for one frame.

    Raises:
        UserError: a row is longer than the header.
    """
    import pandas

    with warnings.catch_warnings():
        # A row that is longer than the header would only be warned about, and cut.
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            found = pandas.read_csv(
                path,
                names=names,
                header=0,
                encoding="utf-8-sig",
                index_col=False,
                low_memory=False,
                chunksize=piece,
                dtype=dict.fromkeys(texts, str),
                keep_default_na=False,
                na_values=dict.fromkeys(numeric, MISSING),
            )
            if piece is None:
                yield iter([found])
            else:
                with found as reader:
                    yield reader
        except pandas.errors.ParserWarning as error:
            raise UserError(f"{path}: a row has more fields than the header: {error}") from error


def numbers(
    frame: pandas.DataFrame, names: list[str], where: str, *, what: str, remedy: str, before: int = 0
) -> np.ndarray:
    """The columns `names` as (n, d) float64, a missing number as NaN.

    Args:
        frame: of n rows.
        names: of the columns.
        where: the file, for the message.
        what: what the message calls a column.
        remedy: what the message says will help.
        before: rows of the file before those of the frame.

    Raises:
        UserError: names the first text in the first column that has any.
    """
    import pandas

    for name in names:
        column = frame[name]
        if pandas.api.types.is_numeric_dtype(column) or column.isna().all():
            continue
        bad = (pandas.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
        row = int(np.argmax(bad)) if bad.any() else 0
        raise UserError(
            f"{where}: the {what} {name!r} is not numeric, first in row {before + row + 1} (counted from 1): "
            f"text {str(column.iloc[row])[:40]!r}; {remedy}"
        )
    # One conversion for the whole block: a wide table has thousands of columns.
    return frame[names].to_numpy(dtype=np.float64, na_value=np.nan)


def as_text(values: pandas.Series | np.ndarray) -> np.ndarray:
    """Values (n,) as text without surrounding blanks; a missing one becomes the empty text."""
    import pandas

    column = pandas.Series(values)
    texts = column.astype(object).where(column.notna(), "").astype(str).to_numpy(str)
    return np.strings.strip(texts)
