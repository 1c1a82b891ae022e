"""Generated rows as a table in the form of their file: CSV and Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inn_experiments.artifact.kept import Kept
from inn_experiments.artifact.rows import Piece, frame
from inn_experiments.contracts.files import cell_text

if TYPE_CHECKING:
    from inn_experiments.artifact.writers import Append

Decimal = Literal["point", "comma"]


@contextmanager
def csv(path: Path, kept: Kept, seed: int, decimal: Decimal = "point") -> Iterator[Append]:
    """A CSV file; text that a spreadsheet would take for a formula has an apostrophe before it.

    With decimal commas it is separated by semicolons and has a byte order mark, as spreadsheets then expect.
    """
    comma = decimal == "comma"
    signs = {"sep": ";", "decimal": ","} if comma else {}
    with path.open("w", encoding="utf-8-sig" if comma else "utf-8", newline="") as handle:

        def append(piece: Piece) -> None:
            table = frame(kept, piece, seed)
            for name in (table.columns[0], table.columns[-1]):
                table[name] = table[name].map(cell_text)
            table.columns = [cell_text(name) for name in table.columns]
            table.to_csv(handle, index=False, header=handle.tell() == 0, lineterminator="\n", **signs)

        yield append


@contextmanager
def parquet(path: Path, kept: Kept, seed: int) -> Iterator[Append]:
    """A Parquet file, a row group for each piece."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None

    def append(piece: Piece) -> None:
        nonlocal writer
        # Each text once for a piece: they are few, and the same in all its rows.
        table = frame(kept, piece, seed)
        ends = [table.columns[0], table.columns[-1]]
        found = pa.Table.from_pandas(table.astype(dict.fromkeys(ends, "category")), preserve_index=False)
        plain = pa.schema([field.with_type(pa.string()) if field.name in ends else field for field in found.schema])
        found = found.cast(plain).replace_schema_metadata(None)
        writer = writer or pq.ParquetWriter(path, found.schema)
        writer.write_table(found)

    try:
        yield append
    finally:
        if writer is not None:
            writer.close()
