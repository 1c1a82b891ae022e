"""The spectra of MSP and MGF files as blocks of text: what stands in the head, and the lines of the peaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from inn_experiments.data.massbank.peaks import peak_pairs
from inn_experiments.data.massbank.records import UnreadableError

NAMES = {"name", "compound_name", "compoundname", "compound name"}
REPEATED = {"synon", "synonym", "comment", "comments"}
"""Fields that one spectrum may have several times, in small letters."""

NUM_PEAKS = re.compile(r"\W*num[ _-]?peaks?\W*?[:=](.*)", re.IGNORECASE)
BEGIN_IONS = re.compile(r"\W*BEGIN\s+IONS", re.IGNORECASE)
ANNOUNCING = {
    ".msp": re.compile(rb"[^:=]{0,20}num[ _-]?peaks?\W*?[:=]", re.IGNORECASE),
    ".mgf": re.compile(rb".*BEGIN\s*IONS", re.IGNORECASE),
}
"""Extension -> what a line has that announces a spectrum: more than is taken for a beginning, so as to be counted."""


@dataclass
class Block:
    """One spectrum.

    Attributes:
        head: its fields (name, value) in order.
        peaks: lines that hold peaks, or what stands in their place.
        announced: what the file says of the number of peaks, None where it does not.
        ended: whether its end was met.
    """

    head: list[tuple[str, str]] = field(default_factory=list)
    peaks: list[str] = field(default_factory=list)
    announced: str | None = None
    ended: bool = True

    @property
    def filled(self) -> bool:
        """Whether anything is in it."""
        return bool(self.head or self.peaks or self.announced is not None)


def is_pair(text: str) -> bool:
    """Whether the line `text` is a peak and can be nothing else."""
    try:
        return bool(peak_pairs([text], None))
    except UnreadableError:
        return False


def is_peak(text: str) -> bool:
    """Whether the line `text` begins with a number, be it nan."""
    try:
        float(re.split(r"[\s;:,)\]]", text.lstrip(" \t([{"), maxsplit=1)[0])
    except ValueError:
        return False
    return True


def msp_blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The spectra of an MSP file: after the peaks of one, any field begins the next.

    A spectrum without peaks ends where its name, or after an empty line or a comment any of its fields, comes again.
    """
    block, pause = Block(), None
    for line in lines:
        text = line.strip()
        begun = bool(block.peaks) or block.announced is not None
        if not text or text.startswith(("#", "//")):
            pause = len(block.head) if block.filled else None
        elif is_peak(text) if begun else is_pair(text):
            block.peaks.append(text)
        elif announced := NUM_PEAKS.match(text):
            if begun:
                yield block
                block = Block()
            block.announced, pause = announced[1].strip(), None
        elif ":" in text:
            name, _, value = (part.strip() for part in text.partition(":"))
            cut = 0 if begun else _cut(block.head, name, pause)
            if begun or cut:
                yield block if begun else Block(block.head[:cut])
                block, pause = Block(block.head[cut:] if cut else []), None
            block.head.append((name, value))
        elif begun and pause is None:
            # Behind an empty line a comment, but among the peaks a broken one.
            block.peaks.append(text)
    if block.filled:
        yield block


def _cut(head: list[tuple[str, str]], name: str, pause: int | None) -> int:
    """How many fields of `head` belong to a spectrum without peaks that ends before the field `name`, mostly 0.

    What stands behind the last pause, `pause` fields from the beginning, belongs to the spectrum that begins.
    """
    low = name.casefold()
    again = low not in REPEATED and any(low == other.casefold() for other, _ in head)
    if again and pause is not None:
        return pause
    return len(head) if again and low in NAMES else 0


def mgf_blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The spectra of an MGF file; fields before the first of them hold for all."""
    common: list[tuple[str, str]] = []
    block, first = None, True
    for line in lines:
        text = line.strip()
        if BEGIN_IONS.match(text):
            if block:
                yield block
            block, first = Block([*common], ended=False), False
        elif text.upper().split() == ["END", "IONS"]:
            if block:
                block.ended = True
                yield block
            block = None
        elif not text or text[0] in "#;!/" or not (block or first):
            # Comments, and settings between two spectra.
            continue
        elif "=" in text and not is_peak(text):
            name, _, value = (part.strip() for part in text.partition("="))
            (block.head if block else common).append((name, value))
        elif block:
            block.peaks.append(text)
    if block:
        yield block
