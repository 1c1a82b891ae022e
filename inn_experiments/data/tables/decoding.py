"""In which encoding a text file is written: found by its byte order mark, its zeros, and whether it is UTF-8."""

import codecs
from pathlib import Path

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order mark -> encoding; the longer ones first, since UTF-32's begins as UTF-16's does."""

PIECE = 1 << 22
HEAD = 4096


def encoding_of(path: Path) -> str:
    """Python's name of the encoding of the file `path`: UTF-8, 16 or 32, else Windows-1252 or Latin-1.

    Without a mark, UTF-16 and UTF-32 show by the zero bytes beside ASCII characters. The whole file is looked at: one
    byte near its end that is not UTF-8 decides.
    """
    with path.open("rb") as handle:
        head = handle.read(HEAD)
        for mark, name in MARKS.items():
            if head.startswith(mark):
                return name
        if wide := _wide(head):
            return wide
    if _decodes(path, "utf-8"):
        return "utf-8"
    return "cp1252" if _decodes(path, "cp1252") else "latin-1"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as handle:
        while piece := handle.read(PIECE):
            # Of plain ASCII, which is the rule, there is nothing to decode.
            if decoder.getstate()[0] or not piece.isascii():
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError:
                    return False
    return True


def _wide(head: bytes) -> str | None:
    """The encoding of text whose every second, or three of every four bytes are zero."""
    if len(head) < 4:
        return None
    zeros = [head[place::4].count(0) / len(head[place::4]) for place in range(4)]
    for name, pattern in {
        "utf-32-le": (0, 1, 1, 1),
        "utf-32-be": (1, 1, 1, 0),
        "utf-16-le": (0, 1, 0, 1),
        "utf-16-be": (1, 0, 1, 0),
    }.items():
        if all((share > 0.5) == bool(zero) for share, zero in zip(zeros, pattern, strict=True)):
            return name
    return None
