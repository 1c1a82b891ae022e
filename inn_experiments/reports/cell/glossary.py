"""What each heading of the page means, for a chemist: one home for the words, by the key of the quantity."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from inn_experiments.measures.quantities import QUANTITIES, TREATMENTS, quantity

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class Term(NamedTuple):
    """An entry of the glossary.

    Attributes:
        mark: its anchor on the page.
        name: as headings have it.
        words: what it means, and which way is better.
    """

    mark: str
    name: str
    words: str


def term(key: str) -> Term | None:
    """The entry for the number with this key, or for a word of the page; None where there is none.

    Of the entries whose key it ends with the longest is taken.

    Example:
        >>> term("test/samples/coverage").words.split(":")[0], term("same_rows").mark, term("nothing")
        ('The share of real rows that have a generated row among their nearest neighbours', 'g-same_rows', None)
    """
    parts = key.removesuffix("_worst").split("/")
    for start in range(len(parts)):
        ending = "/".join(parts[start:])
        words = WORDS["words"].get(ending) or _direction(ending)
        if words:
            return Term(f"g-{ending.replace('/', '-')}", _name(ending), f"{words}{_meaning(ending)}")
    return None


def terms(keys: Iterable[str]) -> list[Term]:
    """The entries for all these keys, each once, sorted by name."""
    found = {one.mark: one for one in map(term, keys) if one is not None}
    return sorted(found.values(), key=lambda one: one.name.lower())


def every_term() -> list[Term]:
    """All entries, sorted by name."""
    ways = [f"{way}/{error}" for way in WORDS["directions"] for error in WORDS["errors"]]
    return terms([*WORDS["words"], *ways])


def _name(ending: str) -> str:
    if ending.startswith("trained/"):
        return TREATMENTS[ending.removeprefix("trained/")]
    return WORDS["names"].get(ending) or quantity(ending).label


def _direction(ending: str) -> str:
    """Errors of directions are told by how the distance is measured, and by what goes into what."""
    way, _, error = ending.partition("/")
    if way in WORDS["directions"] and error in WORDS["errors"]:
        return f"{WORDS['errors'][error]}, on test rows: {WORDS['directions'][way]}"
    return ""


def _meaning(ending: str) -> str:
    found = QUANTITIES.get(ending)
    if found is None or (found.better is None and found.best is None):
        return "."
    return f"; {found.meaning.partition(',')[0]}."
