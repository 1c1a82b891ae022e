"""Which columns of a table are channels: those along its axis, or all that are numbers; nobody has to list them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from inn_experiments.contracts import UserError, printable
from inn_experiments.data.axes import Axis, series
from inn_experiments.data.checks import SHOWN, check_present, check_unique, shorten
from inn_experiments.data.tables.sheet import Sheet, to_numbers

MARK = "synthetic"
"""The column by which this program marks the rows that it made."""

UNNAMED = re.compile(r"|unnamed: \d+(_level_\d+)?|index|level_\d+", re.IGNORECASE)
"""How pandas and others name a column of row numbers that was saved with a table."""

COUNTERS = re.compile(
    r"(row|sample|spectrum|obs|observation|case|record)?[ _.-]?(id|no|nr|num|number|#)?\.?", re.IGNORECASE
)
"""What a column that counts the rows is called, where the names of the others say nothing of its kind."""

AGAIN = re.compile(r"unnamed: \d+(_level_\d+)?", re.IGNORECASE)
"""What pandas calls a nameless column that it has read and written again: that much is known of it and no more."""


@dataclass(frozen=True)
class Channels:
    """The `places` of the columns that are channels, their `axis`, and what is left out of the others and why."""

    places: list[int]
    axis: Axis
    left_out: list[str]


def choose(
    sheet: Sheet, columns: Mapping[str, str], features: Sequence[str] | None, ignore: Sequence[str], unit: str | None
) -> Channels:
    """The channels of a sheet beside the columns that have the label, group and SMILES.

    Where at least half of the names are numbers, or numbers with a unit, they are the axis: another column is left out
    where it holds text or counts the rows, and stops the run where it holds numbers, which may be meant.

    Args:
        sheet: the table.
        columns: argument -> name of the columns with label, group and SMILES.
        features: names, or patterns such as `V*`, that were chosen; None for all that are not ignored.
        ignore: names, or patterns such as `meta_*`, of columns that are no channels.
        unit: of the axis; None takes it from the names.

    Raises:
        UserError: a name that is not there, or twice; no channel; a column of numbers that is not on the axis.
    """
    names, where = sheet.names, sheet.where
    for argument, column in columns.items():
        check_present(column, f"data.{argument}", names, where)
        check_unique([name for name in names if name == column], where)
    if features is not None:
        return _features(sheet, columns, features, ignore, unit)
    left_out = _ignored(sheet, columns, ignore)
    rest = [place for place, name in enumerate(names) if name not in columns.values() and place not in left_out]
    found = series([names[place] for place in rest])
    members = {rest[place] for place in found.places}
    along = bool(members) and 2 * len(members) >= len([place for place in rest if names[place]])
    strangers = [place for place in rest if place not in members]
    suspects = {p for p in strangers if along or names[p] in sheet.indices or UNNAMED.fullmatch(names[p])}
    counters = {p for p in strangers if COUNTERS.fullmatch(names[p]) or names[p] == MARK}
    told = _judge(sheet, suspects, counters, along)
    chosen = [place for place in rest if place not in told]
    check_unique([names[place] for place in chosen], where)
    if not chosen:
        raise UserError(f"{where}: no feature column is left; its columns are: {shorten(names)}")
    axis = found.axis if along and not sheet.counted else Axis()
    reasons: dict[str, list[str]] = {}
    for place, reason in sorted((left_out | told).items()):
        reasons.setdefault(reason, []).append(repr(printable(names[place])))
    summary = [f"{reason} {shorten(them, 5)}" for reason, them in reasons.items()]
    return Channels(chosen, Axis(axis.values, _unit(axis, sheet, unit), axis.name), summary)


def _features(
    sheet: Sheet, columns: Mapping[str, str], features: Sequence[str], ignore: Sequence[str], unit: str | None
) -> Channels:
    names, where = sheet.names, sheet.where
    features = _named(names, features, set(columns.values()))
    for feature in features:
        check_present(feature, "data.features", names, where)
        if feature in columns.values():
            raise UserError(f"data.features: {feature!r} is the label, group or SMILES column, not a feature")
    check_unique(features, "data.features")
    check_unique([name for name in names if name in set(features)], where)
    if ignore:
        raise UserError("data.features names the channels and data.ignore what is none: give one of them")
    if not features:
        raise UserError(f"data.features=[]: no feature column is left; {where} has the columns: {shorten(names)}")
    found = series(features)
    axis = found.axis if len(found.places) == len(features) else Axis()
    left = [repr(printable(name)) for name in names if name not in features and name not in columns.values()]
    left_out = [f"columns that data.features does not name: {shorten(left, 5)}"] if left else []
    return Channels(
        [names.index(name) for name in features], Axis(axis.values, _unit(axis, sheet, unit), axis.name), left_out
    )


def _named(names: Sequence[str], patterns: Sequence[str], taken: set[str]) -> list[str]:
    """The names that are meant: a name itself, or all free ones that fit a pattern; what fits none stays as it is."""
    found: list[str] = []
    for pattern in patterns:
        fitting = [name for name in names if name not in taken and name not in found and fnmatchcase(name, pattern)]
        found += [pattern] if pattern in names else fitting or [pattern]
    return found


def _unit(axis: Axis, sheet: Sheet, unit: str | None) -> str:
    return unit if unit is not None else axis.unit or sheet.unit


def _ignored(sheet: Sheet, columns: Mapping[str, str], ignore: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for pattern in ignore:
        fitting = [place for place, name in enumerate(sheet.names) if name == pattern or fnmatchcase(name, pattern)]
        if not fitting:
            check_present(pattern, "data.ignore", sheet.names, sheet.where)
        needed = [repr(sheet.names[place]) for place in fitting if sheet.names[place] in columns.values()]
        if needed and pattern in sheet.names:
            raise UserError(f"data.ignore={pattern}: this is the label, group or SMILES column")
        found |= {place: "in data.ignore:" for place in fitting if sheet.names[place] not in columns.values()}
    return found


def _judge(sheet: Sheet, suspects: set[int], counters: set[int], along: bool) -> dict[int, str]:
    """Place -> why this column is no channel, for those of which it is sure; raises UserError for other suspects."""
    told: dict[int, str] = {}
    wrong: dict[int, str] = {}
    # Of the columns alone that there is a question about: in a table of words that is none, or one.
    looked = sorted(suspects | counters)
    for place, cells in zip(looked, sheet.first(looked) if looked else [], strict=True):
        numbers, bad = to_numbers(cells)
        name = sheet.names[place]
        if _counts(numbers) and not AGAIN.fullmatch(name):
            told[place] = "row numbers in column"
        elif name == MARK and bad.all():
            told[place] = "what says that rows are synthetic, in column"
        elif place not in suspects:
            continue
        elif name in sheet.indices:
            told[place] = "an index, as the file says, in column"
        elif not (cells != "").any():
            told[place] = "nothing in column"
        elif bad.any():
            told[place] = "text in column"
        else:
            wrong[place] = repr(str(cells[0]))
    if wrong:
        names = [repr(printable(sheet.names[place])) for place in wrong]
        cure = ",".join(_quoted(printable(sheet.names[place])) for place in [*wrong][:SHOWN])
        why = "are no places on the axis that the others stand on" if along else "have no name of their own"
        values = ", ".join([*wrong.values()][:SHOWN])
        raise UserError(
            f"{sheet.where}: columns of numbers that {why}: {shorten(names, SHOWN)} (first values {values}"
            f"); leave them out with 'data.ignore=[{cure}{', ...' if len(wrong) > SHOWN else ''}]', or name all "
            "channels in data.features"
        )
    return told


def _quoted(name: str) -> str:
    """A name as the command line takes it in a list."""
    return name if re.fullmatch(r"\w+", name) else f'"{name}"'


def _counts(numbers: np.ndarray) -> bool:
    """Whether they count: whole numbers, each one more than the one before."""
    whole = np.isfinite(numbers).all() and (numbers == np.round(numbers)).all()
    return len(numbers) > 2 and bool(whole) and bool((np.diff(numbers) == 1).all())
