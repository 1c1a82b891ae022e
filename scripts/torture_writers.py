"""Several processes of the command on one new outputs folder: each cell is finished once, by one of them.

python scripts/torture_writers.py --work FOLDER
python scripts/torture_writers.py --only '*joblib*' --work FOLDER

With seeds of their own, all at the same cell, all at the same sweep, and with the first of them killed in a cell. What
they found is compared with an undisturbed sweep. Every case is a line of FOLDER/writers.jsonl, and those that stand
there are not done again; the exit status is 1 where something was lost, is there twice, or is different.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from torture.sweeps import Sweep, kill, write_table
from torture_kills import WORDS, Round, compare, look

WAITS = "another process is at this cell"
EVERY = "0,1,2,3,4,5,6,7"
"""The seeds of the undisturbed sweep, whose cells are those of all cases but the one with stacks."""


@dataclass
class Case:
    """Processes at once on one folder, and what was seen there.

    Attributes:
        sweep: which they all run, of `torture.sweeps.SWEEPS`; with a `seed` of its own, each process has another one.
        killed: whether the first process is killed in its first cell.
        cells: FINISHED in the end; waits: how often a process waited for a cell of another one.
        faults: what must not be.
    """

    name: str
    sweep: str
    processes: int
    killed: bool = False
    seed: str = ""
    cells: int = 0
    waits: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The figures, as the page has them."""
        told = f"{self.name}: {self.processes} processes, {self.cells} cells FINISHED, {self.waits} waits"
        return f"{told}, {self.seconds:.0f} s, {len(self.faults)} faults"


def cases(processes: int) -> list[Case]:
    """All that is tried, with so many processes where there are to be many."""
    return [
        Case("seeds of their own", "one", processes, seed="each"),
        Case("the same cell, two", "one", 2, seed="same"),
        Case("the same cell", "one", processes, seed="same"),
        Case("the same sweep, two", "short", 2),
        Case("the same sweep", "short", processes),
        Case("the same sweep, first killed", "short", 2, killed=True),
        Case("the same joblib sweep", "workers", 2),
        Case("the same joblib sweep, first killed", "workers", 2, killed=True),
        Case("the same stacked sweep", "stacks", 2),
    ]


class Writers:
    """Cases in the folder `work`."""

    def __init__(self, work: Path, epochs: int = 6) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.work, self.epochs, self.table = work, epochs, write_table(work / "small.csv")
        self.alive: list[subprocess.Popen[bytes]] = []
        self._wanted: dict[str, dict[str, Any]] = {}

    def known(self) -> dict[str, Case]:
        """The cases that stand in writers.jsonl, by name."""
        path = self.work / "writers.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return {case.name: case for case in (Case(**json.loads(line)) for line in lines)}

    def wanted(self, name: str) -> dict[str, Any]:
        """Of an undisturbed sweep of one process: fingerprint -> what its run found."""
        kind, more = ("stacks", ()) if name == "stacks" else ("one", (f"seed={EVERY}",))
        if kind not in self._wanted:
            sweep = Sweep(kind, self.work / f"undisturbed-{kind}-{os.getpid()}", self.table, self.epochs, more)
            if status := self._start(sweep).wait():
                raise SystemExit(f"the undisturbed sweep {kind} ended with {status}; see {sweep.log}")
            self._wanted[kind] = {mark: next(iter(runs.values())) for mark, runs in sweep.results().items()}
        return self._wanted[kind]

    def run(self, case: Case, most: float = 1800) -> Case:
        """Let the processes of a case run to their end, of which the slowest may take so many seconds."""
        wanted, started = self.wanted(case.sweep), time.monotonic()
        outputs = self.work / f"{case.name.replace(', ', '-').replace(' ', '-')}-{os.getpid()}"
        sweeps = [
            Sweep(case.sweep, outputs, self.table, self.epochs, self._seed(case, number), f"-{number}")
            for number in range(case.processes)
        ]
        processes = [self._start(sweep) for sweep in sweeps]
        if case.killed:
            sweeps[0].await_cell(processes[0])
            case.faults += [] if kill(processes[0]) else ["the first process ended before it could be killed"]
        statuses = [self._end(process, started + most) for process in processes]
        text = "".join(sweep.log.read_text(encoding="utf-8", errors="replace") for sweep in sweeps)
        for number, status in enumerate(statuses):
            if status and not (case.killed and not number):
                case.faults.append(f"process {number} ended with {status}; see {sweeps[number].log.name}")
        seen = Round(0, case.name)
        look(sweeps[0], seen, set())
        compare(sweeps[0], seen, set(), self._of(case, wanted, sweeps[0]))
        case.faults += [*seen.faults, *(f"printed {word!r}" for word in WORDS if word in text)]
        case.faults += [f"files of nobody: {left[:4]}"] if (left := sweeps[0].leftovers()) else []
        case.cells, case.waits, case.seconds = seen.cells, text.count(WAITS), round(time.monotonic() - started, 1)
        with (self.work / "writers.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(case)) + "\n")
        return case

    def end(self) -> None:
        """End what is alive."""
        for process in self.alive:
            kill(process)

    def _seed(self, case: Case, number: int) -> tuple[str, ...]:
        return {"each": (f"seed={number}",), "same": ("seed=0",)}.get(case.seed, ())

    def _of(self, case: Case, wanted: dict[str, Any], sweep: Sweep) -> dict[str, Any]:
        """Of the undisturbed cells those that the case has: as many, and none that is not among them."""
        count = {"each": case.processes, "same": 1}.get(case.seed, {"short": 2, "workers": 3}.get(case.sweep))
        if count is None:
            return wanted
        seeds = {mark for mark, report in wanted.items() if report["seed"] < count}
        return {mark: report for mark, report in wanted.items() if mark in seeds}

    def _start(self, sweep: Sweep) -> subprocess.Popen[bytes]:
        self.alive.append(sweep.start())
        return self.alive[-1]

    def _end(self, process: subprocess.Popen[bytes], until: float) -> object:
        try:
            return process.wait(timeout=max(1.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            kill(process)
            return "no end"


def main() -> int:
    """Try all cases, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=8, help="where there are to be many; 2 to 8")
    parser.add_argument("--only", default="*", help="pattern of a case's name")
    parser.add_argument("--epochs", type=int, default=6, help="of each training")
    parser.add_argument("--work", type=Path, help="folder for outputs, logs and writers.jsonl")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as place:
        writers = Writers((options.work or Path(place)).absolute(), options.epochs)
        known, found = writers.known(), []
        try:
            for case in cases(options.processes):
                if fnmatchcase(case.name, options.only):
                    found.append(known.get(case.name) or writers.run(case))
                    print(json.dumps(asdict(found[-1])), file=sys.stderr, flush=True)
        finally:
            writers.end()
    print("\n".join(case.line() for case in found))
    return int(any(case.faults for case in found))


if __name__ == "__main__":
    sys.exit(main())
