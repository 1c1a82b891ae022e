"""Text tables of plain numbers by Arrow's parser, which needs a fraction of the time of any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from inn_experiments.data.tables.dialect import BLANKS, Dialect, Form
from inn_experiments.data.tables.sheet import MISSING

BLOCK, LARGE = 1 << 20, 1 << 27
"""Bytes that are parsed at a time; four times as many where a file is not large. Fewer need less room and more time."""

# As Arrow wants them: these and no others, in the cases that people write.
WORDS = sorted({form for word in MISSING for form in (word, word.upper(), word.title())} | {"NaN", "-NaN", "<NA>"})


def fast_pieces(
    path: Path, dialect: Dialect, form: Form, begins: int, columns: int, texts: Sequence[int], numeric: Sequence[int]
) -> Iterator[tuple[dict[int, np.ndarray], np.ndarray]]:
    """Piece by piece some of so many `columns`: place -> text (k,), and numbers (k, d) float64.

    The first row of data follows the line number `begins`. Raises ValueError for a form that Arrow does not read, and,
    with all pieces before it given, for what is no number, or a row of another length.
    """
    if dialect.thousands or dialect.separator == BLANKS or "16" in dialect.encoding or "32" in dialect.encoding:
        raise ValueError(f"{dialect} is not for Arrow")
    if not isinstance(form.skip_rows, int):
        raise ValueError("lines within the table are left out")
    from pyarrow import csv, float64, string

    names = [str(place) for place in range(columns)]
    kinds = {names[place]: string() for place in texts} | {names[place]: float64() for place in numeric}
    with path.open("rb") as handle:
        # At a line's end, so that a mark at the beginning of a row is not taken for one of byte order.
        handle.seek(max(0, _bytes(path, dialect.encoding, begins) - 1))
        found = csv.open_csv(
            handle,
            read_options=csv.ReadOptions(
                column_names=names,
                block_size=BLOCK if path.stat().st_size > LARGE else 4 * BLOCK,
                use_threads=False,
                encoding="utf-8" if dialect.encoding.startswith("utf-8") else dialect.encoding,
            ),
            parse_options=csv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=kinds,
                include_columns=list(kinds),
                null_values=WORDS,
                strings_can_be_null=False,
                decimal_point=dialect.decimal,
            ),
        )
        for batch in found:
            if batch.num_rows:
                x = batch.select([names[place] for place in numeric]).to_tensor(null_to_nan=True).to_numpy()
                yield {place: _stripped(batch.column(names[place]).to_pylist()) for place in texts}, x


def _stripped(cells: list[str]) -> np.ndarray:
    return np.strings.strip(np.array(cells, dtype=str))


def _bytes(path: Path, encoding: str, lines: int) -> int:
    """How many bytes the first so many lines take."""
    with path.open(newline="", encoding=encoding) as handle:
        text = "".join(next(handle, "") for _ in range(lines))
    return len(text.encode(encoding))
