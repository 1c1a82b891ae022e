"""Sweeps that are killed at random moments, finished, and compared with undisturbed ones.

python scripts/torture_kills.py --kills 300 --seed 0 --work FOLDER
python scripts/torture_kills.py --kills 10 --sweep joblib --work FOLDER

A round has an outputs folder of its own: one of the sweeps runs there, its process group is killed several times over,
each time something is looked for that must not be, and then it runs to its end. Half of the kills fall when a cell is
running for certain, the others at any time. Every round is a line of FOLDER/kills.jsonl, and the rounds that stand
there are not done again; the exit status is 1 where something was lost or is different.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torture.sweeps import SWEEPS, Sweep, differences, kill, write_table

LONG = ("methods", "generators", "joblib")
WORDS = ("Traceback", "database is locked", "cannot be read", "damaged")
"""That are looked for in what a sweep prints."""


@dataclass
class Round:
    """What was done and seen in one outputs folder.

    Attributes:
        kills: of them `inside` with a run RUNNING, and `resumable` with a checkpoint on the disk.
        cells: FINISHED in the end.
        faults: what must not be; left: files of nobody that are there in the end; words: of WORDS, how often.
    """

    number: int
    sweep: str
    kills: int = 0
    inside: int = 0
    resumable: int = 0
    cells: int = 0
    moments: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)


class Torture:
    """Rounds of killing in the folder `work`; kills come up to `span` seconds after what they wait for."""

    def __init__(self, work: Path, span: float = 6.0, epochs: int = 30) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.work, self.span, self.epochs = work, span, epochs
        self.table = write_table(work / "small.csv")
        self.last: subprocess.Popen[bytes] | None = None
        self._wanted: dict[str, tuple[dict[str, Any], float]] = {}

    def known(self) -> list[Round]:
        """The rounds that stand in kills.jsonl, in their order."""
        path = self.work / "kills.jsonl"
        return [Round(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []

    def wanted(self, name: str) -> tuple[dict[str, Any], float]:
        """Of the undisturbed sweep: fingerprint -> what its run found, and the seconds it took."""
        if name not in self._wanted:
            sweep, started = self._sweep(name, f"undisturbed-{name}-{os.getpid()}"), time.monotonic()
            status = self._start(sweep).wait()
            if status:
                raise SystemExit(f"the undisturbed sweep {name} ended with {status}; see {sweep.log}")
            found = {mark: next(iter(runs.values())) for mark, runs in sweep.results().items()}
            self._wanted[name] = found, time.monotonic() - started
        return self._wanted[name]

    def round(self, number: int, name: str, kills: int, draw: random.Random) -> Round:
        """Kill the sweep so many times, finish it, and compare it with the undisturbed one."""
        wanted, seconds = self.wanted(name)
        sweep, seen, finished = self._sweep(name, f"round-{number}-{os.getpid()}"), Round(number, name), set()
        for _ in range(kills):
            process = self._start(sweep)
            if draw.random() < 0.5:
                sweep.await_cell(process)
            moment = draw.uniform(0, self.span)
            seen.moments.append(round(moment, 2))
            try:
                process.wait(timeout=moment)
            except subprocess.TimeoutExpired:
                seen.inside += bool(sweep.count("RUNNING"))
            if not kill(process):
                if process.returncode:
                    seen.faults.append(f"ended by itself with {process.returncode}")
                break
            seen.kills += 1
            seen.resumable += any(sweep.outputs.glob("fits/*.unfinished/*.ckpt"))
            look(sweep, seen, finished)
        process = self._start(sweep)
        try:
            status: object = process.wait(timeout=20 * seconds + 120)
        except subprocess.TimeoutExpired:
            kill(process)
            status = "no end"
        text = sweep.log.read_text(encoding="utf-8", errors="replace")
        seen.words = {word: text.count(word) for word in WORDS if word in text}
        if status:
            seen.faults.append(f"the last start ended with {status}: {text[-600:]}")
        else:
            compare(sweep, seen, finished, wanted)
        seen.left = sweep.leftovers()[:40]
        with (self.work / "kills.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(seen)) + "\n")
        return seen

    def end(self) -> None:
        """End the sweep that was started last, if it is alive."""
        if self.last is not None:
            kill(self.last)

    def _sweep(self, name: str, folder: str) -> Sweep:
        return Sweep(name, self.work / folder, self.table, self.epochs)

    def _start(self, sweep: Sweep) -> subprocess.Popen[bytes]:
        self.last = sweep.start()
        return self.last


def look(sweep: Sweep, seen: Round, finished: set[str]) -> None:
    """Note what must not be after a kill; `finished` are the runs that were FINISHED so far, and grows."""
    try:
        runs = sweep.runs()
    except (sqlite3.Error, RuntimeError) as error:
        seen.faults.append(f"database after kill {seen.kills}: {error}")
        return
    now = {run for run, status, _ in runs if status == "FINISHED"}
    if lost := finished - now:
        seen.faults.append(f"FINISHED before, not now: {sorted(lost)}")
    finished |= now
    for run in now:
        if not (sweep.folder(run) / "report.json").is_file():
            seen.faults.append(f"{run}: FINISHED without a report")
    if halves := sweep.halves():
        seen.faults.append(f"half-written after kill {seen.kills}: {halves}")


def compare(sweep: Sweep, seen: Round, finished: set[str], wanted: dict[str, Any]) -> None:
    """Note in what a finished sweep differs from the undisturbed one."""
    found = sweep.results()
    seen.cells = len(found)
    if found.keys() != wanted.keys():
        seen.faults.append(f"cells: {len(found)} instead of {len(wanted)}")
    for mark, runs in found.items():
        if len(runs) > 1:
            seen.faults.append(f"{mark[:8]}: {len(runs)} FINISHED runs")
        for report in runs.values():
            if other := differences(wanted.get(mark, {}), report):
                seen.faults.append(f"{mark[:8]} differs: {other[:4]} ({len(other)})")
    if left := [run for run, status, _ in sweep.runs() if status == "RUNNING"]:
        seen.faults.append(f"RUNNING for ever: {left}")
    if lost := finished - {run for runs in found.values() for run in runs}:
        seen.faults.append(f"FINISHED once, and not in the end: {sorted(lost)}")


def told(rounds: list[Round]) -> list[str]:
    """The figures of some rounds, a line each."""
    kills = sum(each.kills for each in rounds)
    words = [f"{word!r} {sum(each.words.get(word, 0) for each in rounds)} times" for word in WORDS]
    return [
        f"{kills} kills in {len(rounds)} sweeps of {', '.join(sorted({each.sweep for each in rounds}))}",
        f"{sum(each.inside for each in rounds)} of them in a running cell, "
        f"{sum(each.resumable for each in rounds)} with a checkpoint on the disk",
        f"{sum(each.cells for each in rounds)} cells finished and compared with an undisturbed sweep",
        f"{sum(bool(each.faults) for each in rounds)} sweeps in which something was lost or is different",
        f"{sum(bool(each.left) for each in rounds)} sweeps with files of nobody in the end",
        f"printed: {', '.join(words)}",
    ]


def main() -> int:
    """Kill as often as asked, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--each", type=int, nargs=2, default=(6, 12), help="least and most kills of a round")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--span", type=float, default=6.0, help="seconds within which a kill comes")
    parser.add_argument("--epochs", type=int, default=30, help="of each training")
    parser.add_argument("--sweep", choices=sorted(SWEEPS), help="this one alone")
    parser.add_argument("--work", type=Path, help="folder for outputs, logs and kills.jsonl")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = [options.sweep] if options.sweep else LONG
    with tempfile.TemporaryDirectory() as place:
        torture = Torture((options.work or Path(place)).absolute(), options.span, options.epochs)
        rounds = torture.known()
        try:
            while (left := options.kills - sum(each.kills for each in rounds)) > 0:
                number = options.seed + len(rounds)
                draw = random.Random(number)
                kills = min(left, draw.randint(*options.each))
                rounds.append(torture.round(number, names[number % len(names)], kills, draw))
                print(json.dumps(asdict(rounds[-1])), flush=True)
        finally:
            torture.end()
    print("\n".join(told(rounds)))
    return int(any(each.faults for each in rounds))


if __name__ == "__main__":
    sys.exit(main())
