"""Sweeps that are asked to stop, or lose a worker, at random moments; then finished and compared with undisturbed ones.

python scripts/torture_signals.py --stops 30 --workers 30 --work FOLDER
python scripts/torture_signals.py --stops 5 --workers 0 --sweep joblib --work FOLDER

A round of stops sends SIGINT or SIGTERM to a sweep, to its process or to the whole group, some of them twice, as often
as it says; a round of workers kills one of a parallel sweep's worker processes, now and then a second one, and lets it
go on. Then the sweep is repeated, ends, and is compared with an undisturbed one. Every round is a line of
FOLDER/signals.jsonl, and the rounds that stand there are not done again; the exit status is 1 where there was a fault.
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
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torture_kills
from torture import processes
from torture.sweeps import SWEEPS, Sweep, kill

STOPS, WORKERS = "stops", "workers"
STATUS = {signal.SIGINT: (130, -signal.SIGINT), signal.SIGTERM: (143, -signal.SIGTERM)}
"""What a shell calls 130 and 143: the program's own status, or, before it is there to hear, the signal itself."""
PATIENCE = 6.0
"""Seconds after its end in which nobody of a sweep may be left."""
GRACE = 1000
"""Milliseconds that a signal may take to be heard."""
SLOWEST = 60.0
"""Seconds in which a sweep that was asked to stop ends."""
SWALLOWED = "Exception ignored in"
KILLED_CELL, KILLED_WORKER = "killed: ", "a worker process was killed"


@dataclass
class Round(torture_kills.Round):
    """What was done and seen in one outputs folder.

    Attributes:
        kind: STOPS or WORKERS; `kills` counts the stops that were asked for, or the workers that were killed.
        told: of each, what was sent, to whom, and after how many seconds all was over.
        swallowed: stops that Python discarded on the way, and that were heard later.
        given_up: cells that ended with their worker.
    """

    kind: str = STOPS
    told: list[str] = field(default_factory=list)
    swallowed: int = 0
    given_up: int = 0


