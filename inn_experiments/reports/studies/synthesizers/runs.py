"""Finished runs of presets, sorted by data set, and what is read from them."""

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from inn_experiments.measures.numbers.intervals import CERTAIN as CERTAIN
from inn_experiments.measures.numbers.intervals import Interval
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import Frame, choose, missing_runs, one_run_each

TWINS = (
    "two finished runs of {place} have seed {seed}; they differ in {differing}: choose one with --only AXIS=VALUE, or "
    "keep each comparison in its own outputs"
)


def by_data(frame: Frame, only: Mapping[str, str]) -> tuple[Frame, dict[str, Frame]]:
    """(the finished runs that have a preset, those of each data set).

    A data set goes by its option's name, a table by its own.

    Raises:
        UserError: no run fits, or two runs claim one place.
    """
    preset = frame.axes.reindex(columns=["preset"])["preset"]
    chosen = choose(frame, only, preset.notna(), "a preset", "run experiment=all_synthesizers first")
    data = chosen.axes["data"]
    data = data.where(data != "table", chosen.split("name").fillna("table"))
    one_run_each(chosen, "preset=" + chosen.axes["preset"] + " on " + data, TWINS)
    return chosen, chosen.apart(data)


def utility(runs: Frame, treatment: str, measure: str = "f1_macro") -> pd.Series:
    """A measure of a treatment of the classifier that knows the generator's own rows."""
    return runs.value(f"utility/same_rows/{treatment}/{measure}")


def gain(runs: Frame) -> pd.Series:
    """Macro F1 of real and generated rows less that of real rows alone, within each run."""
    return utility(runs, "synthetic", "difference_f1_macro")


def over_convex(runs: Frame) -> pd.Series:
    """Macro F1 of real and generated rows less that of real rows and convex combinations, within each run."""
    return utility(runs, "synthetic") - utility(runs, "convex")


def by_preset(runs: Frame, values: pd.Series) -> dict[str, Interval | None]:
    """Preset -> the mean over seeds and its 95 % half width, by name; None where no run has the number."""
    return {preset: over_seeds(found, runs) for preset, found in values.groupby(runs.axes["preset"])}


def shared(runs: Frame, values: pd.Series) -> Interval | None:
    """The mean over seeds of a number that does not depend on the preset; the largest of one seed stands for it."""
    return over_seeds(values.groupby(runs.runs["seed"]).max(), runs)


def certain(runs: Frame) -> set[str]:
    """The presets whose rows are told from real ones with certainty: their mean C2ST is at least CERTAIN."""
    scores = by_preset(runs, runs.value("test/samples/c2st"))
    return {preset for preset, found in scores.items() if found is not None and found[0] >= CERTAIN}


def ranked(runs: Frame) -> list[str]:
    """The presets by their mean gain, the largest first; those without a utility last, by name.

    A lucky forest makes no leader: presets whose rows are told with certainty come after all others.
    """
    gains, told = by_preset(runs, gain(runs)), certain(runs)
    least = float("inf")
    return sorted(gains, key=lambda one: (one in told, least if gains[one] is None else -gains[one][0], one))


def missing(tables: Mapping[str, Frame]) -> list[str]:
    """Presets and seeds that some data set has runs of and another has not, one line a data set."""
    presets = sorted({preset for runs in tables.values() for preset in runs.axes["preset"]})
    seeds = sorted({seed for runs in tables.values() for seed in runs.seeds})
    lines = []
    for place, runs in tables.items():
        words = []
        for preset, absent in missing_runs(runs, runs.axes["preset"], presets, seeds).items():
            words.append(preset if absent == seeds else f"{preset} (seed {', '.join(map(str, absent))})")
        lines += [f"{place}: {', '.join(words)}"] if words else []
    return lines


def twins(runs: Frame) -> list[list[str]]:
    """Groups of presets whose generated rows score alike in every number of every seed they share."""
    scores = runs.numbers[runs.numbers["key"].str.startswith("test/samples/")]
    facts = pd.DataFrame({"seed": scores["run"].map(runs.runs["seed"]), **scores[["key", "value"]]})
    groups: dict[tuple[tuple[int, str, float], ...], list[str]] = defaultdict(list)
    for preset, found in facts.groupby(scores["run"].map(runs.axes["preset"])):
        groups[tuple(sorted(found.itertuples(index=False, name=None)))].append(preset)
    return [group for group in groups.values() if len(group) > 1]
