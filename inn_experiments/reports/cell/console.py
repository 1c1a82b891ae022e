"""The one table that a person sees when a cell has finished."""

import shlex
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from inn_experiments.contracts.report import Report
from inn_experiments.measures.quantities import BAR, DIRECTIONS, FIDELITY, RECONSTRUCTION
from inn_experiments.reports.cell.console_blocks import blocks, columns
from inn_experiments.reports.words import measured, number

ERRORS = [each for each in (*DIRECTIONS, *RECONSTRUCTION) if each.name == "mse"]
SCORES = {each.key: each.heading for each in FIDELITY if each.name != "copies"}
SCORES["samples/nearest_train_ratio"] = "distance to train (best 1)"
SHOWN_WARNINGS = 5


def cell_table(report: Report, folder: str) -> RenderableType:
    """What one finished cell scores, beside simple predictors and fresh real rows; `folder` has its files."""
    title = Text(f"{report.cell}, seed {report.seed}, {report.parameters:,} parameters", style="bold")
    parts: list[RenderableType] = [title]
    for table in (_errors(report), _scores(report)):
        if table.row_count:
            parts += [table] if len(parts) == 1 else [Text(), table]
    for block in blocks(report):
        parts += [Text(), block]
    notes = list(_notes(report))
    parts += [Text(), *notes] if notes else []
    kept = [Text(line, overflow="fold") for line in kept_lines(report, folder)]
    return Group(*parts, Text(), Text(f"files: {folder}", overflow="fold"), *kept)


def kept_lines(report: Report, folder: str) -> list[str]:
    """Which training is there to sample from, and how; nothing of a report of before there was one."""
    if not report.kept:
        return []
    rows, before = report.kept["rows"], report.split.get("train")
    told = f"the training that is measured above, of {rows:,} rows"
    if report.kept["part"] == "all":
        told = f"trained once more, on all {rows:,} rows; the numbers above are of the training on {before:,}"
    return [f"more rows: python -m inn_experiments.sample run={shlex.quote(folder)} n=100", f"made by: {told}"]


def _errors(report: Report) -> Table:
    barred = any(each.reference == BAR for each in report.numbers)
    table = columns("measure", "this cell", "best trivial", *(["class-wise"] if barred else []))
    for quantity in ERRORS:
        value, key = report.metrics.get(f"test/{quantity.key}"), f"test/{quantity.key.replace('_walk/', '/')}"
        if value is not None:
            found = {each.reference: each.value for each in report.numbers if each.key == key and each.reference}
            # Better than a linear map is praised only where it is better than one for each class, too.
            style = "" if not found else "green" if value < min(found.values()) else "yellow"
            bar = found.pop(BAR, None)
            best, name = min(((other, name) for name, other in found.items()), default=(None, ""))
            beside = "" if best is None else f"{number(best)} ({name})", "" if bar is None else number(bar)
            table.add_row(quantity.heading, Text(number(value), style=style), *beside[: 1 + barred])
    return table


def _scores(report: Report) -> Table:
    table = columns("measure", "this cell", "fresh real")
    for key, label in SCORES.items():
        made, fresh = (report.find(f"{part}/{key}") for part in ("test", "fresh"))
        if made is not None:
            table.add_row(f"samples {label}", Text(measured(made)), "" if fresh is None else measured(fresh))
    return table


def _notes(report: Report) -> Iterator[Text]:
    """What the backward walk had to pay for its worst layer, and the run's own warnings."""
    conditions = [(each.value, each.of) for each in report.numbers if each.key == "walk/condition" and each.value]
    if conditions:
        exact = [each.value for each in report.numbers if each.key == "walk/exact"]
        (worst, layer), inexact = max(conditions, key=lambda each: each[0]), exact.count(0)
        text = f"backward walk: worst condition {number(worst)} at {layer}"
        yield Text(text + (f"; {inexact} of {len(exact)} layers inexact" if inexact else ""))
    for warning in report.warnings[:SHOWN_WARNINGS]:
        yield Text(f"warning: {warning}", style="yellow")
    hidden = len(report.warnings) - SHOWN_WARNINGS
    if hidden > 0:
        yield Text(f"and {hidden} more warnings in report.json", style="yellow")
