"""Generated mass spectra as an MSP library, whose every entry says that it was made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from inn_experiments.artifact.kept import Kept
from inn_experiments.artifact.rows import Piece, mark

if TYPE_CHECKING:
    from inn_experiments.artifact.writers import Append

LEAST = 1e-4
"""Of the base peak: what is less is no peak."""


@contextmanager
def msp(path: Path, kept: Kept, seed: int) -> Iterator[Append]:
    """An MSP file; every value of a row above a ten-thousandth of its largest is a peak."""
    facts, number, told = kept.facts, 0, " ".join(mark(kept, seed).split())
    places = [f"{value:.10g}" for value in kept.axis]
    structures = ["|".join(texts) for texts in facts.smiles] if facts.smiles else [""] * len(facts.classes)
    # A line break in a name would begin another field.
    names = [" ".join(name.split()) for name in facts.classes]
    with path.open("w", encoding="utf-8", newline="\n") as handle:

        def append(piece: Piece) -> None:
            nonlocal number
            for row, label in zip(piece.x, piece.y, strict=True):
                number += 1
                peaks = [
                    (place, value) for place, value in zip(places, row, strict=True) if value > LEAST * row.max() > 0
                ]
                lines = [f"Name: {names[label]}", f"Synthetic: {told}", f"Comment: synthetic; {told}"]
                lines += [f"SMILES: {structures[label]}"] if structures[label] else []
                lines += [f"ID: synthetic-{number}", f"Num Peaks: {len(peaks)}"]
                lines += [f"{place} {value:.7g}" for place, value in peaks]
                handle.write("\n".join(lines) + "\n\n")

        yield append
