"""What is asked for on the command line: the recommendation's own settings, and those of the data."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from inn_experiments.configuration.help import entry
from inn_experiments.configuration.keys import described
from inn_experiments.configuration.mistakes import own_file
from inn_experiments.contracts import UserError, nearest

USUAL_MINUTES = 10.0
HEAD = """Which preset is worth its rows for your data: python -m inn_experiments recommend data=... KEY=VALUE ...

Presets are fitted to parts of your rows and judged on the rest; one sentence says which to take, or none. Beside the
settings of data (--help data), seed, paths.outputs and trainer it reads:

"""
FOREIGN = ("data", "seed", "paths", "trainer")
"""What is handed on to the configuration as it is."""
WORDS = 17
"""The column at which the words of the help begin."""
UNREAD = ("test_fraction", "val_fraction", "fresh_fraction", "per_class", "pool_seed", "unseen", "snooping")
"""Settings of the data that divide rows, which the recommendation does itself."""


@dataclass(frozen=True)
class Asked:
    """The arguments after `recommend`.

    Attributes:
        presets: the only ones to try; none: those that suit the rows.
        minutes: that all may take; null (None): no limit.
        repeats: how often the rows are divided; null (None): three times, or less where the minutes do not suffice.
        trees: of a forest.
        times: generated rows over real ones; null (None): 1, or so many that a usual class gets 20.
        rows: that are used at most.
        worth: the least gain in macro F1 that is worth a recommendation.
        overrides: for the configuration.
    """

    presets: tuple[str, ...] = ()
    minutes: float | None = USUAL_MINUTES
    repeats: int | None = None
    trees: int = 100
    times: int | None = None
    rows: int = 3000
    worth: float = 0.01
    overrides: tuple[str, ...] = field(default=())


def help_text() -> str:
    """What `recommend --help` prints."""
    words, given = described(f"{__name__}.{Asked.__name__}"), [one for one in fields(Asked) if one.name in READ]
    usual = {one.name: {None: "null", (): "[]"}.get(one.default, one.default) for one in given}
    return HEAD + "\n".join(entry(f"  {name}={value}", words[name], WORDS) for name, value in usual.items()) + "\n"


def asked(arguments: Sequence[str]) -> Asked:
    """The arguments, read; raises UserError for one that is unknown or has no such value.

    >>> asked(["data=coffee", "presets=[convex,law]", "minutes=5"]).presets
    ('convex', 'law')
    """
    found, overrides = Asked(), []
    given: dict[str, Any] = {}
    for argument in arguments:
        key, sign, value = argument.partition("=")
        group, _, setting = key.lstrip("+~").partition(".")
        if key in READ:
            given[key] = READ[key](key, value)
        elif not sign or group not in FOREIGN:
            known = [*READ, *FOREIGN]
            if not sign and Path(argument).exists():
                raise UserError(f"recommend: {argument!r} is a file; {own_file(argument)}")
            raise UserError(f"recommend: {argument!r} is nothing that it reads{nearest(key, known)}")
        elif group == "data" and setting in UNREAD:
            raise UserError(f"{key}: recommend divides all rows itself, so that nothing reads it; leave it out")
        else:
            overrides.append(argument)
    if given.get("presets") and "minutes" not in given:
        # Who names presets wants these.
        given["minutes"] = None
    return replace(found, overrides=tuple(overrides), **given)


def _names(key: str, value: str) -> tuple[str, ...]:
    names = tuple(name.strip().strip("'\"") for name in value.strip("[]() ").split(","))
    if not all(names):
        raise UserError(f"{key}={value}: name presets, as in presets=[convex,law]")
    return tuple(dict.fromkeys(names))


def _whole(key: str, value: str) -> int:
    if not value.strip().isdecimal() or int(value) < 1:
        raise UserError(f"{key}={value}: must be a whole number of 1 or more")
    return int(value)


def _positive(key: str, value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise UserError(f"{key}={value}: must be a number above 0")
    return found


def _minutes(key: str, value: str) -> float | None:
    return None if value == "null" else _positive(key, value)


READ: dict[str, Callable[[str, str], Any]] = {
    "presets": _names,
    "minutes": _minutes,
    "repeats": _whole,
    "trees": _whole,
    "times": _whole,
    "rows": _whole,
    "worth": _positive,
}
