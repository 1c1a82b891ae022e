"""Numbers read from reports and their means over seeds with 95 % intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from inn_experiments.measures.numbers.intervals import Interval, corrected_interval, mean_interval
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.selection import Cell, Grid, choose_cells
from inn_experiments.reports.words import ROUNDING, interval, number, probability

Getter = Callable[[dict[str, Any]], float | None]
PREDICTORS = ("zeros", "global_mean", "class_mean", "identity", "linear", "wiener")


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds of a mean over cells, `half` its 95 % half width (None with one seed)."""

    mean: float
    half: float | None
    seeds: int
    cells: int


def predictors(grid: Grid) -> list[str]:
    """The trivial predictors that the reports hold: the usual ones first, then any others by name."""
    found = {name for report in grid.every() for errors in report["baselines"].values() for name in errors}
    return [*(name for name in PREDICTORS if name in found), *sorted(found - set(PREDICTORS))]


def metric(key: str) -> Getter:
    """Reads `metrics[key]`, e.g. `test/forward/mse`."""
    return lambda report: report["metrics"].get(key)


def baseline(direction: str, predictor: str, measure: str) -> Getter:
    """Reads one trivial predictor's error."""
    return lambda report: report["baselines"].get(direction, {}).get(predictor, {}).get(measure)


def best_baseline(direction: str, measure: str) -> Getter:
    """Reads the lowest error among the trivial predictors."""

    def read(report: dict[str, Any]) -> float | None:
        best = lowest_baseline(report, direction, measure)
        return None if best is None else best[1]

    return read


def lowest_baseline(report: dict[str, Any], direction: str, measure: str) -> tuple[str, float] | None:
    """Name and error of the trivial predictor with the lowest error, None where there is none."""
    errors = report["baselines"].get(direction, {})
    found = [(values[measure], name) for name, values in errors.items() if measure in values]
    return None if not found else (min(found)[1], min(found)[0])


def utility(protocol: str, treatment: str, measure: str) -> Getter:
    """Reads the mean of one measure of one treatment, e.g. `f1_macro` or `difference_f1_macro`."""

    def read(report: dict[str, Any]) -> float | None:
        for row in report["utility"]:
            if (row["protocol"], row["treatment"]) == (protocol, treatment):
                return (row.get(measure) or {}).get("mean")
        return None

    return read


def matched(grid: Grid, cells: Sequence[Cell], getter: Getter) -> tuple[list[int], list[Cell], list[float]]:
    """Per seed, the mean of a number over cells, so that every seed averages over the same cells.

    A cell without the number in any seed is left out; a seed that lacks it in one of the others is too.

    Returns:
        The seeds kept, the cells kept, and one mean per kept seed.
    """
    values: dict[Cell, dict[int, float]] = {}
    for cell in cells:
        runs = grid.reports.get(cell, {})
        found = {seed: getter(runs[seed]) for seed in grid.seeds if seed in runs}
        values[cell] = {seed: float(value) for seed, value in found.items() if value is not None}
    kept = [cell for cell in cells if values[cell]]
    seeds = [seed for seed in grid.seeds if kept and all(seed in values[cell] for cell in kept)]
    return seeds, kept, [sum(values[cell][seed] for cell in kept) / len(kept) for seed in seeds]


def estimate(grid: Grid, cells: Sequence[Cell], getter: Getter) -> Estimate | None:
    """Mean and 95 % interval over seeds of a number averaged over cells; None where there is no number."""
    seeds, kept, means = matched(grid, cells, getter)
    if not means:
        return None
    mean, half = mean_interval(means)
    return Estimate(mean, half, len(seeds), len(kept))


def estimate_shared(grid: Grid, samplings: Sequence[str], getter: Getter) -> Estimate | None:
    """Mean and interval of a number that depends on seed and sampling alone, not on method or loss.

    Any finished run of a seed and sampling can give it, so that missing cells do not cost a seed.
    """
    means = []
    for seed in grid.seeds:
        sides = []
        for sampling in samplings:
            runs = [grid.reports.get(cell, {}).get(seed) for cell in choose_cells(sampling=sampling)]
            values = [value for value in (getter(run) for run in runs if run is not None) if value is not None]
            sides += [sum(values) / len(values)] if values else []
        if len(sides) == len(samplings):
            means.append(sum(sides) / len(sides))
    if not means:
        return None
    mean, half = mean_interval(means)
    return Estimate(mean, half, len(means), len(samplings))


def lacks(value: Estimate | None, grid: Grid, cells: int) -> str:
    """What an estimate has fewer of than it should, cells or seeds; empty where it is complete or absent."""
    if value is None:
        return ""
    notes = [] if value.cells == cells else [f"{value.cells} of {cells} cells"]
    if value.seeds < len(grid.seeds):
        notes.append(f"{value.seeds} of {len(grid.seeds)} seeds")
    return f" ({', '.join(notes)})" if notes else ""


def entries(label: str, values: Sequence[Estimate | None], grid: Grid, cells: int, absent: str) -> list[str]:
    """A table row that says where it rests on fewer cells or seeds: once, if that holds for all of it.

    Args:
        label: the first entry.
        values: the numbers; `absent` stands where there is none.
        cells: how many cells (or samplings) each should average.
    """
    notes = [lacks(value, grid, cells) for value in values]
    common = {note for value, note in zip(values, notes, strict=True) if value is not None}
    if len(common) == 1:
        label, notes = label + common.pop(), [""] * len(notes)
    return [
        label,
        *(
            absent if value is None else interval(value.mean, value.half) + note
            for value, note in zip(values, notes, strict=True)
        ),
    ]


def over_seeds(values: pd.Series) -> Interval | None:
    """The mean of one value a seed and its 95 % half width; None where there is no value."""
    known = values.dropna().tolist()
    return mean_interval(known) if known else None


def corrected_over_seeds(values: pd.Series, frame: Frame) -> Interval | None:
    """As `over_seeds`, where each seed divides the same rows anew, so that test sets overlap.

    The half width is the corrected resampled one for the mean number of training and test rows (Nadeau and Bengio 2003).
    """
    known = values.dropna()
    if known.empty:
        return None
    train, test = (sum(frame.split(part)[known.index]) / len(known) for part in ("train", "test"))
    return corrected_interval(known.tolist(), train, test)


def row_means(table: pd.DataFrame) -> list[float]:
    """The mean of the known numbers in each row that has one, summed from left to right."""
    rows = [[value for value in row if not isnan(value)] for row in table.to_numpy(dtype=float).tolist()]
    return [sum(row) / len(row) for row in rows if row]


def without_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """The seeds x places in which every seed has a number at the same places, so that means compare like with like.

    A place without the number in any seed is left out; a seed that lacks it in one of the others is too.
    """
    return table.dropna(axis=1, how="all").dropna(axis=0)


def estimate_of(table: pd.DataFrame) -> Estimate | None:
    """Mean and 95 % interval over the seeds of a number averaged over places; None where there is no number."""
    kept = without_gaps(table)
    if kept.empty:
        return None
    mean, half = mean_interval(row_means(kept))
    return Estimate(mean, half, *kept.shape)
