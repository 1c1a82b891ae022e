"""The measured statements of finished runs: one table per cell, a mean over seeds beside chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.reports.estimate import interval, number, probability
from inn_experiments.reports.studies.selection import fits
from inn_experiments.reports.studies.tables import markdown

Run = dict[str, Any]
HEADS = ("statement", "value", "chance or control", "p, each seed", "n a seed", "seeds")


def claims_markdown(
    reports: Sequence[Run], only: dict[str, str], commands: Sequence[str], date: str
) -> tuple[str, int]:
    """(Markdown, number of runs): every cell's statements with what chance, or the control, gives.

    A value is the mean over seeds ± half the width of its 95 % Student t interval; with one seed the interval is
    the run's own. p is that of each seed's test, in the order of the seeds.

    Args: reports: `report.json` dicts of finished runs; only: axis -> the value a run must have; commands: what
    made the runs and this report; date: of the day.

    Raises:
        UserError: no run has statements, or two runs of one cell share a seed.
    """
    chosen = [report for report in reports if report.get("claims") and fits(report, only)]
    if not chosen:
        raise UserError(
            f"none of the {len(reports)} finished runs has measured statements and {only or 'any axes'}; "
            "choose claims=spirals or claims=latent_arithmetic"
        )
    cells: dict[str, dict[int, Run]] = defaultdict(dict)
    for report in chosen:
        if report["seed"] in cells[report["cell"]]:
            raise UserError(
                f"two runs of {report['cell']} have seed {report['seed']}: they differ in a setting that the "
                "cell's name does not tell; choose with --only AXIS=VALUE, or use another --outputs"
            )
        cells[report["cell"]][report["seed"]] = report
    seeds = ", ".join(str(seed) for seed in sorted({report["seed"] for report in chosen}))
    about = (
        "A value is the mean over seeds ± half the width of its 95 % Student t interval; with one seed its own "
        "interval stands in brackets. p belongs to each seed's test against chance, in the order of the seeds; "
        "it is not corrected for there being many."
    )
    parts = [
        "# Measured statements",
        f"- {date}: {len(chosen)} runs, seeds {seeds}",
        "\n".join(["```", *commands, "```"]),
        about,
    ]
    for cell, runs in sorted(cells.items()):
        parts += [f"## {cell}", claims_table([runs[seed] for seed in sorted(runs)])]
    return "\n\n".join(parts) + "\n", len(chosen)


def claims_table(runs: Sequence[Run]) -> str:
    """The Markdown table of one cell's `runs`, a row for each statement, in the order they were measured."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in runs:
        for claim in run["claims"]:
            found[claim["key"]].append(claim)
    return markdown(HEADS, [_row(claims) for claims in found.values()])


def _row(claims: list[dict[str, Any]]) -> list[str]:
    first = claims[0]
    value = interval(*mean_interval([claim["value"] for claim in claims]))
    if len(claims) == 1 and first["low"] is not None:
        value = f"{number(first['value'])} [{number(first['low'])}, {number(first['high'])}]"
    chances = [claim["chance"] for claim in claims if claim["chance"] is not None]
    tests = [probability(claim["p"]) for claim in claims if claim["p"] is not None]
    return [
        first["text"],
        value,
        number(sum(chances) / len(chances)) if chances else "-",
        ", ".join(tests) or "-",
        str(first["n"]),
        str(len(claims)),
    ]
