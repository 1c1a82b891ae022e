"""Finished runs of presets, sorted by data set, preset and seed, and what is read from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.intervals import Interval, mean_interval
from inn_experiments.reports.before import Getter, fits, metric, utility

Report = dict[str, Any]
Runs = dict[int, Report]
Table = dict[str, Runs]
PROTOCOL = "same_rows"


def collect(reports: list[Report], only: Mapping[str, str]) -> dict[str, Table]:
    """Data set -> preset -> seed -> report, of the finished runs that have a preset.

    A data set goes by its option's name, a table by its own. Raises UserError where no run fits, or where two
    runs claim one place.
    """
    chosen = [report for report in reports if "preset" in report["axes"] and fits(report, dict(only))]
    if not chosen:
        raise UserError(
            f"none of the {len(reports)} finished runs has a preset and {dict(only) or 'any axes'}; run "
            "experiment=all_synthesizers first"
        )
    tables: dict[str, Table] = defaultdict(lambda: defaultdict(dict))
    for report in chosen:
        place, preset, seed = data_name(report), str(report["axes"]["preset"]), int(report["seed"])
        runs = tables[place][preset]
        if seed in runs:
            differing = sorted(
                axis
                for axis in {*report["axes"], *runs[seed]["axes"]}
                if report["axes"].get(axis) != runs[seed]["axes"].get(axis)
            )
            raise UserError(
                f"two finished runs of preset={preset} on {place} have seed {seed}; they differ in "
                f"{', '.join(differing) or 'no axis'}: choose one with --only AXIS=VALUE, or "
                "keep each comparison in its own outputs"
            )
        runs[seed] = report
    return {
        place: {preset: dict(sorted(runs.items())) for preset, runs in sorted(table.items())}
        for place, table in sorted(tables.items())
    }


def data_name(report: Report) -> str:
    """What the report's data set is called."""
    option = str(report["axes"]["data"])
    return str(report["split"].get("name") or option) if option == "table" else option


def over_convex(report: Report) -> float | None:
    """Macro F1 of real and generated rows less that of real rows and convex combinations, in one run."""
    synthetic, convex = (utility(PROTOCOL, name, "f1_macro")(report) for name in ("synthetic", "convex"))
    return None if synthetic is None or convex is None else synthetic - convex


gain = utility(PROTOCOL, "synthetic", "difference_f1_macro")
"""Macro F1 of real and generated rows less that of real rows alone, within one run."""

fidelity = metric("test/samples/c2st")


def summary(runs: Runs, read: Getter) -> Interval | None:
    """The mean over seeds and its 95 % half width; None where no run has the number."""
    values = [float(value) for value in map(read, runs.values()) if value is not None]
    return mean_interval(values) if values else None


def shared(table: Table, read: Getter, over: Callable = max) -> Interval | None:
    """As `summary`, of a number that does not depend on the preset; `over` joins those of one seed."""
    values: dict[int, list[float]] = defaultdict(list)
    for runs in table.values():
        for seed, report in runs.items():
            value = read(report)
            if value is not None:
                values[seed].append(float(value))
    return mean_interval([over(found) for _, found in sorted(values.items())]) if values else None


def ranked(table: Table) -> list[str]:
    """The presets by their mean gain, the largest first; those without a utility last, by name."""

    def key(preset: str) -> tuple[float, str]:
        found = summary(table[preset], gain)
        return (float("inf") if found is None else -found[0], preset)

    return sorted(table, key=key)


def outside(found: Interval | None) -> int:
    """1 or -1 where an interval lies above or below 0, else 0, also where there is none."""
    if found is None or found[1] is None or abs(found[0]) <= found[1]:
        return 0
    return 1 if found[0] > 0 else -1


def missing(tables: Mapping[str, Table]) -> list[str]:
    """Presets and seeds that some data set has runs of and another has not, one line a data set."""
    presets = sorted({preset for table in tables.values() for preset in table})
    seeds = sorted({seed for table in tables.values() for runs in table.values() for seed in runs})
    lines = []
    for place, table in tables.items():
        lacking = []
        for preset in presets:
            absent = [seed for seed in seeds if seed not in table.get(preset, {})]
            if absent:
                every = len(absent) == len(seeds)
                lacking.append(preset if every else f"{preset} (seed {', '.join(map(str, absent))})")
        if lacking:
            lines.append(f"{place}: {', '.join(lacking)}")
    return lines


def twins(table: Table) -> list[list[str]]:
    """Groups of presets whose generated rows score alike in every number of every seed they share."""
    groups: dict[Any, list[str]] = defaultdict(list)
    for preset, runs in table.items():
        scores = {
            seed: {key: value for key, value in report["metrics"].items() if key.startswith("test/samples/")}
            for seed, report in runs.items()
        }
        if any(scores.values()):
            groups[repr([(seed, sorted(found.items())) for seed, found in sorted(scores.items())])].append(preset)
    return [group for group in groups.values() if len(group) > 1]
