"""Sweeps of the command in process groups of their own, and what lies in their outputs folders."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inn_experiments.tracking import experiments

ROOT = Path(__file__).resolve().parents[2]
SMOKE = ["experiment=smoke", "data=table", "data.label=label", "trainer.checkpoint_minutes=0"]
SWEEPS = {
    "methods": ["method=implicit,semi_implicit,svd", "seed=0,1"],
    "generators": ["generator=gan,vae,smote", "seed=0,1"],
    "joblib": ["method=implicit,svd,explicit", "seed=0,1", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "short": ["generator=gan", "seed=0,1", "utility=none"],
    "one": ["generator=gan", "utility=none"],
    "workers": ["generator=gan", "seed=0,1,2", "utility=none", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "stacks": ["method=implicit,svd", "seed=0,1", "utility=none", "hydra/launcher=stacked", "hydra.launcher.n_jobs=2"],
}
"""Name -> what it varies."""
VOLATILE = ("timings", "versions", "asked")
"""Parts of a report that are not the same in every outputs folder, or on every day."""
ENDINGS = {
    ".png": (b"\x89PNG", b"IEND"),
    ".parquet": (b"PAR1", b"PAR1"),
    ".npz": (b"PK", b"PK\x05\x06"),
    ".pt": (b"PK", b"PK\x05\x06"),
    ".ckpt": (b"PK", b"PK\x05\x06"),
}
"""How whole files of a kind begin, and what stands in their last bytes."""
RUNS = """
    SELECT r.run_uuid, r.status, t.value FROM runs r
    JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'fingerprint'
"""


@dataclass
class Sweep:
    """One sweep in one outputs folder, which is started as often as one likes.

    Args:
        name: in SWEEPS.
        outputs: its paths.outputs.
        table: the CSV that it reads.
        epochs: of its trainings.
        more: overrides beside those of its name.
        title: of its log, where several sweeps have one outputs folder.
        alone: whether it is one cell, and no sweep.
    """

    name: str
    outputs: Path
    table: Path
    epochs: int = 6
    more: tuple[str, ...] = ()
    title: str = ""
    alone: bool = False

    @property
    def line(self) -> list[str]:
        """What is typed."""
        told = [f"data.path={self.table}", f"trainer.epochs={self.epochs}", f"paths.outputs={self.outputs}"]
        many = [] if self.alone else ["-m"]
        return [sys.executable, "-m", "inn_experiments", *many, *SMOKE, *SWEEPS[self.name], *told, *self.more]

    @property
    def log(self) -> Path:
        """What it prints, of all starts."""
        return self.outputs.with_name(f"{self.outputs.name}{self.title}.log")

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own."""
        with self.log.open("ab") as handle:
            return subprocess.Popen(
                self.line,
                cwd=ROOT,
                stdout=handle,
                stderr=handle,
                start_new_session=True,
                env=environment(),
                preexec_fn=heard,
            )

    def await_cell(self, process: subprocess.Popen[bytes], most: float = 180) -> None:
        """Wait until a run is RUNNING that was not before `process`, or the process ends, or so many seconds pass."""
        before, end = self.count("RUNNING"), time.monotonic() + most
        while process.poll() is None and time.monotonic() < end:
            now = self.count("RUNNING")
            if now > before:
                return
            # The start marks the runs of dead processes as KILLED.
            before = now
            time.sleep(0.1)

    def count(self, status: str) -> int:
        """Number of runs with this status; 0 while the database cannot be read."""
        try:
            return sum(found == status for _, found, _ in self.runs())
        except (sqlite3.Error, RuntimeError):
            return 0

    def runs(self) -> list[tuple[str, str, str]]:
        """(run, status, fingerprint) of every run of a cell; raises RuntimeError for a damaged database."""
        path = self.outputs / "mlflow.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            check = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if check != "ok":
                raise RuntimeError(f"integrity of the database: {check}")
            return connection.execute(RUNS).fetchall()

    def folder(self, run: str) -> Path:
        """Of the files of a run."""
        return experiments.folder(self.outputs / "mlflow.db", run)

    def results(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Fingerprint -> FINISHED run -> its report without VOLATILE, and hashes of its samples and figures."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for run, status, mark in self.runs():
            if status == "FINISHED":
                folder = self.folder(run)
                report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
                report = {key: value for key, value in report.items() if key not in VOLATILE}
                # How long the last training took.
                report["kept"].pop("seconds", None)
                report["samples"] = digest(folder / "samples.parquet")
                report["figures"] = {path.name: digest(path) for path in sorted((folder / "figures").glob("*.png"))}
                found.setdefault(mark, {})[run] = report
        return found

    def halves(self) -> list[str]:
        """Files that have their final name and are not whole."""
        return [str(path.relative_to(self.outputs)) for path in self._files() if not whole(path)]

    def leftovers(self) -> list[str]:
        """Temporary files and folders, unfinished trainings, and locks of cells and trainings, that nobody is at."""
        found = [path for path in self.outputs.rglob(".*") if path.name != ".hydra"]
        found += [
            path for end in ("fits/*.unfinished", "fits/*.lock", "runs/*.lock") for path in self.outputs.glob(end)
        ]
        return sorted(str(path.relative_to(self.outputs)) for path in found)

    def _files(self) -> list[Path]:
        found = [path for path in self.outputs.rglob("*") if path.is_file()]
        return [
            path for path in found if not any(part.startswith(".") for part in path.relative_to(self.outputs).parts)
        ]


def heard() -> None:
    """Let this process hear SIGINT, which jobs in the background of a shell begin with ignoring."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment() -> dict[str, str]:
    """Of a process of the command: the program of this checkout, and one thread."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill the whole process group; answers whether it was alive."""
    alive = process.poll() is None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return alive


def whole(path: Path) -> bool:
    """Whether a file is as its ending says, from its first byte to its last."""
    data = path.read_bytes()
    if path.suffix == ".json":
        try:
            json.loads(data)
        except ValueError:
            return False
        return True
    first, last = ENDINGS.get(path.suffix, (b"", b""))
    return data.startswith(first) and last in data[-64:]


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_table(path: Path) -> Path:
    """A CSV of three classes with twelve rows of forty columns; returns its path."""
    draw = random.Random(0)
    lines = ["label," + ",".join(map(str, range(40)))]
    for name in "abc":
        base = [draw.random() + 0.1 for _ in range(40)]
        lines += [f"{name}," + ",".join(f"{b + 0.3 * draw.random():.4f}" for b in base) for _ in range(12)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def differences(one: object, other: object, where: str = "") -> list[str]:
    """Where two plain values differ, and what stands there.

    >>> differences({"a": [1, 2]}, {"a": [1, 3]})
    ['/a[1]: 2 / 3']
    """
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other}, key=str)
        return [each for key in keys for each in differences(one.get(key), other.get(key), f"{where}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [each for place, (a, b) in pairs for each in differences(a, b, f"{where}[{place}]")]
    return [] if type(one) is type(other) and one == other else [f"{where}: {one!r} / {other!r}"]
