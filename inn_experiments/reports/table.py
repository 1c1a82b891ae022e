"""Markdown tables: of any rows, and of any runs by their axes and metrics."""

from collections.abc import Iterable, Sequence

import pandas as pd

from inn_experiments.contracts import UserError
from inn_experiments.contracts.quantity import GAIN, SHARE
from inn_experiments.measures.quantities import quantity
from inn_experiments.reports.estimate import Estimate, over_seeds
from inn_experiments.reports.runs import ABSENT, Frame, axis_words, one_run_each
from inn_experiments.reports.words import entry, interval, number


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    # A name of anybody's may have what divides columns and lines.
    safe = [[" ".join(text.splitlines()).replace("|", r"\|") for text in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in safe)


def arrowed(key: str) -> str:
    """The head of a number's column: its label, with an arrow where one end of the scale is best."""
    found = quantity(key)
    return found.label if found.best is not None else found.heading


def comparison_table(frame: Frame, rows: Sequence[str], columns: Sequence[str]) -> str:
    """Mean and 95 % half width over seeds of each metric, a row for each combination of the axes `rows`.

    `columns` are metric keys, e.g. `test/inverse/mse`, or differences of two, `A-B`, taken within each run and so
    paired; an error's best trivial predictor fills the last row. A run that does not read an axis shows `-`.

    Raises:
        UserError: no run has a metric, or two runs of one row share a seed.
    """
    values = {column: _values(frame, column) for column in columns}
    words = axis_words(frame, rows)
    one_run_each(
        frame,
        words.agg(lambda place: str(place.to_dict()), axis=1),
        "two runs of {place} have seed {seed}: they differ in an axis that --rows does not name; name it, or choose "
        "with --only AXIS=VALUE",
    )
    lines = []
    for place, runs in frame.apart(pd.Series([*words.itertuples(index=False, name=None)], words.index)).items():
        entries = [
            entry(over_seeds(values[column][runs.runs.index], runs), ABSENT, _limits(column)) for column in columns
        ]
        lines.append([*place, *entries, str(len(runs))])
    trivial = [_trivial(frame, column) for column in columns]
    if any(trivial):
        lines.append(["best trivial predictor", *[""] * (len(rows) - 1), *trivial, ""])
    return markdown([*rows, *columns, "seeds"], lines)


def _values(frame: Frame, column: str) -> pd.Series:
    first, *others = column.split("-")
    for key in (first, *others):
        if key not in frame.keys:
            raise UserError(f"--columns {column}: no metric {key!r} in these runs; they have {', '.join(frame.keys)}")
    return frame.value(first) - sum(frame.value(key) for key in others)


def _limits(column: str) -> tuple[float, float] | None:
    first, *others = column.split("-")
    found = quantity(first).limits
    return GAIN if others and found == SHARE else found


def _trivial(frame: Frame, column: str) -> str:
    """The range over these runs of the best trivial predictor of an error, '' for other metrics."""
    best = frame.trivial(column.replace("_walk/", "/")).min(axis=1).dropna()
    if best.empty or not column.startswith("test/"):
        return ""
    low, high = number(best.min()), number(best.max())
    return low if low == high else f"{low} to {high}"


def estimate_row(label: str, values: Sequence[Estimate | None], seeds: int, places: int, absent: str) -> list[str]:
    """A table row, `label` first, that says where it rests on fewer than `places` cells or `seeds` seeds.

    It says so once, if that holds for all of it; `absent` stands where there is no number.
    """
    notes = ["" if value is None else value.lacks(seeds, places) for value in values]
    common = {note for value, note in zip(values, notes, strict=True) if value is not None}
    if len(common) == 1:
        label, notes = label + common.pop(), [""] * len(notes)
    shown = [absent if value is None else interval(value.mean, value.half) for value in values]
    return [label, *(text + note for text, note in zip(shown, notes, strict=True))]
