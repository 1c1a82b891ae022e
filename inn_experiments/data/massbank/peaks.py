"""Peak lists as MSP and MGF files write them: pairs of numbers, one or several a line, with remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inn_experiments.data.massbank.records import UnreadableError

REMARK = re.compile(r"\"[^\"]*(?:\"|$)|'[^']*(?:'|$)")
BETWEEN = re.compile(r"[\s;:()\[\]{}]+")


def peak_pairs(lines: Sequence[str], announced: int | None) -> list[tuple[float, float]]:
    """The (m/z, intensity) of every peak in `lines`, of which there should be `announced`, None: one a line.

    One peak a line is two numbers, then anything; several in a line are pairs of numbers and nothing else. Remarks in
    quotation marks do not count. A comma is the decimal sign where every m/z has one and no number has a point.

    Raises:
        UnreadableError: naming the line that is not two numbers, or how many peaks are there.
    """
    split = [[text for text in BETWEEN.split(REMARK.sub(" ", line)) if text.strip(",")] for line in lines]
    if announced is None or len(lines) == announced:
        return _one_a_line(split, lines)
    texts = [text for line in split for token in line for text in token.split(",") if text]
    if len(texts) != 2 * announced:
        found = f"{len(texts) // 2:,}" if len(texts) % 2 == 0 else f"{len(lines):,} lines of them"
        raise UnreadableError(f"{announced} peaks are announced, {found} are there")
    numbers = [_number(text, text) for text in texts]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _one_a_line(split: list[list[str]], lines: Sequence[str]) -> list[tuple[float, float]]:
    pairs = [
        [text for text in line[0].split(",") if text] if len(line) == 1 else [text.strip(",") for text in line[:2]]
        for line in split
    ]
    for pair, line in zip(pairs, lines, strict=True):
        if len(pair) != 2:
            raise UnreadableError(f"the peak {line[:40]!r} is not two numbers")
    if pairs and all("," in pair[0] for pair in pairs) and not any("." in text for pair in pairs for text in pair):
        pairs = [[text.replace(",", ".") for text in pair] for pair in pairs]
    return [(_number(pair[0], line), _number(pair[1], line)) for pair, line in zip(pairs, lines, strict=True)]


def _number(text: str, line: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UnreadableError(f"the peak {line[:40]!r} is not two numbers") from None
