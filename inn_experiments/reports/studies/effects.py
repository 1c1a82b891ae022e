"""What each factor of a factorial does: cells, main effects and interactions, paired by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.reports.estimate import interval
from inn_experiments.reports.studies.comparison import comparison_table
from inn_experiments.reports.studies.directions import meaning, verdict
from inn_experiments.reports.studies.factorial import (
    ABSENT,
    Combination,
    Factorial,
    balanced,
    contrasts,
    factorial,
    label,
    rests,
)
from inn_experiments.reports.studies.tables import markdown

ABOUT = (
    "A cell is the mean ± half the width of its 95 % Student t interval over seeds. A main effect is the "
    "difference to the factor's first value, averaged over all combinations of the other factors within each "
    "seed; its interval is over these paired differences. An interaction is by how much the first factor's "
    "effect grows from the second factor's first value to the other. `better` and `worse` stand where the "
    "interval leaves 0 out; the intervals are not corrected for there being many of them.\n"
)


def effects_markdown(
    reports: Sequence[dict[str, Any]],
    factors: Mapping[str, str | None],
    columns: Sequence[str],
    only: dict[str, str],
    commands: Sequence[str],
    date: str,
    title: str = "Effects",
) -> tuple[str, int]:
    """(the report as Markdown, number of runs) of a factorial.

    Args:
        reports: `report.json` dicts of finished runs.
        factors: axis -> the value that the others are compared with, None for the first in order.
        columns: metric keys, each with its way to be good.
        only: axis -> the value a run must have.
        commands: the command lines of the runs and of this report.
        date, title: as they should stand in the report.

    Raises:
        UserError: no run fits, runs differ in another axis or share a seed, an unknown metric or factor
        value.
    """
    design = factorial(reports, factors, only)
    chosen = [run for runs in design.runs.values() for run in runs.values()]
    cells, count = comparison_table(chosen, design.factors, columns, {})
    parts = [f"# {title}\n", f"- {date}: {count} runs, seeds {', '.join(map(str, design.seeds))}\n"]
    parts += ["```", *commands, "```\n", ABOUT, *(f"- `{column}`: {meaning(column)}" for column in columns), ""]
    if design.missing():
        parts += ["## Missing runs\n", *(f"- {line}" for line in design.missing()), ""]
    parts += ["## Cells\n", cells + "\n", "## Main effects\n", effect_table(design, columns, 1)]
    if len(factors) > 1:
        parts += ["## Two-factor interactions\n", effect_table(design, columns, 2)]
    return "\n".join(parts).rstrip() + "\n", count


def effect_table(design: Factorial, columns: Sequence[str], order: int) -> str:
    """Main effects (`order` 1) or two-factor interactions (2) on each metric, and what they leave out."""
    lines, notes = [], []
    for chosen in combinations(design.factors, order):
        if any(len(design.values[factor]) < 2 for factor in chosen):
            notes.append(f"- {' x '.join(chosen)}: a factor with one value has no effect")
            continue
        kept = {column: balanced(design, chosen, column) for column in columns}
        for contrast in product(*(design.values[factor][1:] for factor in chosen)):
            pairs = {factor: (value, design.values[factor][0]) for factor, value in zip(chosen, contrast, strict=True)}
            text = " x ".join(f"{factor}: {value} − {first}" for factor, (value, first) in pairs.items())
            lines.append([text, *(_entry(design, pairs, kept[column], column, order) for column in columns)])
        for column in columns:
            others = [factor for factor in design.factors if factor not in chosen]
            dropped = [rest for rest in rests(design, chosen) if rest not in kept[column]]
            names = "; ".join(label(others, rest) or "all" for rest in dropped)
            if dropped:
                notes.append(f"- {' x '.join(chosen)} on `{column}`: left out as incomplete: {names}")
    table = markdown(["Contrast", *columns], lines) if lines else "None."
    return "\n".join([table, "", *notes, ""] if notes else [table, ""])


def _entry(
    design: Factorial, pairs: Mapping[str, tuple[str, str]], others: Sequence[Combination], column: str, order: int
) -> str:
    if not others:
        return ABSENT
    mean, half = mean_interval(contrasts(design, pairs, others, column))
    said = verdict(column, mean, half) if order == 1 else ""
    return f"{'+' if mean > 0 else ''}{interval(mean, half)}{f' ({said})' if said else ''}"
