"""The one table that a person sees when a cell has finished."""

import shlex
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from inn_experiments.contracts.report import Report
from inn_experiments.reports.cell import blocks, class_blocks
from inn_experiments.reports.cell.blocks import Block
from inn_experiments.reports.cell.verdict import verdict

SHOWN_WARNINGS = 5
STYLES = {"": "", "good": "green", "bad": "red", "doubtful": "yellow", "strong": "bold"}


def cell_table(report: Report, folder: str) -> RenderableType:
    """What one finished cell scores, beside simple predictors and fresh real rows; `folder` has its files."""
    parts: list[RenderableType] = [Text(f"{report.cell}, seed {report.seed}, {report.parameters:,} parameters", "bold")]
    # What a person came for stands first: are the rows faithful, and do they help.
    asked = [blocks.scores(report), *class_blocks.utility(report), class_blocks.amount(report)]
    others = [
        class_blocks.smallest(report),
        class_blocks.geometry(report),
        blocks.errors(report),
        blocks.claims(report),
    ]
    for block in (*asked, *others):
        if block.rows:
            parts += [drawn(block)] if len(parts) == 1 else [Text(), drawn(block)]
    notes = list(_notes(report))
    parts += [Text(), *notes] if notes else []
    parts += [Text(), *(Text(each, style="bold") for each in verdict(report))]
    # A command is copied from the screen: the terminal may wrap it, a line break in it would be taken along.
    whole = {"no_wrap": True, "overflow": "ignore"}
    kept = [Text(line, **(whole if folder in line else {})) for line in kept_lines(report, folder)]
    explained = Text("words: python -m inn_experiments --explain, or report.html among the files")
    return Group(*parts, Text(), Text(f"files: {folder}", **whole), *kept, explained)


def kept_lines(report: Report, folder: str) -> list[str]:
    """Which training is there to sample from, and how; nothing of a report of before there was one."""
    if not report.kept:
        return []
    rows, before = report.kept["rows"], report.split.get("train")
    told = f"the training that is measured above, of {rows:,} rows"
    if report.kept["part"] == "all":
        told = f"trained once more, on all {rows:,} rows; the numbers above are of the training on {before:,}"
    return [f"more rows: python -m inn_experiments.sample run={shlex.quote(folder)} n=100", f"made by: {told}"]


def drawn(block: Block) -> Table:
    """A block as a table without lines."""
    table = Table(box=None, pad_edge=False, padding=(0, block.gap, 0, 0))
    first, *others = block.head
    table.add_column(Text(first.text), header_style="dim", no_wrap=block.firm != "")
    for head in others:
        table.add_column(Text(head.text), justify="right", header_style="dim", no_wrap=block.firm == "all")
    for name, *entries in block.rows:
        shown = [Text(each.text, style=STYLES[each.tone]) for each in entries]
        words = Text(name.text, style=STYLES[name.tone], overflow="ellipsis" if block.cut else None)
        table.add_row(words, *shown)
    return table


def _notes(report: Report) -> Iterator[Text]:
    """What the backward walk had to pay for its worst layer, and the run's own warnings."""
    yield from map(Text, blocks.notes(report))
    for warning in report.warnings[:SHOWN_WARNINGS]:
        yield Text(f"warning: {warning}", style="yellow")
    hidden = len(report.warnings) - SHOWN_WARNINGS
    if hidden > 0:
        yield Text(f"and {hidden} more warnings in report.json", style="yellow")
