"""Rows for checked wishes: the same that the Python API and the command make of the kept synthesizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inn_experiments.artifact.compounds import asked
from inn_experiments.artifact.facts import Facts
from inn_experiments.artifact.kept import Kept, read
from inn_experiments.artifact.rows import table
from inn_experiments.contracts import UserError, nearest

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS, MOST_VALUES = 100_000, 4_000_000
"""Of one answer, where no limit is set: values are written as text, with their column's name beside each."""


def usual_limit(columns: int) -> int:
    """How many rows of so many columns a request may ask for, where nobody says otherwise.

    >>> usual_limit(40), usual_limit(2000)
    (100000, 2000)
    """
    return max(1, min(MOST_ROWS, MOST_VALUES // max(1, columns)))


def columns_of(facts: Facts) -> tuple[str, ...]:
    """Names of the values of a row; those of 2-D records are retention and drift, both counted."""
    if facts.records is None:
        return facts.columns
    retentions, drifts = facts.records
    return tuple(f"{one},{other}" for one in range(retentions) for other in range(drifts))


def opened(folder: Path) -> Kept:
    """The kept synthesizer in `folder`, ready to sample and with a name for each value; raises UserError as `read`."""
    kept = read(folder)
    # What is wrong with its files, a server says when it starts.
    ready = kept.synthesizer
    named = kept.called(replace(kept.facts, columns=columns_of(kept.facts)))
    assert named.synthesizer is ready
    return named


def answer(kept: Kept, wanted: Mapping[str, int], seed: int, limit: int) -> pd.DataFrame:
    """Rows of the classes that are wanted, in this order: class, values, and the mark of synthetic rows.

    Raises UserError for an unknown class, more than `limit` rows, and none at all.
    """
    for name in wanted:
        if name not in kept.facts.classes:
            raise UserError(f"label: {name!r} is no class of this model{nearest(name, kept.facts.classes)}")
    rows = sum(wanted.values())
    if rows > limit:
        raise UserError(
            f"n: {rows:,} rows are asked for, and this model gives at most {limit:,} a request; ask several times, "
            "each time with another seed"
        )
    if not rows:
        raise UserError("n: no rows are asked for")
    return table(*asked(kept, classes=wanted), seed)
