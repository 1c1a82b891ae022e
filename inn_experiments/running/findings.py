"""What a sweep shows of its finished cells in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inn_experiments.contracts import Report, Tracker, UserError
from inn_experiments.contracts.old_report import from_dict

MOST = 40
"""Runs of a sweep whose reports are read for its table; a larger one is for a report of its own."""
BELOW = "± half a 95 % interval over seeds; with one seed: over its test rows"


def show(tracker: Tracker, outputs: Path, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Print the table of a sweep's cells, where it has two or more runs, and few enough for a screen."""
    known = [each for each in outcomes if "run" in each and "fingerprint" in each]
    if not 1 < len(known) <= MOST:
        return
    try:
        found = [(each, tracker.finished(outputs, each["fingerprint"])) for each in known]
    except UserError:
        # What is wrong with a run is told by whoever needs it.
        return
    from rich.console import Console

    from inn_experiments.reports.cell.console import drawn
    from inn_experiments.reports.swept import swept

    reports = [(each["overrides"], from_dict(report[0])) for each, report in found if report is not None]
    block = swept(together(reports))
    if block is not None:
        Console().print(drawn(block), BELOW, sep="\n", crop=False)


def together(reports: Sequence[tuple[Sequence[str], Report]]) -> dict[str, list[Report]]:
    """The name of a cell -> its reports, one a seed; cells of one name are told apart by what was typed for them."""
    typed: dict[tuple[str, ...], dict[int, Report]] = {}
    for overrides, report in reports:
        settings = tuple(each for each in overrides if not each.startswith("seed="))
        typed.setdefault((report.cell, *settings), {})[report.seed] = report
    names, common = Counter(cell for cell, *_ in typed), set.intersection(*map(set, typed)) if typed else set()
    found = {}
    for (cell, *settings), seeds in typed.items():
        apart = [each for each in settings if each not in common] if names[cell] > 1 else []
        found[" ".join([cell, *apart])] = list(seeds.values())
    return found
