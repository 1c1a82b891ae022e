"""Text tables: any separator and encoding, read piece by piece."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import readable
from inn_experiments.data.tables.dialect import BLANKS, Dialect, Form, records
from inn_experiments.data.tables.fast import fast_pieces
from inn_experiments.data.tables.sheet import PIECE, NotNumericError, Piece, as_text, to_numbers

if TYPE_CHECKING:
    import pandas


class _Rest:
    """What is left of a text, after an empty line: a mark that begins a row would be taken for one of byte order."""

    def __init__(self, handle: TextIO) -> None:
        self.handle, self.begun = handle, False

    def __iter__(self) -> Iterator[str]:
        return iter(self.handle)

    def read(self, size: int = -1) -> str:
        """The next `size` characters; at first a line break."""
        if not self.begun:
            self.begun = True
            return "\n"
        return self.handle.read(size)


class TextSheet:
    """A text table `path` whose first row of data follows the row number `begins` (0: the first row is data).

    Numbers are read by Arrow's parser; from where that finds something else, or another form than it knows, all is read
    as text by pandas', so that messages have the place, and signs of thousands are judged.
    """

    indices: Sequence[str] = ()
    unit = ""
    counted = False

    def __init__(self, path: Path, dialect: Dialect, form: Form, names: list[str], begins: int) -> None:
        self.path, self.where, self.names = path, str(path), names
        self.dialect, self.form, self.begins = dialect, form, begins
        self.notes = dialect.described()

    def kind(self, numeric: Sequence[int]) -> type:
        """float64: a text has no precision of its own."""
        return np.float64

    def first(self, places: Sequence[int]) -> list[np.ndarray]:
        """The first rows of some columns as text (k,)."""
        for frame in self._frames(places):
            return [as_text(frame[place]) for place in places]
        return [np.zeros(0, dtype=str) for _ in places]

    def pieces(self, texts: Sequence[int], numeric: Sequence[int], kind: type) -> Iterator[Piece]:
        """As `Sheet.pieces` says."""
        read = 0
        try:
            for told, x in fast_pieces(
                self.path, self.dialect, self.form, self.begins, len(self.names), texts, numeric
            ):
                with np.errstate(over="ignore"):
                    x = x.astype(kind, copy=False)
                yield {self.names[place]: cells for place, cells in told.items()}, x
                read += len(x)
            return
        except ValueError:
            # Either damaged, which shows again, or something that is no number: as text it can be looked at.
            pass
        for frame in self._frames([*texts, *numeric]):
            frame = frame.loc[frame.index >= read]
            if len(frame):
                told = {self.names[place]: as_text(frame[place]) for place in texts}
                yield told, self._converted(frame, numeric, kind)

    def _converted(self, frame: pandas.DataFrame, numeric: Sequence[int], kind: type) -> np.ndarray:
        x = np.empty((len(frame), len(numeric)), dtype=kind)
        for column, place in enumerate(numeric):
            texts = as_text(frame[place])
            found, wrong = to_numbers(texts, self.dialect.decimal, self.dialect.thousands)
            if wrong.any():
                row = int(np.argmax(wrong))
                number = int(frame.index[row])
                where = f"row {number + 1} (counted from 1), line {self.line(number)}, column {place + 1}"
                raise NotNumericError(self.where, where, self.names[place], str(texts[row]))
            with np.errstate(over="ignore"):
                x[:, column] = found
        return x

    def line(self, row: int) -> int:
        """The number, from 1, of the line in the file where the row of this number, from 0, ends."""
        with readable(self.path):
            for number, (line, _) in enumerate(self._rows()):
                if number == row:
                    return line
        return 0

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        found = records(self.path, self.dialect, self.form)
        return (row for row in found if row[0] > self.begins)

    def _frames(self, places: Sequence[int]) -> Iterator[pandas.DataFrame]:
        """Frames of text whose columns are `places`; raises UserError for a damaged file and rows of another length."""
        import pandas as pd

        skips, begins = self.form.skips, self.begins
        with readable(self.path), warnings.catch_warnings():
            # A row that is longer than the header would only be warned about, and cut.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            with self.path.open(newline="", encoding=self.dialect.encoding) as handle:
                # By lines as they are counted everywhere here: pandas counts a line break in a quoted name otherwise.
                for _ in range(begins):
                    next(handle)
                try:
                    found = pd.read_csv(
                        _Rest(handle),
                        sep=r"\s+" if self.dialect.separator == BLANKS else self.dialect.separator,
                        names=range(len(self.names)),
                        header=None,
                        skiprows=None if isinstance(self.form.skip_rows, int) else lambda n: skips(begins + n),
                        index_col=False,
                        low_memory=False,
                        skipinitialspace=True,
                        dtype=str,
                        keep_default_na=False,
                        na_values=[],
                        chunksize=PIECE,
                    )
                    # Of a header alone there is one frame without rows.
                    yield from (frame[[*places]] for frame in found if len(frame))
                except pd.errors.EmptyDataError:
                    return
                except pd.errors.ParserWarning as error:
                    raise UserError(f"{self.where}: a row has more fields than the header: {error}") from error
