"""Which finished runs belong to one grid of the paper, and their numbers as seeds x cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import pandas as pd

from inn_experiments.contracts import UserError
from inn_experiments.reports.runs import Frame, axis_words, fitting, one_run_each

METHODS = ("implicit", "semi_implicit", "svd", "explicit")
LOSSES = ("fid", "kl")
SAMPLINGS = ("gaussian", "convex")
VARIANTS = ("inverse_weight", "refine_steps")


class Cell(NamedTuple):
    """One of the 16 combinations of the paper's grid (Section 10.1)."""

    method: str
    loss: str
    sampling: str

    def __str__(self) -> str:
        return ", ".join(self)


CELLS = tuple(Cell(*values) for values in product(METHODS, LOSSES, SAMPLINGS))
PLACES = [str(cell) for cell in CELLS]


@dataclass(frozen=True)
class Grid:
    """The finished runs of one grid.

    Attributes:
        frame: the runs.
        places: the cell of each run, in words.
        seeds: those that each cell should have.
        common: the axes outside the grid, which all runs share.
    """

    frame: Frame
    places: pd.Series
    seeds: list[int]
    common: dict[str, str]

    def table(self, values: pd.Series) -> pd.DataFrame:
        """A series over runs as seeds x cells, the columns with the levels of `Cell`; NaN where a run is missing."""
        found = self.frame.table(values, self.places).reindex(index=self.seeds, columns=PLACES)
        return found.set_axis(pd.MultiIndex.from_tuples(CELLS, names=Cell._fields), axis=1)

    def number(self, key: str, reference: str = "") -> pd.DataFrame:
        """A number of the runs as seeds x cells."""
        return self.table(self.frame.value(key, reference=reference))


def part(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """The cells of a table whose axes have the wanted values: `part(table, method="svd")`."""
    for axis, value in wanted.items():
        table = table.xs(value, axis=1, level=axis, drop_level=False)
    return table


def select_grid(frame: Frame, only: Mapping[str, str], seeds: tuple[int, ...] | None) -> Grid:
    """Sort finished runs into the 16 cells and the seeds; the paper's methods alone unless a variant is asked for.

    Args:
        frame: finished runs of any kind.
        only: axis (or `cell`, the run's name) -> the value it must have; `*` and `?` stand for any text.
        seeds: the seeds that the grid should have; None takes those that were found.

    Raises:
        UserError: no run fits, two runs claim one place, or the runs differ in an axis outside the grid.
    """
    words = axis_words(frame, (*Cell._fields, *VARIANTS), "")
    places = words[list(Cell._fields)].agg(", ".join, axis=1)
    unwanted = [axis for axis in VARIANTS if axis not in only]
    wanted = places.isin(PLACES) & (words[unwanted] == "").all(axis=1) & fitting(frame, only)
    if seeds is not None:
        wanted &= frame.runs["seed"].isin(seeds)
    if not wanted.any():
        asked = ", ".join(f"{axis}={value}" for axis, value in only.items())
        raise UserError(
            f"none of the {len(frame)} finished runs is a cell of the grid with {asked}"
            f"{'' if seeds is None else f' and seed in {list(seeds)}'}; run experiment=paper_grid first"
        )
    chosen, places = frame.take(wanted), places[wanted]
    common = _common_axes(chosen)
    one_run_each(
        chosen,
        places,
        "two finished runs claim the place {place}, seed {seed}: {first.cell} ({first.fingerprint:.8}) and {second.cell} "
        "({second.fingerprint:.8}); tell them apart with --only AXIS=VALUE or cell=PATTERN, or keep each grid in its "
        "own outputs",
    )
    return Grid(chosen, places, chosen.seeds if seeds is None else sorted(seeds), common)


def _common_axes(frame: Frame) -> dict[str, str]:
    """The axes outside the grid; cells that do not read an axis have no say in it."""
    outside = sorted({*frame.axes} - {*Cell._fields, "seed"})
    values = {axis: sorted(set(frame.axes[axis].dropna())) for axis in outside}
    for axis, found in values.items():
        if len(found) > 1:
            raise UserError(
                f"the finished runs differ in {axis} ({', '.join(found)}), which is no axis of the "
                f"grid; choose one with --only {axis}={found[0]}"
            )
    return {axis: found[0] for axis, found in values.items() if found}
