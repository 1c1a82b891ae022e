"""Outputs folders that were damaged: what is not whole is made anew, or named in one line with what helps.

python scripts/torture_state.py --work FOLDER
python scripts/torture_state.py --only 'mlflow.db*' --work FOLDER

Of one finished cell, copies for each damage: there the cell is asked for again, or with another judge, for which its
training is read; its reports are read; rows are made of it. Every damage is a line of FOLDER/state.jsonl;
the exit status is 1 where a traceback was printed, or something damaged was taken for true.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from torture.damages import DAMAGES, READ_BY
from torture.sweeps import ROOT, Sweep, differences, digest, write_table

CELL = ("experiment=smoke", "generator=gan", "data=table", "data.label=label")
COMMANDS = {
    "again": ("inn_experiments", *CELL),
    "another judge": ("inn_experiments", *CELL, "utility.trees=6"),
    "reports": (
        "inn_experiments.reports",
        "effects",
        "--factors",
        "generator",
        "--columns",
        "test/samples/fid,parameters",
    ),
    "rows": ("inn_experiments.sample", "run=latest", "n=3"),
}
"""What is asked of a folder, each in a copy of its own."""


class State:
    """Damaged copies of one outputs folder, in `work`."""

    def __init__(self, work: Path) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.work, self.table = work, write_table(work / "small.csv")
        self.whole = work / "whole"
        if not (self.whole / "mlflow.db").exists():
            for name in ("again", "another judge"):
                # The second one stays out of the folder that is damaged, or it would be skipped there.
                target = self.whole if name == "again" else self._copy(self.whole, "judged")
                done = self.ask(name, target)
                if done.returncode:
                    raise SystemExit(f"the undisturbed cell ended with {done.returncode}: {done.stderr}")
        before, judged = self._found(self.whole), self._found(work / "judged")
        self.wanted = {
            "again": before,
            "another judge": {mark: found for mark, found in judged.items() if mark not in before},
        }
        self.rows = digest(self._rows(self.whole))

    def ask(self, name: str, outputs: Path) -> subprocess.CompletedProcess[str]:
        """One of COMMANDS for an outputs folder."""
        module, *told = COMMANDS[name]
        line = [sys.executable, "-m", module, *told]
        if module.endswith("reports"):
            line += ["--outputs", str(outputs), "--to", str(outputs / "effects.md")]
        elif module.endswith("sample"):
            line += [f"outputs={outputs}", f"to={outputs / 'rows.csv'}"]
        else:
            line += [f"paths.outputs={outputs}", f"data.path={self.table}"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        return subprocess.run(line, cwd=self.work, capture_output=True, text=True, check=False, env=environment)

    def case(self, place: str, name: str, seed: int) -> dict[str, Any]:
        """Damage one file in copies of the folder, and ask each of COMMANDS there."""
        found: dict[str, Any] = {"file": place, "damage": name, "faults": []}
        for command in next(names for beginning, names in READ_BY.items() if place.startswith(beginning)):
            draw = random.Random(f"{seed} {place} {name}")
            outputs = self._copy(self.whole, "damaged")
            files = sorted(outputs.glob(place))
            if not files:
                return {**found, "outcomes": "no such file"}
            path = draw.choice(files)
            DAMAGES[place][name](path, draw)
            done = self.ask(command, outputs)
            lines = [line for line in done.stderr.strip().splitlines() if "%|" not in line]
            found[command] = f"{done.returncode}: {' / '.join(lines)[:600]}"
            found["faults"] += [f"{command}: {fault}" for fault in self._faults(command, outputs, done, lines)]
        with (self.work / "state.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(found) + "\n")
        return found

    def _faults(
        self, command: str, outputs: Path, done: subprocess.CompletedProcess[str], lines: list[str]
    ) -> list[str]:
        if "Traceback" in done.stderr or done.returncode not in (0, 2):
            return [f"exit {done.returncode}: {' / '.join(lines)[-300:]}"]
        if done.returncode == 2:
            errors = [line for line in lines if line.startswith("error: ")]
            return [] if len(errors) == 1 and len(lines) == 1 else [f"not one line: {lines[:5]}"]
        if command == "rows":
            return [] if digest(outputs / "rows.csv") == self.rows else ["other rows than before, without a word"]
        if command == "reports":
            same = self._numbers(outputs / "effects.md") == self._numbers(self._effects())
            return [] if same else ["another table than before, without a word"]
        now = self._found(outputs)
        other = differences(self.wanted[command], {mark: now.get(mark) for mark in self.wanted[command]})
        return [f"{len(other)} differences without a word: {other[:2]}"] if other else []

    def _found(self, outputs: Path) -> dict[str, dict[str, Any]]:
        """Fingerprint -> report and hashes of each FINISHED run; of several, of the newest."""
        sweep, found = Sweep("short", outputs, self.table), {}
        for run, status, mark in sweep.runs():
            if status != "FINISHED":
                continue
            at = sweep.folder(run)
            if mark in found and found[mark][0] > at.stat().st_mtime:
                continue
            try:
                plain = {
                    path.name: digest(path) for path in [at / "samples.parquet", *sorted(at.glob("figures/*.png"))]
                }
                report = json.loads((at / "report.json").read_text(encoding="utf-8"))
                plain["numbers"] = report["numbers"]
            except (OSError, ValueError, KeyError, TypeError) as error:
                plain = {"not whole": repr(error)}
            found[mark] = at.stat().st_mtime, plain
        return {mark: plain for mark, (_, plain) in found.items()}

    def _rows(self, outputs: Path) -> Path:
        path = outputs / "rows.csv"
        if not path.exists():
            self.ask("rows", outputs)
        return path

    def _effects(self) -> Path:
        path = self.whole / "effects.md"
        if not path.exists():
            self.ask("reports", self.whole)
        return path

    def _numbers(self, path: Path) -> list[str]:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]

    def _copy(self, outputs: Path, name: str) -> Path:
        target = self.work / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(outputs, target, ignore=shutil.ignore_patterns("rows.csv", "effects.*"))
        return target


def main() -> int:
    """Damage all there is, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="*", help="pattern of `file damage`")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, help="folder for copies and state.jsonl")
    options, started = parser.parse_args(), time.monotonic()
    chosen = [(place, name) for place, names in DAMAGES.items() for name in names]
    chosen = [pair for pair in chosen if fnmatchcase(" ".join(pair), options.only)]
    with tempfile.TemporaryDirectory() as place:
        state = State((options.work or Path(place)).absolute())
        found = []
        for pair in chosen:
            found.append(state.case(*pair, options.seed))
            print(json.dumps(found[-1], indent=1), flush=True)
    bad = sum(bool(each["faults"]) for each in found)
    print(f"{len(found)} damages, in {time.monotonic() - started:.0f} s: {bad} with a fault")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
