"""How the cells of a sweep ended: a file in the folder of each that ran, and a line in one file for each skipped."""

import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from inn_experiments.running import failures

RESULT, CELLS, SKIPPED = "result.json", "cells.json", "skipped.jsonl"
"""Files: of a cell its outcome; of a sweep the overrides of all its cells, and the outcomes of the skipped ones."""


def expected(sweep: Path) -> list[list[str]] | None:
    """The overrides of each cell that the sweep was to run, None where nobody knows them but its sweeper."""
    try:
        cells = json.loads((sweep / CELLS).read_text(encoding="utf-8"))
        return [[str(override) for override in cell] for cell in cells]
    except (OSError, ValueError, TypeError):
        return None


def count(sweep: Path) -> int | None:
    """How many cells are expected, None where nobody knows."""
    return _shared(sweep)[0]


def varied(sweep: Path, overrides: Sequence[str]) -> list[str]:
    """The settings of a cell, `GROUP.KEY=VALUE`, that not all cells of its sweep have; none where nobody knows."""
    cells, common = _shared(sweep)
    return [each for each in overrides if "." in each.partition("=")[0] and each not in common] if cells else []


def _shared(sweep: Path) -> tuple[int | None, frozenset[str]]:
    """How many cells there are, and what all have; the file is read once a process, and again when it has changed."""
    try:
        found = (sweep / CELLS).stat()
    except OSError:
        return None, frozenset()
    return _read(sweep, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=8)
def _read(sweep: Path, size: int, changed: int) -> tuple[int | None, frozenset[str]]:
    cells = expected(sweep)
    if not cells:
        return (None if cells is None else 0), frozenset()
    return len(cells), frozenset(set.intersection(*map(set, cells)))


def begin_now(sweep: Path) -> None:
    """Let the time of the cells count from now: what was done for all of them says nothing of how long each takes."""
    if (sweep / CELLS).is_file():
        os.utime(sweep / CELLS)


def outcome_of(cell: Path) -> dict[str, Any]:
    """The outcome in the folder of a cell; one that is not there, or cannot be read, is `missing`."""
    try:
        found = json.loads((cell / RESULT).read_text(encoding="utf-8"))
        return {**found, "status": str(found["status"]), "exit": int(found["exit"])}
    except (OSError, ValueError, TypeError, KeyError):
        return {"status": "missing", "exit": failures.BROKEN}


class Skipped:
    """Takes down the outcomes of cells that a sweep skips, as long as a `with` block lasts: a line each, at once."""

    def __init__(self, sweep: Path) -> None:
        self.path = sweep / SKIPPED
        self._file: TextIO | None = None

    def __enter__(self) -> "Skipped":
        # Of an earlier sweep in the same folder.
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def note(self, number: int, outcome: dict[str, Any]) -> None:
        """Write down the outcome of the cell with this number; raises OSError."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(json.dumps({"number": number, **outcome}) + "\n")
        self._file.flush()


def skipped(sweep: Path, cells: Sequence[Sequence[str]]) -> dict[int, dict[str, Any]]:
    """Number -> outcome of the cells that the sweep skipped; a line that was not written whole does not count."""
    found: dict[int, dict[str, Any]] = {}
    if (sweep / SKIPPED).is_file():
        for line in (sweep / SKIPPED).read_text(encoding="utf-8").splitlines():
            try:
                told = json.loads(line)
                found[int(told.pop("number"))] = told
            except (ValueError, KeyError, AttributeError):
                continue
    return {number: {"status": "skipped", "exit": 0, **told} for number, told in found.items() if number < len(cells)}
