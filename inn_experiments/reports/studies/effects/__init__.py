"""What each factor of a factorial does: cells, main effects and interactions, paired by seed."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from itertools import combinations, product

from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.measures.quantities import quantity
from inn_experiments.reports.design import Design
from inn_experiments.reports.runs import ABSENT, Frame, choose
from inn_experiments.reports.studies.effects.factorial import balanced, contrasts, factorial, label, rests
from inn_experiments.reports.study import Document, Study, missing_section, names
from inn_experiments.reports.table import comparison_table, markdown
from inn_experiments.reports.words import leaves_out_zero, signed

ABOUT = (
    "A cell is the mean ± half the width of its 95 % Student t interval over seeds. A main effect is the difference "
    "to the factor's first value, averaged over all combinations of the other factors within each seed; its interval "
    "is over these paired differences. An interaction is by how much the first factor's effect grows from the second "
    "factor's first value to the other. `better` and `worse` stand where the interval leaves 0 out; the intervals are "
    "not corrected for there being many of them."
)


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
    design = factorial(choose(frame, options.only), options.factors)
    chosen, columns = design.frame, options.columns
    sections = [
        ABOUT,
        "\n".join(f"- `{column}`: {quantity(column).meaning}" for column in columns),
        *missing_section(design.missing()),
        *("## Cells", comparison_table(chosen, list(design.values), columns)),
        *("## Main effects", effect_table(design, columns, 1)),
    ]
    if len(design.values) > 1:
        sections += ["## Two-factor interactions", effect_table(design, columns, 2)]
    return Document(options.title, chosen, sections)


def effect_table(design: Design, columns: Sequence[str], order: int) -> str:
    """Main effects (`order` 1) or two-factor interactions (2) on each metric, and what they leave out."""
    lines, notes = [], []
    for chosen in map(list, combinations(design.values, order)):
        if any(len(design.values[factor]) < 2 for factor in chosen):
            notes.append(f"- {' x '.join(chosen)}: a factor with one value has no effect")
            continue
        kept = {column: balanced(design, chosen, column) for column in columns}
        for contrast in product(*(design.values[factor][1:] for factor in chosen)):
            pairs = {factor: (value, design.values[factor][0]) for factor, value in zip(chosen, contrast, strict=True)}
            text = " x ".join(f"{factor}: {value} − {first}" for factor, (value, first) in pairs.items())
            found = [contrasts(design, pairs, kept[column], column) for column in columns]
            lines.append([text, *(_entry(*pair, order) for pair in zip(columns, found, strict=True))])
        for column in columns:
            dropped = [rest for rest in rests(design, chosen) if rest not in kept[column]]
            if dropped:
                left_out = "; ".join(label(rest) or "all" for rest in dropped)
                notes.append(f"- {' x '.join(chosen)} on `{column}`: left out as incomplete: {left_out}")
    table = markdown(["Contrast", *columns], lines) if lines else "None."
    return "\n\n".join([table, "\n".join(notes)] if notes else [table])


def verdict(column: str, difference: float, half: float | None) -> str:
    """`better` or `worse` for a difference whose interval leaves 0 out, '' for others or where no way is better."""
    side = leaves_out_zero(difference, half) * (quantity(column).way or 0)
    return {0: "", 1: "better", -1: "worse"}[side]


def _entry(column: str, found: list[float], order: int) -> str:
    if not found:
        return ABSENT
    mean, half = mean_interval(found)
    said = verdict(column, mean, half) if order == 1 else ""
    return f"{signed(mean, half)}{f' ({said})' if said else ''}"


STUDY = Study("effects", "main effects and interactions, paired by seed", answer, options)
