"""The finished runs of an outputs folder as one frame: what is known of each run, and every number of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cached_property
from operator import attrgetter

import pandas as pd

from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Number, Report

ABSENT = "-"
"""The value of an axis that a run does not read."""
FACTS = ("cell", "seed", "fingerprint", "split", "versions", "warnings")
COLUMNS = tuple(item.name for item in fields(Number))


@dataclass(frozen=True)
class Frame:
    """Finished runs, sorted by seed: tables whose rows are runs, and series of one value a run made from them.

    A query is arithmetic on such series: `frame.value(a) - frame.value(b)` is paired, and NaN where a run lacks one.

    Attributes:
        runs: one row a run, with the columns of FACTS.
        axes: the same rows, one column an axis, values as words; None where a run does not read the axis.
        numbers: one row for each run and number: `run`, a row of `runs`, and the fields of `contracts.report.Number`;
            `of` and `reference` are '' for all classes and for the cell itself. `parameters` and `seconds/STEP` are
            numbers, too.
    """

    runs: pd.DataFrame
    axes: pd.DataFrame
    numbers: pd.DataFrame

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def seeds(self) -> list[int]:
        """The seeds of the runs, each once, sorted."""
        return sorted(set(self.runs["seed"]))

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the cells' own numbers over all classes, sorted."""
        own = (self.numbers["of"] == "") & (self.numbers["reference"] == "")
        return sorted(set(self.numbers["key"][own]))

    def take(self, wanted: pd.Series) -> Frame:
        """The runs for which `wanted`, a series over runs, is true."""
        return Frame(self.runs[wanted], self.axes[wanted], self.numbers[self.numbers["run"].map(wanted).astype(bool)])

    def value(self, key: str, of: str = "", reference: str = "") -> pd.Series:
        """One number of every run; NaN where a run lacks it."""
        found = self._values.get((key, of, reference), pd.Series(dtype=float))
        return found.reindex(self.runs.index)

    def references(self, key: str) -> pd.DataFrame:
        """What others gave in the place of the cell's generator: runs x names, sorted by name."""
        names = sorted(name for found, of, name in self._values if found == key and of == "" and name)
        return pd.DataFrame({name: self.value(key, reference=name) for name in names}, index=self.runs.index)

    def classes(self, key: str) -> pd.DataFrame:
        """One number class by class: runs x classes, in the order of the reports."""
        names = dict.fromkeys(of for found, of, _ in self._values if found == key and of)
        return pd.DataFrame({name: self.value(key, of=name) for name in names}, index=self.runs.index)

    def apart(self, places: pd.Series) -> dict[Hashable, Frame]:
        """The runs of each place, in the order of the places; `places` says where each run belongs."""
        return {one: self.take(places.map(lambda place, one=one: place == one)) for one in sorted(set(places))}

    def holds(self, beginning: str) -> pd.Series:
        """Whether each run has a number whose key begins so."""
        found = self.numbers["run"][self.numbers["key"].str.startswith(beginning)]
        return pd.Series(self.runs.index.isin(found), index=self.runs.index)

    def split(self, part: str) -> pd.Series:
        """What every run's split says of `part`, e.g. its `train` rows; None where it says nothing."""
        return self.runs["split"].map(lambda split: split.get(part))

    def table(self, values: pd.Series, places: pd.Series) -> pd.DataFrame:
        """`values` as seeds x places; `places` names each run's row of a report, and has one run a seed."""
        return pd.DataFrame({"seed": self.runs["seed"], "place": places, "value": values}).pivot(
            index="seed", columns="place", values="value"
        )

    @cached_property
    def _values(self) -> dict[tuple[str, str, str], pd.Series]:
        return dict(iter(self.numbers.set_index("run").groupby(["key", "of", "reference"], sort=False)["value"]))


