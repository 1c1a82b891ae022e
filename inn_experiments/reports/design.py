"""Runs sorted into the combinations of some axes' values: a sweep as seeds x places."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import pandas as pd

from inn_experiments.contracts import UserError
from inn_experiments.reports.estimate import Estimate, estimate
from inn_experiments.reports.runs import Frame, axis_words, missing_runs

Combination = Mapping[str, str]


@dataclass(frozen=True)
class Design:
    """The runs of a sweep and where each of them belongs.

    Attributes:
        frame: the runs; at most one for each seed and place.
        values: axis -> its values, in the order of tables.
        seeds: those that each place should have.
        label: a combination of values -> the name of its place.
    """

    frame: Frame
    values: Mapping[str, Sequence[str]]
    seeds: Sequence[int]
    label: Callable[[Combination], str]

    def places(self, **fixed: str) -> list[str]:
        """The places whose axes have the fixed values, in order: `places(method="svd")`."""
        values = {**self.values, **{axis: [value] for axis, value in fixed.items()}}
        return [self.label(each) for each in combined(values)]

    def place(self, combination: Combination) -> str:
        """The place of a combination, whatever the order of its axes."""
        return self.label({axis: combination[axis] for axis in self.values})

    @cached_property
    def places_of_runs(self) -> pd.Series:
        """The place of each run."""
        words = axis_words(self.frame, self.values)
        return pd.Series([self.label(each) for each in words.to_dict("records")], index=words.index)

    def table(self, values: pd.Series) -> pd.DataFrame:
        """A series over runs as seeds x places; NaN where a run is missing."""
        found = pd.DataFrame({"seed": self.frame.runs["seed"], "place": self.places_of_runs, "value": values})
        return found.pivot(index="seed", columns="place", values="value").reindex(self.seeds, columns=self.places())

    def number(self, key: str, reference: str = "") -> pd.DataFrame:
        """A number of the runs as seeds x places."""
        return self.table(self.frame.value(key, reference=reference))

    def estimate(self, table: pd.DataFrame) -> Estimate | None:
        """Mean and 95 % interval over seeds of a number, seeds x some of the places; None where there is no number."""
        return estimate(table, self.frame)

    def missing(self) -> dict[str, list[int]]:
        """The places that lack runs, each with the seeds it lacks."""
        return missing_runs(self.frame, self.places_of_runs, self.places(), self.seeds)


def combined(values: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """All combinations of the axes' values."""
    return [dict(zip(values, corner, strict=True)) for corner in product(*values.values())]


def axis_values(frame: Frame, axis: str, absent: str | None = None) -> list[str]:
    """The values of an axis, numbers by size and then words; `absent` is one where some run does not read it."""
    column = frame.axes[axis] if absent is None else axis_words(frame, [axis], absent)[axis]
    return sorted(set(column.dropna()), key=_order)


def common_axes(frame: Frame, besides: set[str], words: str, absent: str | None = None) -> dict[str, str]:
    """The axes `besides` those of a design, and the one value of each.

    `words` are the error for people, of `{axis}`, the values `{found}` and the `{first}` of them; `absent` stands for
    runs that do not read an axis, None where they have no say in it.

    Raises:
        UserError: the runs differ in another axis, whose effect would be taken for that of the design.
    """
    found = {axis: axis_values(frame, axis, absent) for axis in sorted({*frame.axes} - besides)}
    for axis, values in found.items():
        if len(values) > 1:
            raise UserError(words.format(axis=axis, found=", ".join(values), first=values[0]))
    return {axis: values[0] for axis, values in found.items() if values}


def _order(value: str) -> tuple[bool, float, str]:
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value