class Torture(torture_kills.Torture):
    """Rounds of signals in the folder `work`."""

    def known(self) -> list[Round]:
        """The rounds that stand in signals.jsonl, in their order."""
        path = self.work / "signals.jsonl"
        return [Round(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []

    def stops(self, number: int, name: str, count: int, draw: random.Random) -> Round:
        """Ask the sweep to stop so many times, then finish it."""
        wanted, seconds = self.wanted(name)
        sweep, seen, finished = self._sweep(name, f"stops-{number}-{os.getpid()}"), Round(number, name), set()
        for _ in range(count):
            process = self._start(sweep)
            if not self._moment(sweep, process, seen, draw):
                break
            self._stop(sweep, process, seen, draw)
            torture_kills.look(sweep, seen, finished)
        return self._finished(sweep, seen, finished, wanted, seconds)

    def workers(self, number: int, name: str, count: int, draw: random.Random) -> Round:
        """Kill a worker of the sweep, of one that goes on so many times, then repeat it."""
        wanted, seconds = self.wanted(name)
        sweep, seen = self._sweep(name, f"workers-{number}-{os.getpid()}"), Round(number, name, kind=WORKERS)
        process, finished = self._start(sweep), set()
        for _ in range(count):
            if not self._moment(sweep, process, seen, draw):
                break
            end = time.monotonic() + SLOWEST
            while not (pool := processes.workers(process.pid)) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            if pool:
                with suppress(ProcessLookupError):
                    os.kill(draw.choice(pool), signal.SIGKILL)
                    seen.kills += 1
        status = self._ended(process, seen, 20 * seconds + 120)
        self._judge(sweep, seen, status)
        torture_kills.look(sweep, seen, finished)
        return self._finished(sweep, seen, finished, wanted, seconds)

    def _moment(self, sweep: Sweep, process: subprocess.Popen[bytes], seen: Round, draw: random.Random) -> bool:
        """Let a random time pass, half of the times after a cell has begun; answers whether the process is alive."""
        if draw.random() < 0.5:
            sweep.await_cell(process)
        moment = draw.uniform(0, self.span)
        seen.moments.append(round(moment, 2))
        try:
            status = process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            seen.inside += bool(sweep.count("RUNNING"))
            return True
        if status and seen.kind == STOPS:
            seen.faults.append(f"ended by itself with {status}")
        return False

    def _stop(self, sweep: Sweep, process: subprocess.Popen[bytes], seen: Round, draw: random.Random) -> None:
        number, group = draw.choice([signal.SIGINT, signal.SIGTERM]), draw.random() < 0.5
        twice = draw.uniform(0.05, 1.0) if draw.random() < 0.3 else None
        before = len(sweep.log.read_bytes())
        asked = time.time()
        _send(process, number, group)
        if twice is not None:
            time.sleep(twice)
            _send(process, number, group)
        seen.kills += 1
        status = self._ended(process, seen, SLOWEST)
        told = f"{number.name} to the {'group' if group else 'process'}{' twice' if twice else ''}"
        seen.told.append(f"{told}: {status} after {time.time() - asked:.1f} s")
        if status not in STATUS[number]:
            seen.faults.append(f"{told}: status {status}")
        text = sweep.log.read_bytes()[before:].decode(errors="replace")
        seen.swallowed += text.count(SWALLOWED)
        late = [run for run, end in ends(sweep) if end > asked * 1000 + GRACE]
        if late:
            seen.faults.append(f"{told}: FINISHED after it: {late}")

    def _ended(self, process: subprocess.Popen[bytes], seen: Round, most: float) -> object:
        """The exit status; whoever is left afterwards is a fault, and ended."""
        try:
            status: object = process.wait(timeout=most)
        except subprocess.TimeoutExpired:
            status = "no end"
        if status != "no end" and (left := processes.survivors(process.pid, PATIENCE)):
            seen.faults.append(f"alive {PATIENCE:.0f} s later: {left}")
        kill(process)
        processes.end_all(process.pid)
        return status

    def _judge(self, sweep: Sweep, seen: Round, status: object) -> None:
        """Whether a sweep that lost workers said so and ended as its cells did."""
        text = sweep.log.read_text(encoding="utf-8", errors="replace")
        cells = [json.loads(path.read_text()) for path in sorted(sweep.outputs.rglob("result.json"))]
        seen.given_up = sum(cell["status"] == "killed" for cell in cells)
        said = text.count(KILLED_WORKER)
        seen.told.append(f"status {status}, {len(cells)} results, {seen.given_up} killed; said {said} times")
        if status not in (0, 1) or bool(status) != bool(seen.given_up):
            seen.faults.append(f"status {status} with {seen.given_up} killed cells: {text[-300:]}")
        if len(cells) != len(self.wanted(seen.sweep)[0]):
            seen.faults.append(f"{len(cells)} cells have a result")
        if text.count(f"\n{KILLED_CELL}") != seen.given_up:
            seen.faults.append(f"{seen.given_up} cells were killed, {text.count(KILLED_CELL)} are named")
        if left := [run for run, state, _ in sweep.runs() if state == "RUNNING"]:
            seen.faults.append(f"RUNNING after the end: {left}")

    def _finished(self, sweep: Sweep, seen: Round, finished: set[str], wanted: dict, seconds: float) -> Round:
        process = self._start(sweep)
        status = self._ended(process, seen, 20 * seconds + 120)
        text = sweep.log.read_text(encoding="utf-8", errors="replace")
        seen.words = {word: text.count(word) for word in torture_kills.WORDS if word in text}
        if status:
            seen.faults.append(f"the last start ended with {status}: {text[-600:]}")
        else:
            torture_kills.compare(sweep, seen, finished, wanted)
        seen.left = sweep.leftovers()[:40]
        with (self.work / "signals.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(seen)) + "\n")
        return seen


def ends(sweep: Sweep) -> list[tuple[str, int]]:
    """(run, its end in milliseconds since 1970) of the FINISHED runs."""
    path = sweep.outputs / "mlflow.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'runs'").fetchall()
        query = "SELECT run_uuid, end_time FROM runs WHERE status = 'FINISHED'"
        return connection.execute(query).fetchall() if tables else []


def _send(process: subprocess.Popen[bytes], number: int, group: bool) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number) if group else os.kill(process.pid, number)


def told(rounds: list[Round]) -> list[str]:
    """The figures of some rounds, a line each."""
    lines = []
    for kind, what in ((STOPS, "stops asked for"), (WORKERS, "workers killed")):
        of = [each for each in rounds if each.kind == kind]
        inside = sum(each.inside for each in of)
        lines.append(
            f"{sum(each.kills for each in of)} {what} in {len(of)} sweeps, {inside} of them in a "
            f"running cell; {sum(each.cells for each in of)} cells finished and compared; "
            f"{sum(bool(each.faults) for each in of)} sweeps with a fault"
        )
    lines.append(f"{sum(each.swallowed for each in rounds)} stops discarded by Python on the way, and heard later")
    again = sum(each.given_up for each in rounds)
    return [*lines, f"{again} cells ended with their worker, and were finished by repeating"]


def main() -> int:
    """Disturb as often as asked, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stops", type=int, default=100)
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--each", type=int, nargs=2, default=(3, 6), help="least and most stops of a round")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--span", type=float, default=8.0, help="seconds within which a signal comes")
    parser.add_argument("--epochs", type=int, default=30, help="of each training")
    parser.add_argument("--sweep", choices=sorted(SWEEPS), help="this one alone for stops")
    parser.add_argument("--work", type=Path, help="folder for outputs, logs and signals.jsonl")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = [options.sweep] if options.sweep else torture_kills.LONG
    with tempfile.TemporaryDirectory() as place:
        torture = Torture((options.work or Path(place)).absolute(), options.span, options.epochs)
        rounds = torture.known()

        def left(kind: str, asked: int) -> int:
            return asked - sum(each.kills for each in rounds if each.kind == kind)

        try:
            while (stops := max(0, left(STOPS, options.stops))) + (lost := max(0, left(WORKERS, options.workers))):
                number = options.seed + len(rounds)
                draw = random.Random(number)
                if stops and (number % 2 == 0 or not lost):
                    name = names[number // 2 % len(names)]
                    rounds.append(torture.stops(number, name, min(stops, draw.randint(*options.each)), draw))
                else:
                    rounds.append(torture.workers(number, "joblib", min(lost, draw.randint(1, 3)), draw))
                print(json.dumps(asdict(rounds[-1])), flush=True)
        finally:
            torture.end()
    print("\n".join(told(rounds)))
    return int(any(each.faults for each in rounds))


if __name__ == "__main__":
    sys.exit(main())
