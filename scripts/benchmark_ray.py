"""A sweep of tiny cells on Ray against the basic launcher: what a cell costs beside its work, and what is lost.

    python scripts/benchmark_ray.py [--cells 1000] [--basic 300] [--kills 3] [--cores 2] [--to PAGE]

The cells are those of tests/stub: they read no rows and train nothing, but are composed, locked, looked up and put on
record in `mlflow.db` as any others. Workers of Ray, drawn at random, are ended by SIGKILL meanwhile. Both sweeps run at
the same time, so that whatever else the machine does weighs on both. `s a cell` is (seconds from the first cell's
beginning to the last one's end) x (cells at a time) / cells, `CPU s a cell` the processor time of the sweep and of all
processes below it between the same moments, for Ray those of its own among them.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from inn_experiments import __version__

HERE = Path(__file__).resolve().parents[1]
CELL = ("generator=bootstrap", "utility=none")
PACKAGES = ("ray", "hydra-ray-launcher", "hydra-core", "mlflow")
LACKING = "not measured: Ray is not installed (pip install 'inn-experiments[ray]')"
HEAD = (
    "| launcher | cells | at a time | killed | s to the first | s of cells | s a cell | CPU s a cell | lost |\n"
    "|---|---|---|---|---|---|---|---|---|"
)
TICK = os.sysconf("SC_CLK_TCK")


class Sweep:
    """A sweep in a process of its own, writing to `outputs`; `places` cells run at a time."""

    def __init__(self, outputs: Path, cells: int, places: int, given: Sequence[str]) -> None:
        self.outputs, self.cells, self.places, self.kills = outputs, cells, places, 0
        self.used: dict[int, float] = {}
        self.before: tuple[float, int] | None = None
        path = os.pathsep.join((str(HERE / "tests/stub"), str(HERE)))
        line = [sys.executable, "-m", "inn_experiments", "-m", *CELL, f"seed=range({cells})", *given]
        self.began = time.time()
        self.process = subprocess.Popen(
            [*line, f"paths.outputs={outputs}"],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def watch(self) -> int:
        """Add up the processor time so far; how many cells have ended."""
        self.used |= {pid: _used(pid) or self.used.get(pid, 0.0) for pid in self.below()}
        ended = len([*self.outputs.glob("hydra/*/*/result.json")])
        if ended and self.before is None:
            self.before = (sum(self.used.values()), ended)
        return ended

    def below(self) -> dict[int, str]:
        """The sweep's process and all below it: pid -> command."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        table = [line.split(None, 2) for line in listed.splitlines()]
        found = {self.process.pid: ""}
        for _ in range(3):
            found |= {int(pid): name for pid, parent, name in table if int(parent) in found}
        return found

    def kill(self, rng: random.Random) -> bool:
        """SIGKILL to one of Ray's workers that runs a cell; whether there was one."""
        workers = sorted(pid for pid, name in self.below().items() if name.startswith("ray::cell"))
        if workers:
            os.kill(rng.choice(workers), signal.SIGKILL)
            self.kills += 1
        return bool(workers)

    def row(self, name: str) -> tuple[str, float, float, int]:
        """The table's row, seconds and CPU seconds a cell, and how many cells have not one finished run."""
        out, err = self.process.communicate()
        print("\n".join(line for line in (out + err).splitlines() if re.match("of |again:|error", line)), flush=True)
        runs = _runs(self.outputs)
        finished = Counter(cell for cell, status, *_ in runs if status == "FINISHED")
        lost = self.cells - sum(count == 1 for count in finished.values())
        first, last = min(start for *_, start, _ in runs), max(end for *_, end in runs)
        seconds, (spent, ended) = last - first, self.before
        each = seconds * self.places / self.cells
        cpu = (sum(self.used.values()) - spent) / (self.cells - ended)
        shown = f"{first - self.began:.0f} | {seconds:.0f} | {each:.3f} | {cpu:.3f} | {lost}"
        return f"| {name} | {self.cells} | {self.places} | {self.kills} | {shown} |", each, cpu, lost


def _used(pid: int) -> float:
    """Processor seconds of a process, 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    except (OSError, IndexError):
        return 0.0


def _runs(outputs: Path) -> list[tuple[str, str, float, float]]:
    """Name, status, beginning and end of each run of a cell."""
    connection = sqlite3.connect(outputs / "mlflow.db")
    query = "SELECT runs.name, status, start_time, end_time FROM runs JOIN experiments USING (experiment_id)"
    found = connection.execute(f"{query} WHERE experiments.name = 'inn_experiments'").fetchall()
    connection.close()
    return [(name, status, start / 1000, (end or start) / 1000) for name, status, start, end in found]


def measure(options: argparse.Namespace) -> tuple[list[str], int]:
    """The table's lines, and how many cells were lost."""
    rng = random.Random(options.seed)
    moments = sorted(rng.sample(range(options.cells // 10, options.cells * 9 // 10), options.kills))
    with tempfile.TemporaryDirectory() as place:
        basic = Sweep(Path(place, "basic"), options.basic, 1, ())
        cores = f"hydra.launcher.ray.init.num_cpus={options.cores}"
        on_ray = Sweep(Path(place, "ray"), options.cells, options.cores, ("hydra/launcher=ray", cores))
        while on_ray.process.poll() is None or basic.process.poll() is None:
            basic.watch()
            if on_ray.watch() >= (moments or [options.cells + 1])[0] and on_ray.kill(rng):
                del moments[0]
            time.sleep(0.5)
        found = [basic.row("basic"), on_ray.row("ray")]
    (_, one, cpu, _), (_, other, other_cpu, _) = found
    said = f"Ray / basic: {other / one:.2f} by the clock, {other_cpu / cpu:.2f} in processor time."
    rows = [HEAD, *(row for row, *_ in found), "", said]
    print("\n".join(rows), flush=True)
    return rows, sum(lost for *_, lost in found)


def main() -> int:
    """Measure, and write the page where one is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--basic", type=int, default=300)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, metavar="PAGE")
    options = parser.parse_args()
    if find_spec("ray") is None or find_spec("hydra_plugins.hydra_ray_launcher") is None:
        print(LACKING)
        return 0
    load = os.getloadavg()[0]
    rows, lost = measure(options)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    said = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load:.1f} before "
    said += f"and {os.getloadavg()[0]:.1f} after; inn_experiments {__version__}, {versions}."
    print(said)
    if options.to:
        options.to.write_text("\n".join([said, "", *rows, ""]), encoding="utf-8")
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(main())
