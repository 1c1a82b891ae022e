"""Which finished runs belong to one grid of the paper."""

from collections.abc import Mapping

from inn_experiments.contracts import UserError
from inn_experiments.reports.design import Design, common_axes
from inn_experiments.reports.runs import Frame, axis_words, fitting, one_run_each

METHODS = ("implicit", "semi_implicit", "svd", "explicit")
SAMPLINGS = ("gaussian", "convex")
AXES = {"method": METHODS, "loss": ("fid", "kl"), "sampling": SAMPLINGS}
"""Their combinations are the 16 cells of the paper's grid (Section 10.1)."""

WALKED = ("svd", "explicit")
VARIANTS = ("inverse_weight", "refine_steps")
"""Of walked methods alone: whoever asks for one gets it beside the other methods as they are."""


def select_grid(frame: Frame, only: Mapping[str, str], seeds: tuple[int, ...] | None) -> Design:
    """Sort finished runs into the 16 cells and the seeds; the paper's walks alone unless a variant is asked for.

    `only` is that of `reports.runs.fitting`; `seeds` are those that the grid should have, None takes those found.

    Raises:
        UserError: no run fits, two runs claim one place, or the runs differ in an axis outside the grid.
    """
    words = axis_words(frame, (*AXES, *VARIANTS), "")
    wanted = fitting(frame, {axis: value for axis, value in only.items() if axis not in VARIANTS})
    walked = words["method"].isin(WALKED)
    for axis in VARIANTS:
        wanted &= fitting(frame, {axis: only[axis]}) | ~walked if axis in only else words[axis] == ""
    for axis, values in AXES.items():
        wanted &= words[axis].isin(values)
    if seeds is not None:
        wanted &= frame.runs["seed"].isin(seeds)
    if not wanted.any():
        asked = ", ".join(f"{axis}={value}" for axis, value in only.items())
        raise UserError(
            f"none of the {len(frame)} finished runs is a cell of the grid with {asked}"
            f"{'' if seeds is None else f' and seed in {list(seeds)}'}; run experiment=paper_grid first"
        )
    chosen = frame.take(wanted)
    grid = Design(chosen, AXES, chosen.seeds if seeds is None else sorted(seeds), lambda cell: ", ".join(cell.values()))
    outside_axes(grid)
    one_run_each(
        chosen,
        grid.places_of_runs,
        "two finished runs claim the place {place}, seed {seed}: {first.cell} ({first.fingerprint:.8}) and "
        "{second.cell} ({second.fingerprint:.8}); tell them apart with --only AXIS=VALUE or cell=PATTERN, or keep each "
        "grid in its own outputs",
    )
    return grid


def outside_axes(grid: Design) -> dict[str, str]:
    """The axes outside the grid, which all its runs share; cells that do not read an axis have no say in it."""
    return common_axes(
        grid.frame,
        {*AXES, "seed"},
        "the finished runs differ in {axis} ({found}), which is no axis of the grid; choose one with --only "
        "{axis}={first}",
    )
