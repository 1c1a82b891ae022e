"""The runs of a factorial experiment, sorted by the values of its factors, and contrasts between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from inn_experiments.contracts import UserError
from inn_experiments.reports.runs import Frame, axis_words, one_run_each
from inn_experiments.reports.table import ABSENT

Combination = dict[str, str]


@dataclass(frozen=True)
class Factorial:
    """Runs by the values of some factors.

    Attributes:
        frame: the runs.
        values: factor -> its values, the reference first.
        places: the combination of each run, as `label` writes it.
    """

    frame: Frame
    values: dict[str, tuple[str, ...]]
    places: pd.Series

    def table(self, column: str) -> pd.DataFrame:
        """A metric as seeds x all combinations, NaN where there is none."""
        found = self.frame.table(self.frame.value(column), self.places)
        return found.reindex(columns=[label(each) for each in combined(self.values)])

    def rests(self, chosen: Sequence[str]) -> list[Combination]:
        """The combinations of the factors other than `chosen`."""
        return combined({factor: values for factor, values in self.values.items() if factor not in chosen})

    def place(self, parts: Mapping[str, str]) -> str:
        """The label of a combination, whatever the order of its factors."""
        return label({factor: parts[factor] for factor in self.values})


def combined(values: Mapping[str, Sequence[str]]) -> list[Combination]:
    """All combinations of the factors' values."""
    return [dict(zip(values, corner, strict=True)) for corner in product(*values.values())]


def label(combination: Mapping[str, str]) -> str:
    """A combination in words."""
    return ", ".join(f"{factor}={value}" for factor, value in combination.items())


def factorial(frame: Frame, factors: Mapping[str, str | None]) -> Factorial:
    """The runs sorted into the combinations of some factors.

    Args:
        frame: the runs.
        factors: axis -> the value that the others are compared with, None for the first in order.

    Raises:
        UserError: an unknown factor or value, runs that differ in another axis, or that share a place and seed.
    """
    for factor in factors:
        if factor not in frame.axes or frame.axes[factor].isna().all():
            raise UserError(f"--factors {factor}: no such axis in these runs; they have {', '.join(_known(frame))}")
    _check_common(frame, {*factors, "seed"})
    words = axis_words(frame, factors, ABSENT)
    places = pd.Series([label(each) for each in words.to_dict("records")], index=words.index)
    one_run_each(frame, places, "two runs of {place} have seed {seed}; choose one with --only AXIS=VALUE")
    values = {}
    for factor, reference in factors.items():
        found = sorted(set(words[factor]), key=_order)
        if reference is not None and reference not in found:
            raise UserError(f"--factors {factor}={reference}: no run has that value; they have {', '.join(found)}")
        first = found[0] if reference is None else reference
        values[factor] = (first, *(value for value in found if value != first))
    return Factorial(frame, values, places)


def balanced(design: Factorial, chosen: Sequence[str], column: str) -> list[Combination]:
    """Combinations of the other factors in which every value of `chosen` has the metric at every seed."""
    full = design.table(column).notna().all()
    corners = combined({factor: design.values[factor] for factor in chosen})
    return [rest for rest in design.rests(chosen) if all(full[design.place(rest | corner)] for corner in corners)]


def contrasts(
    design: Factorial, pairs: Mapping[str, tuple[str, str]], others: Sequence[Combination], column: str
) -> list[float]:
    """Per seed the (difference of) differences between each pair's values, averaged over `others`.

    Args:
        design: the runs.
        pairs: factor -> (value, reference): one factor gives the main effect, two their interaction.
        others: combinations of the other factors; none of them give no contrast.
        column: the metric.
    """
    table, total = design.table(column), 0.0
    for rest in others:
        for signs in product((0, 1), repeat=len(pairs)):
            corner = {factor: pair[side] for (factor, pair), side in zip(pairs.items(), signs, strict=True)}
            total = total + (-1) ** sum(signs) * table[design.place(rest | corner)]
    return (total / len(others)).tolist() if others else []


def _known(frame: Frame) -> list[str]:
    return sorted(axis for axis in frame.axes if frame.axes[axis].notna().any())


def _check_common(frame: Frame, free: set[str]) -> None:
    """Refuse runs that differ in an axis which is no factor: its effect would be taken for a factor's."""
    for axis in sorted({*_known(frame)} - free):
        found = sorted(set(axis_words(frame, [axis], ABSENT)[axis]), key=_order)
        if len(found) > 1:
            raise UserError(
                f"the runs differ in {axis} ({', '.join(found)}; {ABSENT}: at its default), which is no "
                f"factor; name it in --factors, or choose with --only {axis}=VALUE"
            )


def _order(value: str) -> tuple[bool, float, str]:
    """Numbers by size, then words."""
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value
