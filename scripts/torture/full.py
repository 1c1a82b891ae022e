"""One cell that is asked for where something hinders, and once more where nothing does; what was seen of it."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torture.sweeps import ROOT, Sweep, differences, environment, write_table

CURES = ("paths.outputs=FOLDER", "repeat", "another folder", "use another", "end that program")
"""One of which a line names."""


@dataclass
class Seen:
    """What came of a cell.

    Attributes:
        name: of what hindered.
        outputs: its folder.
        status: exit status; said: what it said on stderr; run: the status of its run then.
        began: when, in seconds since 1970; seconds: that it took, and the undisturbed start after it.
        faults: what must not be.
    """

    name: str
    outputs: Path
    status: int = 0
    said: str = ""
    run: str = ""
    began: float = field(default_factory=time.time)
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The figures, as the page has them."""
        told = f"{self.name}: exit {self.status}, run {self.run or 'none'}, {self.seconds:.0f} s"
        return f"{told}, then finished, {len(self.faults)} faults"


class Cell:
    """One cell in outputs folders below `work`."""

    def __init__(self, work: Path, epochs: int = 3) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.work, self.epochs, self.table = work, epochs, write_table(work / "small.csv")
        self._wanted: dict[str, Any] | None = None
        self._count = 0

    def known(self) -> dict[str, Seen]:
        """What stands in disk.jsonl, by the name of the case."""
        path = self.work / "disk.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return {told["case"]: Seen(**told["seen"]) for told in map(json.loads, lines)}

    def note(self, name: str, seen: Seen) -> None:
        """Write what was seen to disk.jsonl."""
        with (self.work / "disk.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"case": name, "seen": asdict(seen)}, default=str) + "\n")

    def folder(self, name: str = "out") -> Path:
        """The name of a new folder."""
        self._count += 1
        return self.work / f"{name}-{self._count}-{os.getpid()}"

    def seen(self, name: str, outputs: Path) -> Seen:
        """Of what was not looked at so far."""
        return Seen(name, outputs)

    def sweep(self, outputs: Path) -> Sweep:
        """The cell in this folder."""
        return Sweep("one", outputs, self.table, self.epochs, ("seed=0", "trainer.progress=false"), alone=True)

    def start(self, outputs: Path, most: int | None = None) -> subprocess.Popen[str]:
        """Ask for the cell, whose files may have so many bytes at `most`."""

        def limit() -> None:
            if most is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        return subprocess.Popen(
            self.sweep(outputs).line,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**environment(), "PYTHONDONTWRITEBYTECODE": "1"},
            preexec_fn=limit,
        )

    def ask(self, outputs: Path, most: int | None = None) -> subprocess.CompletedProcess[str]:
        """As `start`, to its end."""
        process = self.start(outputs, most)
        out, err = process.communicate(timeout=900)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def wanted(self) -> dict[str, Any]:
        """What an undisturbed cell finds: fingerprint -> its report and hashes."""
        if self._wanted is None:
            outputs = self.folder("undisturbed")
            if (done := self.ask(outputs)).returncode:
                raise SystemExit(f"the undisturbed cell ended with {done.returncode}: {done.stderr}")
            self._wanted = {mark: next(iter(runs.values())) for mark, runs in self.sweep(outputs).results().items()}
        return self._wanted

    def prepared(self) -> Path:
        """A folder whose database is there, and nothing else."""
        outputs = self.folder()
        code = "import sys; from pathlib import Path; from inn_experiments.tracking import store; "
        code += "store.initialise(Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", code, str(outputs)], check=True, env=environment())
        return outputs

    def look_at_halves(self, seen: Seen) -> None:
        """Note files under their final names that are not whole."""
        if seen.outputs.exists() and (halves := self.sweep(seen.outputs).halves()):
            seen.faults.append(f"half-written: {halves[:4]}")

    def ask_twice(self, seen: Seen, done: subprocess.CompletedProcess[str]) -> Seen:
        """Judge how the hindered cell was `done`, and ask for it once more."""
        sweep, wanted = self.sweep(seen.outputs), self.wanted()
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        seen.status, seen.said = done.returncode, " / ".join(lines)[-600:]
        self.look_at_halves(seen)
        seen.run = " ".join(self._statuses(sweep))
        seen.faults += judged(done.returncode, lines, [str(seen.outputs), str(seen.outputs.parent)])
        if done.returncode == 0:
            seen.faults += [] if "FINISHED" in seen.run else [f"exit 0 with run {seen.run!r}"]
        again = self.ask(seen.outputs)
        if again.returncode:
            seen.faults.append(f"started again it ended with {again.returncode}: {again.stderr[-300:]}")
        else:
            found = sweep.results()
            for mark, runs in found.items():
                for report in runs.values():
                    if other := differences(wanted.get(mark, {}), report):
                        seen.faults.append(f"differs: {other[:3]} ({len(other)})")
            if {mark: len(runs) for mark, runs in found.items()} != dict.fromkeys(wanted, 1):
                seen.faults.append(f"finished: {[len(runs) for runs in found.values()]} runs of {len(wanted)} cells")
            if "RUNNING" in (now := self._statuses(sweep)):
                seen.faults.append(f"RUNNING for ever: {now}")
            if left := sweep.leftovers():
                seen.faults.append(f"files of nobody: {left[:4]}")
        seen.seconds = round(time.time() - seen.began, 1)
        return seen

    def _statuses(self, sweep: Sweep) -> list[str]:
        try:
            return [status for _, status, _ in sweep.runs()]
        except (sqlite3.Error, RuntimeError) as error:
            return [f"unknown ({error})"]


def judged(status: int, lines: list[str], places: list[str]) -> list[str]:
    """What is wrong with the exit status of a hindered cell and its lines on stderr, which are to name one of places.

    >>> judged(2, ["error: /a/b: no space left on device; paths.outputs=FOLDER writes elsewhere"], ["/a"])
    []
    >>> judged(2, ["error: something is wrong"], ["/a"])
    ['names neither place nor cure: error: something is wrong']
    """
    if status == 0:
        return []
    if status != 2 or any("Traceback" in line for line in lines):
        return [f"exit {status}: {' / '.join(lines)[-300:]}"]
    if len(lines) != 1 or not lines[0].startswith("error: "):
        return [f"not one line: {lines[:5]}"]
    named, cured = any(place in lines[0] for place in places), any(cure in lines[0] for cure in CURES)
    lacks = {(False, False): "names neither place nor cure", (False, True): "names no place", (True, False): "no cure"}
    return [] if named and cured else [f"{lacks[named, cured]}: {lines[0]}"]
