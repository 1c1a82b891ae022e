"""The page of a finished cell: one file that needs no network and no script, made from what its folder has."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from inn_experiments import __version__
from inn_experiments.contracts.lines import visible
from inn_experiments.contracts.old_report import read_report
from inn_experiments.contracts.report import Report
from inn_experiments.measures.quantities import FIDELITY, TREATMENTS, UNSEEN
from inn_experiments.reports.cell import blocks, class_blocks
from inn_experiments.reports.cell.blocks import Block, Entry
from inn_experiments.reports.cell.glossary import Term, term, terms
from inn_experiments.reports.cell.html import facts
from inn_experiments.reports.cell.html.pictures import Picture, pictures
from inn_experiments.reports.cell.html.suffering import suffering
from inn_experiments.reports.cell.verdict import verdict
from inn_experiments.reports.words import measured

HERE = Path(__file__).parent
SCORES = {each.key: each.heading for each in FIDELITY}
SHOWN_CLASSES = 40
LONGEST_NAME, LONGEST_TEXT = 80, 5000
VERDICT = ("samples/c2st_excess", "samples/copies", "f1_macro", "interval", "same_rows", "disjoint")
"""What the two sentences are about."""


def page(folder: Path) -> str:
    """The page of the finished run whose files lie in `folder`, as HTML.

    Raises:
        UserError: there is no report that can be read.
    """
    report = read_report(folder / "report.json")
    date = datetime.fromtimestamp((folder / "report.json").stat().st_mtime).strftime("%Y-%m-%d %H:%M")
    return render(report, date, *pictures(folder / "figures"))


def render(report: Report, date: str, shown: list[Picture], left: list[str]) -> str:
    """The page of a report with its figures; `left` names the figures for which there is no room."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(HERE, encoding="utf-8")
    # Names of classes and files are anybody's: they are escaped, and what would steer the screen is spelt out.
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["name"] = name
    return environment.get_template("page.html.j2").render(content(report, date, shown, left)) + "\n"


def content(report: Report, date: str, shown: list[Picture], left: list[str]) -> dict[str, Any]:
    """What the template fills in."""
    tables, (words, suffers) = every_table(report), suffering(report)
    every = [*(block for found in tables.values() for block in found), suffers]
    keys = [*VERDICT, *(entry.key for block in every for entry in headings(block))]
    return {
        "report": report,
        "date": date,
        "line": report.split.get("read", {}).get("line", ""),
        "verdict": verdict(report),
        "with_options": facts.with_options(report),
        "asked": facts.asked(report),
        "data": facts.data(report),
        "classes": facts.classes(report),
        "tables": tables,
        "notes": list(blocks.notes(report)),
        "suffering": (words, suffers),
        "pictures": shown,
        "left": left,
        "protocols": [(Entry(one, key=one), words) for one, words in facts.protocols(report)],
        "done": facts.done(report),
        "command": facts.command(report),
        "terms": terms(keys),
        "explained": explained,
        "about_verdict": [found for key in VERDICT if (found := term(key)) is not None],
        "program": __version__,
        "style": (HERE / "page.css").read_text(encoding="utf-8"),
    }


def every_table(report: Report) -> dict[str, list[Block]]:
    """Title -> its tables that have rows, in the order of the page."""
    found = {
        "Fidelity: generated rows beside other real rows": [blocks.scores(report, SCORES)],
        "Utility: what a classifier scores on real test rows": [
            *class_blocks.utility(report, [*TREATMENTS]),
            class_blocks.amount(report),
            class_blocks.smallest(report),
        ],
        "Class by class: moments, C2ST and coverage": [class_blocks.geometry(report, SHOWN_CLASSES)],
        "Directions: errors beside simple predictors": [blocks.errors(report)],
        "Compounds that were kept out of training": [unseen(report)],
        "Claims: statements of the sources, measured": [blocks.claims(report)],
    }
    kept = {title: [block for block in every if block.rows] for title, every in found.items()}
    return {title: every for title, every in kept.items() if every}


def unseen(report: Report) -> Block:
    """Similarity to real spectra of compounds without training rows."""
    block = Block([Entry("similarity"), Entry("this cell", key="value")])
    for quantity in UNSEEN:
        value = report.find(f"unseen/{quantity.key}")
        if value is not None:
            block.add(Entry(quantity.heading, key=quantity.key), measured(value))
    return block


def headings(block: Block) -> list[Entry]:
    """The entries of a table that are explained: of its head and of its first column."""
    return [entry for entry in (*block.head, *(row[0] for row in block.rows)) if entry.key]


def explained(entry: Entry) -> Term | None:
    """What the glossary says of a heading; None for names and values."""
    return term(entry.key) if entry.key else None


def printed(value: object) -> object:
    """A value as the page may show it: text without control characters, direction marks and the like, nor endless."""
    if type(value) is not str:
        return value
    text = value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}..."
    return visible(text)


def name(value: str) -> str:
    """A name of anybody's at a length that fits a line."""
    return value if len(value) <= LONGEST_NAME else f"{value[: LONGEST_NAME - 1]}…"
