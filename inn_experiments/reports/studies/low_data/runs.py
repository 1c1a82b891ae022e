"""Finished runs at few rows a class, sorted by data and by rows a class, and what is read from them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from scipy import stats

from inn_experiments.measures.numbers.intervals import Interval, corrected_interval, mean_interval
from inn_experiments.measures.quantities import CLASSIFIERS
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import Frame, choose, missing_runs, one_run_each

TWINS = (
    "two finished runs of {place} have seed {seed}; they differ in {differing}: choose one with --only AXIS=VALUE, or "
    "keep each comparison in its own outputs"
)
REFERENCES = ("convex", "bootstrap")
"""Treatments that every run has, whatever its generator; presets of these names only bring them along."""
COMMON = ("data", "generator", "preset", "train_rows", "seed")
ALL_ROWS = "all"


class Gain(NamedTuple):
    """A mean difference of two scores, paired within seeds, with the half widths of three 95 % intervals.

    Attributes:
        mean: over seeds.
        half: over seeds, Student's t where all have one test part; None with one seed.
        corrected: that of Nadeau and Bengio (2003) for seeds that share rows.
        seeds: how many.
        classes: Student's t over classes of their mean differences; None where classes are not told.
    """

    mean: float
    half: float | None
    corrected: float | None
    seeds: int
    classes: float | None


def sorted_out(frame: Frame, only: Mapping[str, str]) -> tuple[Frame, dict[str, Frame]]:
    """(the finished runs that have a preset and this utility, those of each data set and number of rows added).

    Raises:
        UserError: no run fits, or two runs claim one place.
    """
    preset = frame.axes.reindex(columns=["preset"])["preset"]
    wanted = preset.notna() & frame.value("utility/same_rows/real/f1_macro").notna()
    chosen = choose(frame, only, wanted, "a preset and utility", "run experiment=low_data first")
    places = pd.Series([_place(chosen, run) for run in chosen.runs.index], index=chosen.runs.index)
    words = "preset=" + methods_of(chosen) + ", " + rows_of(chosen) + " rows a class, on " + places
    one_run_each(chosen, words, TWINS)
    return chosen, chosen.apart(places)


def _place(frame: Frame, run: int) -> str:
    split, data = frame.runs.loc[run, "split"], frame.axes.loc[run, "data"]
    name = split.get("name", data) if data == "table" else data
    groups = " divided by group" if (split.get("read") or {}).get("groups") else ""
    if pd.notna(frame.value("amount/chosen")[run]):
        return f"{name}{groups}, amount chosen within training rows"
    added = frame.value("utility/same_rows/synthetic_only/n_train")[run] / split["classes"]
    return f"{name}{groups}, {added:.0f} rows a class added"


def methods_of(frame: Frame) -> pd.Series:
    """The preset of each run, with the values of other axes in which runs of this preset differ."""
    preset, names = frame.axes["preset"], frame.axes["preset"].copy()
    for axis in sorted({*frame.axes} - {*COMMON}):
        values = frame.axes[axis]
        varied = values.fillna("").groupby(preset).transform("nunique") > 1
        names += values.map(lambda value, axis=axis: f" {axis}={value}").where(varied & values.notna(), "")
    return names


def rows_of(frame: Frame) -> pd.Series:
    """The rows a class that each run trained on, as words."""
    return frame.axes.reindex(columns=["train_rows"])["train_rows"].fillna(ALL_ROWS).astype(str)


def by_rows(runs: Frame) -> dict[str, Frame]:
    """Rows a class -> the runs that trained on so many, the fewest first."""
    found = runs.apart(rows_of(runs))
    return {k: found[k] for k in sorted(found, key=lambda k: float("inf") if k == ALL_ROWS else float(k))}


def classifiers(runs: Frame) -> list[str]:
    """The classifiers that some run has, in the order of tables."""
    return [name for name in CLASSIFIERS if f"{prefix(name)}/real/f1_macro" in runs.keys]


def prefix(classifier: str) -> str:
    """How the keys of a classifier's numbers begin."""
    return "utility/same_rows" if classifier == "forest" else f"utility/same_rows/{classifier}"


def generators(runs: Frame) -> list[str]:
    """The methods of the runs that are no reference, by name."""
    return sorted({method for method in methods_of(runs) if method not in REFERENCES})


def methods(runs: Frame) -> list[str]:
    """Generators, and then the references."""
    return [*generators(runs), *REFERENCES]


def score(runs: Frame, classifier: str, method: str, treatment: str, measure: str = "f1_macro") -> pd.Series:
    """Seed -> a measure of a treatment in the runs of a generator; `method` '' for what all runs of a seed share."""
    values = runs.value(f"{prefix(classifier)}/{treatment}/{measure}")
    if method:
        values = values[methods_of(runs) == method]
    return values.dropna().groupby(runs.runs["seed"]).max()


def of_method(runs: Frame, classifier: str, method: str, measure: str = "f1_macro") -> pd.Series:
    """Seed -> a measure of real rows and those of a method, which may be a reference."""
    own = (method, "synthetic") if method not in REFERENCES else ("", method)
    return score(runs, classifier, *own, measure)


def gain(runs: Frame, classifier: str, method: str, against: str) -> Gain | None:
    """Macro F1 of real rows and a method's less that of a treatment; None where no seed has both."""
    found = (of_method(runs, classifier, method) - score(runs, classifier, "", against)).dropna()
    if found.empty:
        return None
    sizes = [int(runs.split(part).mean()) for part in ("train", "test")]
    (mean, half), (_, corrected) = over_seeds(found, runs), corrected_interval(found.tolist(), *sizes)
    return Gain(mean, half, corrected, len(found), _over_classes(runs, classifier, method, against))


def _over_classes(runs: Frame, classifier: str, method: str, against: str) -> float | None:
    treatment = method if method in REFERENCES else "synthetic"
    there = runs if method in REFERENCES else runs.take(methods_of(runs) == method)
    own, other = (there.classes(f"{prefix(classifier)}/{name}/f1") for name in (treatment, against))
    found = (own - other).mean().dropna().tolist()
    return mean_interval(found)[1] if found else None


def simultaneous(found: Gain, comparisons: int) -> Interval:
    """The mean, with a t interval that holds for all of so many comparisons at once (Bonferroni)."""
    if found.half is None:
        return found.mean, None
    usual, strict = (stats.t.ppf(1 - 0.025 / number, found.seeds - 1) for number in (1, comparisons))
    return found.mean, float(found.half * strict / usual)


def missing(tables: Mapping[str, Frame]) -> dict[str, Sequence[int]]:
    """Runs that a method and a number of rows of some data set lack, by the seeds that the data set has."""
    found: dict[str, Sequence[int]] = {}
    for place, runs in tables.items():
        names = methods_of(runs) + ", " + rows_of(runs) + " rows a class"
        wanted = [f"{method}, {k} rows a class" for k in by_rows(runs) for method in sorted(set(methods_of(runs)))]
        lacking = missing_runs(runs, names, wanted, runs.seeds)
        found |= {f"{place}: {name}": seeds for name, seeds in lacking.items()}
    return found
