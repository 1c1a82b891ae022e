"""All that is done to the program on purpose, and a page of what came of it: docs/results/torture.md.

python scripts/torture_all.py                                               # hours: what `make torture` runs
python scripts/torture_all.py --tables 100 --kills 10 --damages 'mlflow.db*' --to torture.md

The exit status is 1 where one of the parts found a fault.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from torture.sweeps import ROOT

from inn_experiments import __version__
from inn_experiments.contracts import write_text

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Part:
    """One script: its title on the page, what is typed, and how many of its last lines are its figures."""

    title: str
    typed: tuple[str, ...]
    lines: int


@dataclass(frozen=True)
class Done:
    """What came of a part: its exit status and its figures."""

    part: Part
    status: int
    figures: str


def parts(tables: int, kills: int, damages: str, seed: int) -> list[Part]:
    """The scripts, in the order of the page."""
    drawn = ("--seed", str(seed))
    return [
        Part("Odd and damaged tables", ("torture_tables.py", "--cases", str(tables), *drawn), 9),
        Part("Killed sweeps", ("torture_kills.py", "--kills", str(kills), *drawn), 6),
        Part("Damaged outputs folders", ("torture_state.py", "--only", damages, *drawn), 1),
    ]


def run(part: Part) -> Done:
    """Run a script, show what it prints, and keep its last lines."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, str(HERE / part.typed[0]), *part.typed[1:]]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment) as process:
        lines = []
        for each in process.stdout or ():
            print(each, end="", flush=True)
            lines.append(each.rstrip())
    return Done(part, process.returncode, "\n".join(lines[-part.lines :]))


def page(done: list[Done], day: str) -> str:
    """The page, as Markdown."""
    text = [
        "# Torture",
        "",
        f"- {day}, version {__version__}, Python {platform.python_version()}, {platform.machine()}",
        f"- faults: {', '.join(each.part.title.lower() for each in done if each.status) or 'none'}",
        "",
    ]
    for each in done:
        typed = shlex.join(["python", f"scripts/{each.part.typed[0]}", *each.part.typed[1:]])
        text += [f"## {each.part.title}", "", "```", typed, each.figures, "```", ""]
    return "\n".join(text)


def main() -> int:
    """Run all parts and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--damages", default="*", help="pattern of `file damage`")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "results" / "torture.md")
    options = parser.parse_args()
    done = [run(part) for part in parts(options.tables, options.kills, options.damages, options.seed)]
    write_text(options.to, page(done, date.today().isoformat()))
    print(options.to)
    return int(any(each.status for each in done))


if __name__ == "__main__":
    sys.exit(main())
