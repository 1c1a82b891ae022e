"""Pages that people wrote around what scripts print: `<!-- head -->` and `<!-- output N -->` mark the places."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from inn_experiments.reports.page import program

HEAD, OUTPUT = "<!-- head -->", re.compile(r"<!-- output (\d+) -->")
PLACE = re.compile(r"<!-- (?:head|output \d+) -->")
PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "chemotools", "mnist1d")


def has_places(reading: Path) -> bool:
    """Whether a reading is a whole page with places for what is printed."""
    return reading.is_file() and HEAD in reading.read_text(encoding="utf-8")


def filled(text: str, name: str, typed: Sequence[str], printed: Sequence[str]) -> str:
    r"""The reading of a page with head and outputs in their places; `printed` are the outputs of the scripts, in order.

    >>> filled("a\n<!-- output 2 -->", "page", [], ["b", "c"])
    'a\nc'
    """
    with_outputs = OUTPUT.sub(lambda found: printed[int(found[1]) - 1].strip("\n"), text)
    return with_outputs.replace(HEAD, head(name, typed))


def head(name: str, typed: Sequence[str]) -> str:
    """Day, program, versions and what was typed."""
    versions = [f"python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)]
    facts = [f"- {date.today()}", f"- {program()}", f"- versions: {', '.join(versions)}"]
    return "\n".join([*facts, "", "```", *typed, f"# all of this page: make results RESULTS={name}", "```"])


def written(text: str) -> list[str]:
    """What people wrote of a reading: the pieces between its places."""
    return [piece.strip() for piece in PLACE.split(text) if piece.strip()]
