"""The runs of a factorial experiment, and contrasts between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from inn_experiments.contracts import UserError
from inn_experiments.reports.design import Combination, Design, axis_values, combined, common_axes
from inn_experiments.reports.runs import ABSENT, Frame, one_run_each


def label(combination: Combination) -> str:
    """A combination in words."""
    return ", ".join(f"{factor}={value}" for factor, value in combination.items())


def factorial(frame: Frame, factors: Mapping[str, str | None]) -> Design:
    """The runs sorted into the combinations of some factors, the reference of each factor first.

    Args:
        frame: the runs.
        factors: axis -> the value that the others are compared with, None for the first in order.

    Raises:
        UserError: an unknown factor or value, runs that differ in another axis, or that share a place and seed.
    """
    known, values = sorted(frame.axes.dropna(axis=1, how="all")), {}
    for factor in factors:
        if factor not in known:
            raise UserError(f"--factors {factor}: no such axis in these runs; they have {', '.join(known)}")
    common_axes(
        frame,
        {*factors, "seed"},
        f"the runs differ in {{axis}} ({{found}}; {ABSENT}: at its default), which is no factor; name it in --factors, "
        "or choose with --only {axis}=VALUE",
        ABSENT,
    )
    for factor, reference in factors.items():
        found = axis_values(frame, factor, ABSENT)
        if reference is not None and reference not in found:
            raise UserError(f"--factors {factor}={reference}: no run has that value; they have {', '.join(found)}")
        first = found[0] if reference is None else reference
        values[factor] = (first, *(value for value in found if value != first))
    design = Design(frame, values, frame.seeds, label)
    one_run_each(
        frame, design.places_of_runs, "two runs of {place} have seed {seed}; choose one with --only AXIS=VALUE"
    )
    return design


def rests(design: Design, chosen: Sequence[str]) -> list[Combination]:
    """The combinations of the factors other than `chosen`."""
    return combined({factor: values for factor, values in design.values.items() if factor not in chosen})


def balanced(design: Design, chosen: Sequence[str], column: str) -> list[Combination]:
    """Combinations of the other factors in which every value of `chosen` has the metric at every seed."""
    full = design.number(column).notna().all()
    corners = combined({factor: design.values[factor] for factor in chosen})
    return [rest for rest in rests(design, chosen) if all(full[design.place(rest | corner)] for corner in corners)]


def contrasts(
    design: Design, pairs: Mapping[str, tuple[str, str]], others: Sequence[Combination], column: str
) -> list[float]:
    """Per seed the (difference of) differences between each pair's values, averaged over `others`.

    Args:
        design: the runs.
        pairs: factor -> (value, reference): one factor gives the main effect, two their interaction.
        others: combinations of the other factors; none of them give no contrast.
        column: the metric.
    """
    table, total = design.number(column), 0.0
    for rest in others:
        for signs in product((0, 1), repeat=len(pairs)):
            corner = {factor: pair[side] for (factor, pair), side in zip(pairs.items(), signs, strict=True)}
            total = total + (-1) ** sum(signs) * table[design.place(rest | corner)]
    return (total / len(others)).tolist() if others else []
