"""The finished runs of an outputs folder as one frame: what is known of each run, and every number of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

import pandas as pd

from inn_experiments.contracts import Number, Report, UserError
from inn_experiments.measures.quantities import BAR
from inn_experiments.reports.sharing import Sharing, sharing_of

ABSENT = "-"
"""The value of an axis that a run does not read."""
FACTS = ("cell", "seed", "fingerprint", "split", "versions", "warnings", "trained")
COLUMNS = ("run", *Number.__dataclass_fields__)


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
    def sharing(self) -> dict[str, Sharing]:
        """Data set -> what its seeds share, which decides what an interval over them is."""
        return sharing_of(self.runs, self.axes)

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

    def trivial(self, key: str) -> pd.DataFrame:
        """What the trivial predictors gave: the references without the class-wise one, which learns more than they."""
        return self.references(key).drop(columns=BAR, errors="ignore")

    def classes(self, key: str) -> pd.DataFrame:
        """One number class by class: runs x classes, in the order of the reports."""
        names = dict.fromkeys(of for found, of, _ in self._values if found == key and of)
        return pd.DataFrame({name: self.value(key, of=name) for name in names}, index=self.runs.index)

    def apart(self, places: pd.Series, twins: str = "") -> dict[Hashable, Frame]:
        """The runs of each of `places`, in their order; `twins`: the words that refuse two runs of one seed there."""
        if twins:
            one_run_each(self, places, twins)
        return {one: self.take(places.map(lambda place, one=one: place == one)) for one in sorted(set(places))}

    def holds(self, beginning: str) -> pd.Series:
        """Whether each run has a number whose key begins so."""
        found = self.numbers["run"][self.numbers["key"].str.startswith(beginning)]
        return pd.Series(self.runs.index.isin(found), index=self.runs.index)

    def split(self, part: str) -> pd.Series:
        """What every run's split says of `part`, e.g. its `train` rows; None where it says nothing."""
        return self.runs["split"].map(lambda split: split.get(part))

    @cached_property
    def _values(self) -> dict[tuple[str, str, str], pd.Series]:
        return dict(iter(self.numbers.set_index("run").groupby(["key", "of", "reference"], sort=False)["value"]))


def frame_of(reports: Iterable[Report]) -> Frame:
    """The frame of some reports."""
    known, found = sorted(reports, key=lambda report: report.seed), []
    for run, report in enumerate(known):
        seconds = [Number(f"seconds/{step}", seconds) for step, seconds in report.timings.items()]
        every = [*report.numbers, Number("parameters", report.parameters), *seconds]
        found += [{"run": run, **vars(number)} for number in every]
    numbers = pd.DataFrame(found, columns=COLUMNS)
    numbers[["of", "reference"]] = numbers[["of", "reference"]].astype(object).fillna("")
    words = [{axis: str(value) for axis, value in one.axes.items() if value is not None} for one in known]
    axes = pd.DataFrame(words, index=range(len(known)), dtype=object)
    return Frame(pd.DataFrame(map(vars, known), columns=FACTS), axes.where(axes.notna(), None), numbers)


def fitting(frame: Frame, only: Mapping[str, str]) -> pd.Series:
    """Whether each run has every axis value of `only`; `*` and `?` stand for any text, `cell` is the run's name."""
    known = frame.axes.assign(cell=frame.runs["cell"])
    wanted = pd.Series(True, index=frame.runs.index)
    for axis, pattern in only.items():
        values = known[axis] if axis in known else pd.Series(None, index=known.index, dtype=object)
        wanted &= values.map(lambda value, pattern=pattern: isinstance(value, str) and fnmatchcase(value, pattern))
    return wanted


def choose(
    frame: Frame, only: Mapping[str, str], holds: pd.Series | None = None, thing: str = "", advice: str = ""
) -> Frame:
    """The runs that fit `only`, see `fitting`, and that have what a study is about.

    `holds` is whether a run has the thing, `thing` what it is, in words, and `advice` which runs would have it.

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
    """The `wanted` places that lack runs of `seeds`, in their order, each with the seeds it lacks."""
    there = set(zip(places, frame.runs["seed"], strict=True))
    absent = {place: [seed for seed in seeds if (place, seed) not in there] for place in wanted}
    return {place: lacking for place, lacking in absent.items() if lacking}


def one_run_each(frame: Frame, places: pd.Series, words: str) -> None:
    """Refuse two runs of one seed at one place, which would be counted as two seeds.

    `places` name each run's row of the report. `words` are the error for people, and may name `{place}`, `{seed}`, both
    runs as `{first.cell}`, `{second.cell}` or their fingerprints, and the axes in which they are `{differing}`.

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
