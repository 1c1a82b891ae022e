"""Which finished runs belong to one grid of the paper, and which of its cells are missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from typing import Any, NamedTuple

from inn_experiments.contracts import UserError

METHODS = ("implicit", "semi_implicit", "svd", "explicit")
LOSSES = ("fid", "kl")
SAMPLINGS = ("gaussian", "convex")
VARIANTS = ("inverse_weight", "refine_steps")
GRID_AXES = ("method", "loss", "sampling", "seed")


class Cell(NamedTuple):
    """One of the 16 combinations of the paper's grid (Section 10.1)."""

    method: str
    loss: str
    sampling: str

    def __str__(self) -> str:
        return f"{self.method}, {self.loss}, {self.sampling}"


CELLS = tuple(Cell(*values) for values in product(METHODS, LOSSES, SAMPLINGS))


@dataclass(frozen=True)
class Grid:
    """The finished runs of one grid: `reports[cell][seed]` is a report as a plain dict."""

    reports: dict[Cell, dict[int, dict[str, Any]]]
    seeds: tuple[int, ...]
    common: dict[str, str]

    def every(self) -> list[dict[str, Any]]:
        """All reports in the order of cells and seeds."""
        return [runs[seed] for _, runs in sorted(self.reports.items()) for seed in sorted(runs)]


def choose_cells(**wanted: str) -> tuple[Cell, ...]:
    """The cells whose axes have the wanted values, e.g. `choose_cells(method="svd")`, in table order."""
    return tuple(cell for cell in CELLS if all(getattr(cell, axis) == value for axis, value in wanted.items()))


def select_grid(reports: list[dict[str, Any]], only: dict[str, str], seeds: tuple[int, ...] | None) -> Grid:
    """Sort finished reports into the 16 cells and the seeds.

    Args:
        reports: `report.json` dicts of finished runs, of any kind.
        only: axis (or `cell`, the run's name) -> the value it must have; `*` and `?` stand for any text.
        seeds: the seeds that the grid should have; None takes those that were found.

    Raises:
        UserError: no run fits, two runs claim one place, or the runs differ in an axis outside the grid.
    """
    chosen = [report for report in reports if _in_grid(report, only) and fits(report, only)]
    if seeds is not None:
        chosen = [report for report in chosen if report["seed"] in seeds]
    if not chosen:
        wanted = ", ".join(f"{axis}={value}" for axis, value in only.items())
        raise UserError(
            f"none of the {len(reports)} finished runs is a cell of the grid with {wanted}"
            f"{'' if seeds is None else f' and seed in {list(seeds)}'}; run experiment=paper_grid first"
        )
    common = _common_axes(chosen)
    table: dict[Cell, dict[int, dict[str, Any]]] = defaultdict(dict)
    for report in chosen:
        cell, seed = _cell_of(report), int(report["seed"])
        if seed in table[cell]:
            other = table[cell][seed]
            raise UserError(
                f"two finished runs claim the place {cell}, seed {seed}: {other['cell']} "
                f"({other['fingerprint'][:8]}) and {report['cell']} ({report['fingerprint'][:8]}); "
                "tell them apart with --only AXIS=VALUE or cell=PATTERN, or keep each grid in its own outputs"
            )
        table[cell][seed] = report
    found = tuple(sorted({seed for runs in table.values() for seed in runs}))
    return Grid(dict(table), tuple(sorted(seeds)) if seeds is not None else found, common)


def missing_runs(grid: Grid) -> dict[Cell, list[int]]:
    """Cells that lack runs, each with the seeds it lacks, in table order."""
    absent = {cell: [seed for seed in grid.seeds if seed not in grid.reports.get(cell, {})] for cell in CELLS}
    return {cell: seeds for cell, seeds in absent.items() if seeds}


def _cell_of(report: dict[str, Any]) -> Cell:
    return Cell(*(str(report["axes"].get(axis)) for axis in Cell._fields))


def _in_grid(report: dict[str, Any], only: dict[str, str]) -> bool:
    """Cells of the grid, the paper's methods alone unless a variant is asked for."""
    variant = any(axis in report["axes"] and axis not in only for axis in VARIANTS)
    return _cell_of(report) in CELLS and not variant


def fits(report: dict[str, Any], only: dict[str, str]) -> bool:
    """Whether a run has every axis value of `only`; `*` and `?` stand for any text, `cell` is the run's name."""
    known = {**report["axes"], "cell": report["cell"]}
    return all(axis in known and fnmatchcase(str(known[axis]), value) for axis, value in only.items())


def _common_axes(reports: list[dict[str, Any]]) -> dict[str, str]:
    """The axes outside the grid; cells that do not read an axis (None or absent) have no say in it."""
    values: dict[str, set[str]] = defaultdict(set)
    for report in reports:
        for axis, value in report["axes"].items():
            if axis not in GRID_AXES and value is not None:
                values[axis].add(str(value))
    for axis, found in sorted(values.items()):
        if len(found) > 1:
            raise UserError(
                f"the finished runs differ in {axis} ({', '.join(sorted(found))}), which is no axis of the "
                f"grid; choose one with --only {axis}={min(found)}"
            )
    return {axis: found.pop() for axis, found in sorted(values.items())}
