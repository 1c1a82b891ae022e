"""What each factor of a factorial does: cells, main effects and interactions, paired by seed."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from itertools import combinations, product

import pandas as pd

from inn_experiments.contracts import UserError
from inn_experiments.measures.quantities import quantity
from inn_experiments.reports.design import Combination, Design, axis_values, combined, common_axes
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import ABSENT, Frame, choose, one_run_each
from inn_experiments.reports.study import Document, Study, missing_section, names
from inn_experiments.reports.table import comparison_table, markdown
from inn_experiments.reports.words import leaves_out_zero, signed

ABOUT = (
    "A cell is the mean ± half the width of its 95 % interval over seeds. A main effect is the difference "
    "to the factor's first value, averaged over all combinations of the other factors within each seed; its interval "
    "is over these paired differences. An interaction is by how much the first factor's effect grows from the second "
    "factor's first value to the other. `better` and `worse` stand where the interval leaves 0 out; the intervals are "
    "not corrected for there being many of them."
)
OTHER_AXIS = (
    f"the runs differ in {{axis}} ({{found}}; {ABSENT}: at its default), which is no factor; name it in --factors, or "
    "choose with --only {axis}=VALUE"
)
TWINS = "two runs of {place} have seed {seed}; choose one with --only AXIS=VALUE"


def options(parser: ArgumentParser) -> None:
    """Factors, metrics and the title."""
    parser.add_argument(
        "--factors", type=factors, required=True, help="axes, first values if wanted: schedule=linear,levels"
    )
    parser.add_argument("--columns", type=names, required=True, help="metrics, e.g. test/samples/c2st")
    parser.add_argument("--title", default="Effects", help="the report's title")


def factors(text: str) -> dict[str, str | None]:
    """The axes in `schedule=linear,levels`, each with the value that others are compared with, or None."""
    found: dict[str, str | None] = {}
    for part in names(text):
        axis, _, value = part.partition("=")
        if not axis or axis in found:
            raise ArgumentTypeError(f"write each axis once: schedule=linear,levels; found {text!r}")
        found[axis] = value or None
    if not found:
        raise ArgumentTypeError("write an axis or more: schedule=linear,levels; found none")
    return found


def answer(frame: Frame, options: Namespace) -> Document:
    """The effects of the factors that the command line names."""
    design, columns = factorial(choose(frame, options.only), options.factors), options.columns
    sections = [
        ABOUT,
        "\n".join(f"- `{column}`: {quantity(column).meaning}" for column in columns),
        *missing_section(design.missing()),
        *("## Cells", comparison_table(design.frame, list(design.values), columns)),
        *("## Main effects", effect_table(design, columns, 1)),
    ]
    if len(design.values) > 1:
        sections += ["## Two-factor interactions", effect_table(design, columns, 2)]
    return Document(options.title, design.frame, sections)


def factorial(frame: Frame, factors: Mapping[str, str | None]) -> Design:
    """The runs sorted into the combinations of some factors, the reference of each factor first.

    `factors` are axes, each with the value that the others are compared with, or None for the first in order.

    Raises:
        UserError: an unknown factor or value, runs that differ in another axis, or that share a place and seed.
    """
    known, values = sorted(frame.axes.dropna(axis=1, how="all")), {}
    for factor in factors:
        if factor not in known:
            raise UserError(f"--factors {factor}: no such axis in these runs; they have {', '.join(known)}")
    common_axes(frame, {*factors, "seed"}, OTHER_AXIS, ABSENT)
    for factor, reference in factors.items():
        found = axis_values(frame, factor, ABSENT)
        if reference is not None and reference not in found:
            raise UserError(f"--factors {factor}={reference}: no run has that value; they have {', '.join(found)}")
        first = found[0] if reference is None else reference
        values[factor] = (first, *(value for value in found if value != first))
    design = Design(frame, values, frame.seeds, label)
    one_run_each(frame, design.places_of_runs, TWINS)
    return design


def label(combination: Combination) -> str:
    """A combination in words."""
    return ", ".join(f"{factor}={value}" for factor, value in combination.items())


def effect_table(design: Design, columns: Sequence[str], order: int) -> str:
    """Main effects (`order` 1) or two-factor interactions (2) on each metric, and what they leave out."""
    lines, notes = [], []
    for chosen in combinations(design.values, order):
        name = " x ".join(chosen)
        if any(len(design.values[factor]) < 2 for factor in chosen):
            notes.append(f"- {name}: a factor with one value has no effect")
            continue
        kept = {column: balanced(design, chosen, column) for column in columns}
        for contrast in product(*(design.values[factor][1:] for factor in chosen)):
            pairs = {factor: (value, design.values[factor][0]) for factor, value in zip(chosen, contrast, strict=True)}
            text = " x ".join(f"{factor}: {value} − {first}" for factor, (value, first) in pairs.items())
            found = [contrasts(design, pairs, kept[column], column) for column in columns]
            lines.append([text, *(_entry(*pair, order, design.frame) for pair in zip(columns, found, strict=True))])
        for column, rests in kept.items():
            if dropped := [label(rest) or "all" for rest in others(design, chosen) if rest not in rests]:
                notes.append(f"- {name} on `{column}`: left out as incomplete: {'; '.join(dropped)}")
    table = markdown(["Contrast", *columns], lines) if lines else "None."
    return "\n\n".join([table, "\n".join(notes)] if notes else [table])


def others(design: Design, chosen: Sequence[str]) -> list[Combination]:
    """The combinations of the factors other than `chosen`."""
    return combined({factor: values for factor, values in design.values.items() if factor not in chosen})


def balanced(design: Design, chosen: Sequence[str], column: str) -> list[Combination]:
    """Combinations of the other factors in which every value of `chosen` has the metric at every seed."""
    full = design.number(column).notna().all()
    corners = combined({factor: design.values[factor] for factor in chosen})
    return [rest for rest in others(design, chosen) if all(full[design.place(rest | corner)] for corner in corners)]


def contrasts(
    design: Design, pairs: Mapping[str, tuple[str, str]], rests: Sequence[Combination], column: str
) -> list[float]:
    """Per seed the (difference of) differences between each pair's values, averaged over `rests`; none without any.

    `pairs`, factor -> (value, reference), of one factor give its main effect, of two their interaction. `rests` are
    combinations of the other factors, `column` is the metric.
    """
    table, total = design.number(column), 0.0
    for rest in rests:
        for signs in product((0, 1), repeat=len(pairs)):
            corner = {factor: pair[side] for (factor, pair), side in zip(pairs.items(), signs, strict=True)}
            total = total + (-1) ** sum(signs) * table[design.place(rest | corner)]
    return (total / len(rests)).tolist() if rests else []


def verdict(column: str, difference: float, half: float | None) -> str:
    """`better` or `worse` for a difference whose interval leaves 0 out, '' for others or where no way is better."""
    return ("", "better", "worse")[leaves_out_zero(difference, half) * (quantity(column).way or 0)]


def _entry(column: str, found: list[float], order: int, frame: Frame) -> str:
    if not found:
        return ABSENT
    mean, half = over_seeds(pd.Series(found), frame)
    said = verdict(column, mean, half) if order == 1 else ""
    return signed(mean, half) + (f" ({said})" if said else "")


STUDY = Study("effects", "main effects and interactions, paired by seed", answer, options)
