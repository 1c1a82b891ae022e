"""All that is done to the program on purpose, and a page of what came of it: docs/results/torture.md.

python scripts/torture_all.py --work FOLDER              # hours: what `make torture` runs; goes on where it was
python scripts/torture_all.py --short --to torture.md    # a quarter of an hour

The exit status is 1 where one of the parts found a fault.
"""

from __future__ import annotations

import argparse
import json
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
from inn_experiments.tracking.origin import git_commit

HERE = Path(__file__).parent
LONG = {"tables": 5000, "kills": 300, "stops": 30, "writers": "*", "disk": "*", "damages": "*"}
SHORT = {
    "tables": 100,
    "kills": 4,
    "stops": 2,
    "writers": "*two",
    "disk": "file 60000",
    "damages": "mlflow.db *dropped",
}
"""How much of each part."""


@dataclass(frozen=True)
class Part:
    """One script: its title on the page, what is typed, and which of its lines are its figures.

    Attributes:
        lines: how many of the last ones; 0 for all.
        resumes: whether it has a --work of its own, in which it goes on where it was.
    """

    title: str
    typed: tuple[str, ...]
    lines: int
    resumes: bool


@dataclass(frozen=True)
class Done:
    """What came of a part: its exit status and its figures, at which commit."""

    part: Part
    status: int
    figures: str
    commit: str


def parts(options: argparse.Namespace) -> list[Part]:
    """The scripts, in the order of the page."""
    drawn = ("--seed", str(options.seed))
    asked = ("--stops", str(options.stops), "--workers", str(options.stops // 3))
    writers, disk = ("torture_writers.py", "--only", options.writers), ("torture_disk.py", "--only", options.disk)
    return [
        Part("Odd and damaged tables", ("torture_tables.py", "--cases", str(options.tables), *drawn), 9, False),
        Part("Killed sweeps", ("torture_kills.py", "--kills", str(options.kills), *drawn), 6, True),
        Part("Sweeps that are asked to stop, or lose a worker", ("torture_signals.py", *asked, *drawn), 4, True),
        Part("Several processes on one outputs folder", writers, 0, True),
        Part("No room, nothing to write to, a locked database", disk, 0, True),
        Part("Damaged outputs folders", ("torture_state.py", "--only", options.damages, *drawn), 1, True),
    ]


def run(part: Part, work: Path | None, commit: str) -> Done:
    """Run a script, show what it prints, and keep its figures; with `work`, from there where they stand in it."""
    name = Path(part.typed[0]).stem
    kept = work / "done" / f"{name}.json" if work else None
    if kept is not None and kept.exists():
        known = json.loads(kept.read_text(encoding="utf-8"))
        if known["typed"] == list(part.typed):
            return Done(part, known["status"], known["figures"], known["commit"])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    place = ["--work", str(work / name)] if work and part.resumes else []
    line = [sys.executable, str(HERE / part.typed[0]), *part.typed[1:], *place]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment) as process:
        lines = []
        for each in process.stdout or ():
            print(each, end="", flush=True)
            lines.append(each.rstrip())
    done = Done(part, process.returncode, "\n".join(lines[-part.lines :]), commit)
    # Another status is of a script that did not come to its end.
    if kept is not None and done.status in (0, 1) and lines:
        plain = {"typed": list(part.typed), "status": done.status, "figures": done.figures, "commit": commit}
        write_text(kept, json.dumps(plain, indent=1) + "\n")
    return done


def page(done: list[Done], day: str, commit: str) -> str:
    """The page, as Markdown."""
    text = [
        "# Torture",
        "",
        f"- {day}, inn-experiments {__version__}, commit {commit or 'unknown'}",
        f"- Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors",
        f"- faults: {', '.join(each.part.title.lower() for each in done if each.status) or 'none'}",
        "",
    ]
    for each in done:
        typed = shlex.join(["python", f"scripts/{each.part.typed[0]}", *each.part.typed[1:]])
        earlier = [] if each.commit == commit else [f"At commit {each.commit or 'unknown'}.", ""]
        text += [f"## {each.part.title}", "", *earlier, "```", typed, each.figures, "```", ""]
    return "\n".join(text)


def main() -> int:
    """Run all parts and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="a little of everything, for the options not given")
    parser.add_argument("--tables", type=int)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--stops", type=int)
    parser.add_argument("--writers", help="pattern of a case")
    parser.add_argument("--disk", help="pattern of a case")
    parser.add_argument("--damages", help="pattern of `file damage`")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, help="folder in which all goes on where it was")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "results" / "torture.md")
    parser.set_defaults(**(SHORT if "--short" in sys.argv[1:] else LONG))
    options, commit = parser.parse_args(), git_commit()
    work = options.work and options.work.absolute()
    done = [run(part, work, commit) for part in parts(options)]
    write_text(options.to, page(done, date.today().isoformat(), commit))
    print(options.to)
    return int(any(each.status for each in done))


if __name__ == "__main__":
    sys.exit(main())
