"""What the record says of a cell's run beside its numbers, for whoever looks through many: tags and a description."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.told import MOST, is_smoke, parameters
from inn_experiments.contracts import Report
from inn_experiments.contracts.recording import Run
from inn_experiments.contracts.secrets import masked

if TYPE_CHECKING:
    from inn_experiments.running.beginning import Begun

MOST_TAG = 5000
"""Characters that MLflow takes in a tag."""


def tags(cell: Cell, begun: Begun, typed: Sequence[str], started_in: str) -> dict[str, str]:
    """The tags of a run: what it is found by, its data set, whether its numbers count, what was read, the command."""
    found = {"cell": cell.name, "fingerprint": cell.fingerprint, "sweep": started_in}
    found |= {"dataset": begun.split.name, "effort": "smoke" if is_smoke(cell) else "full"}
    found |= {"read": begun.report.split["read"]["line"][:MOST_TAG]} if "read" in begun.report.split else {}
    return {**found, "command": masked(shlex.join(["python", "-m", "inn_experiments", *typed]))}


def begin(run: Run, cell: Cell, told: Mapping[str, str], typed: Sequence[str], searched: Mapping[str, Any]) -> int:
    """Record the parameters of a run, and what it is; answers for how many there was no room."""
    # One more is told at the end: how many numbers were learned.
    shown, rest = parameters(cell, typed, searched, MOST - 1)
    run.params({name: masked(value) for name, value in shown.items()})
    if rest:
        more = " ".join(f"{name}={value}" for name, value in rest.items())
        run.tag("more_parameters", masked(more)[:MOST_TAG])
    run.describe(_description(told, (), len(rest)))
    return len(rest)


def end(run: Run, told: Mapping[str, str], report: Report, rest: int) -> None:
    """Record what the run shows."""
    from inn_experiments.reports.cell.verdict import verdict

    run.describe(_description(told, verdict(report), rest))


def _description(told: Mapping[str, str], sentences: Sequence[str], rest: int) -> str:
    """Markdown for the run's page: what it found, what was read, how it was asked for."""
    parts = [plain(sentence) for sentence in sentences]
    if told["effort"] == "smoke":
        parts.append("**smoke**: a look at whether all works; its numbers mean nothing.")
    parts += [f"read {plain(told['read'])}"] if "read" in told else []
    parts += [f"{rest} more settings are in the tag `more_parameters` and in `config.yaml`."] if rest else []
    # A fence is longer than any in the command.
    fence = "`" * (1 + max(map(len, re.findall("`+", told["command"])), default=0))
    return "\n\n".join([*parts, f"{fence} {told['command']} {fence}"])


def plain(text: str) -> str:
    r"""The text with nothing in it that Markdown or HTML would take for its own: a file may be called anything.

    >>> print(plain("a_b <i> 1*2"))
    a\_b &lt;i&gt; 1\*2
    """
    return re.sub(r"([\\`*_\[\]#|~!])", r"\\\1", html.escape(text, quote=False))