def frame_of(reports: Iterable[Report]) -> Frame:
    """The frame of some reports."""
    known = sorted(reports, key=attrgetter("seed"))
    facts, fields_of = attrgetter(*FACTS), attrgetter(*COLUMNS)
    axes = [{axis: str(value) for axis, value in one.axes.items() if value is not None} for one in known]
    numbers = [(run, *fields_of(number)) for run, report in enumerate(known) for number in _numbers(report)]
    table = pd.DataFrame(numbers, columns=["run", *COLUMNS])
    table[["of", "reference"]] = table[["of", "reference"]].astype(object).fillna("")
    axes = pd.DataFrame(axes, index=range(len(known)), dtype=object)
    return Frame(pd.DataFrame(map(facts, known), columns=FACTS), axes.where(axes.notna(), None), table)


def _numbers(report: Report) -> list[Number]:
    seconds = [Number(f"seconds/{step}", seconds) for step, seconds in report.timings.items()]
    return [*report.numbers, Number("parameters", report.parameters), *seconds]


def fitting(frame: Frame, only: Mapping[str, str]) -> pd.Series:
    """Whether each run has every axis value of `only`; `*` and `?` stand for any text, `cell` is the run's name."""
    known = frame.axes.assign(cell=frame.runs["cell"])
    wanted = pd.Series(True, index=frame.runs.index)
    for axis, pattern in only.items():
        values = known[axis] if axis in known else pd.Series(None, index=known.index, dtype=object)
        wanted &= values.map(lambda value, pattern=pattern: value is not None and fnmatchcase(value, pattern))
    return wanted


def choose(
    frame: Frame, only: Mapping[str, str], holds: pd.Series | None = None, thing: str = "", advice: str = ""
) -> Frame:
    """The runs that fit `only` and that a study can use.

    Args:
        frame: all finished runs.
        only: axis (or `cell`) -> the value, or pattern, a run must have.
        holds: whether a run has what the study is about; None where any run has.
        thing: what that is, in words.
        advice: which runs would have it.

    Raises:
        UserError: no run is left.
    """
    wanted = fitting(frame, only) if holds is None else fitting(frame, only) & holds
    if wanted.any():
        return frame.take(wanted)
    found = f"{thing} and {only or 'any axes'}; {advice}" if thing else only or "anything to show"
    raise UserError(f"none of the {len(frame)} finished runs has {found}")


def axis_words(frame: Frame, axes: Iterable[str], absent: str = ABSENT) -> pd.DataFrame:
    """The values of some axes, one column an axis, with `absent` where a run does not read it."""
    return frame.axes.reindex(columns=list(axes)).astype(object).fillna(absent)


def missing_runs(frame: Frame, places: pd.Series, wanted: Iterable[str], seeds: Iterable[int]) -> dict[str, list[int]]:
    """The places that lack runs, in the order in which they are wanted, each with the seeds it lacks.

    Args:
        frame: the runs that there are.
        places: where each of them belongs.
        wanted: all places.
        seeds: the seeds that each should have.
    """
    there = set(zip(places, frame.runs["seed"], strict=True))
    absent = {place: [seed for seed in seeds if (place, seed) not in there] for place in wanted}
    return {place: lacking for place, lacking in absent.items() if lacking}


def one_run_each(frame: Frame, places: pd.Series, words: str) -> None:
    """Refuse two runs of one seed at one place, which would be counted as two seeds.

    Args:
        frame: the runs.
        places: what names each run's row of the report.
        words: the error for people; it may name `{place}`, `{seed}`, both runs as `{first.cell}`, `{second.cell}` or
            their fingerprints, and the axes in which they are `{differing}`.

    Raises:
        UserError: two runs claim one place.
    """
    seen: dict[tuple[str, int], int] = {}
    for run, place, seed in zip(frame.runs.index, places, frame.runs["seed"], strict=True):
        other = seen.setdefault((place, seed), run)
        if other != run:
            first, second = (frame.axes.loc[one].fillna("") for one in (other, run))
            differing = ", ".join(sorted(first.index[first != second])) or "no axis"
            pair = {"first": frame.runs.loc[other], "second": frame.runs.loc[run]}
            raise UserError(words.format(place=place, seed=seed, differing=differing, **pair))
