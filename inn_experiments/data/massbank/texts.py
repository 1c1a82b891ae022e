"""Lines of text files as people have them: any encoding, any line ends, and how many spectra they announce."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inn_experiments.data.massbank.records import UnreadableError
from inn_experiments.data.tables.decoding import encoding_of

MARKS = ("\ufeff", "ï»¿", "ÿþ", "þÿ")
"""Byte order marks as they look inside a file that was put together of several."""

MARK = re.compile(f"(?:{'|'.join(MARKS)})+")
LONGEST = 1 << 26
PIECE = 1 << 22


@dataclass
class TextFile:
    """The text file `path`, whose encoding is found when it is read.

    Args:
        path: of the file.
        announcing: matches a line, in bytes, that announces one spectrum.

    Attributes:
        note: what is to be known of the encoding, "" for UTF-8 and where a byte order mark says it.
    """

    path: Path
    announcing: re.Pattern[bytes]
    note: str = ""

    def lines(self) -> Iterator[str]:
        """Every line, without its end.

        Raises:
            OSError: the file cannot be opened or read.
            UnreadableError: a line is longer than any text has.
        """
        encoding = encoding_of(self.path)
        self.note = f"not in UTF-8, but read as {encoding}" if encoding in ("cp1252", "latin-1") else ""
        with self.path.open(encoding=encoding, errors="replace") as handle:
            while line := handle.readline(LONGEST):
                if len(line) == LONGEST:
                    raise UnreadableError(f"a line of more than {LONGEST:,} characters")
                # Zeros are left where a file in UTF-16 was added to one in UTF-8.
                line = line.replace("\0", "").rstrip("\n")
                yield MARK.sub("", line, count=1) if line.startswith(MARKS) else line

    def missed(self, found: int) -> str | None:
        """What to say where `found` spectra, read or named, are fewer than the file announces.

        The bytes are counted, without the zeros of UTF-16 and UTF-32: whatever becomes of the text, this stays.
        """
        announced, rest = 0, b""
        with self.path.open("rb") as handle:
            while piece := handle.read(PIECE):
                *lines, rest = re.split(rb"[\r\n]+", rest + piece.replace(b"\0", b""))
                rest = rest[-PIECE:]
                announced += sum(bool(self.announcing.match(line)) for line in lines)
        announced += bool(self.announcing.match(rest))
        return f"{announced:,} spectra are announced, {found:,} were found" if found < announced else None


def encodable(text: object) -> str:
    """A path or message as it can be written in UTF-8: bytes of a foreign file name by their numbers."""
    return str(text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
