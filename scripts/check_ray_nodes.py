"""Two nodes of a Ray cluster on this machine: one is killed in the middle of a sweep, whose numbers stay the same.

    python scripts/check_ray_nodes.py [--work FOLDER]

A head and a second node, which has a name of its own where the kernel permits (as root: a UTS namespace), listen on
loopback; each has a place for one cell. A sweep of two cells is run undisturbed, and again with the second node's
raylet and workers ended by SIGKILL as soon as both cells have written checkpoints. Prints what became of the cells,
whether the moved one went on from its checkpoint, and whether all numbers are the same; status 1 where not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CELLS = ("data=two_clusters", "generator=gan", "utility=none", "seed=0,1", "trainer.epochs=300")
CELLS += ("trainer.checkpoint_minutes=0.02", "final_fit=false")
OTHER = "127.0.0.2"
LACKING = "not checked: Ray is not installed (pip install 'inn-experiments[ray]')"
SECONDS = 300


class Cluster:
    """A head and a second node with a place each; the commands' output goes to `work`."""

    def __init__(self, work: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.work, self.temporary = work, tempfile.mkdtemp(prefix="ray", dir="/tmp")
        self.environment = {**os.environ, "PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}
        self.environment |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self.environment |= {"RAY_USAGE_STATS_ENABLED": "0"}

    def __enter__(self) -> Cluster:
        port = self.address.rpartition(":")[2]
        self._start(
            "--head",
            "--node-ip-address=127.0.0.1",
            f"--port={port}",
            "--include-dashboard=false",
            f"--temp-dir={self.temporary}",
        )
        self._start(f"--address={self.address}", f"--node-ip-address={OTHER}", named="node2")
        return self

    def __exit__(self, *_: object) -> None:
        for pid, name in _processes():
            if self.temporary in name or self.address in name:
                _kill(pid, signal.SIGKILL)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def _start(self, *given: str, named: str = "") -> None:
        line = [str(Path(sys.executable).parent / "ray"), "start", *given, "--num-cpus=1"]
        line += ["--object-store-memory=100000000", "--disable-usage-stats"]
        if named and os.geteuid() == 0:
            line = ["unshare", "--uts", "sh", "-c", f'hostname {named}; exec "$@"', "sh", *line]
        with (self.work / "ray.txt").open("a") as log:
            subprocess.run(line, env=self.environment, stdout=log, stderr=log, check=True)

    def kill_second(self) -> list[int]:
        """SIGKILL to the second node's raylet and all below it."""
        raylet = [
            pid
            for pid, name in _processes()
            if "raylet/raylet " in name and self.address in name and f"={OTHER}" in name
        ]
        gone = [*raylet, *(pid for each in raylet for pid in _children(each))]
        for pid in gone:
            _kill(pid, signal.SIGKILL)
        return gone

    def sweep(self, outputs: Path) -> subprocess.Popen:
        """Begin the sweep on this cluster."""
        line = [sys.executable, "-m", "inn_experiments", "-m", *CELLS, f"paths.outputs={outputs}"]
        line += ["hydra/launcher=ray", f"hydra.launcher.ray.init.address={self.address}"]
        return subprocess.Popen(line, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main() -> int:
    """Run both sweeps, and compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="a folder for outputs and logs, which stay there")
    options = parser.parse_args()
    if find_spec("ray") is None or find_spec("hydra_plugins.hydra_ray_launcher") is None:
        print(LACKING)
        return 0
    with tempfile.TemporaryDirectory() as place:
        work = options.work or Path(place)
        work.mkdir(parents=True, exist_ok=True)
        return check(work)


def check(work: Path) -> int:
    """Status 1 where a cell is not finished, did not go on, or has other numbers."""
    with Cluster(work) as cluster:
        plain = cluster.sweep(work / "undisturbed")
        print(_told(plain), flush=True)
        disturbed, until = cluster.sweep(work / "disturbed"), time.monotonic() + SECONDS
        while len([*(work / "disturbed/fits").glob("*.unfinished/training.ckpt")]) < 2:
            if disturbed.poll() is not None or time.monotonic() > until:
                print(f"no two checkpoints at the same time\n{_told(disturbed)}")
                return 1
            time.sleep(0.1)
        print(f"killed: {len(cluster.kill_second())} processes of the second node", flush=True)
        print(_told(disturbed), flush=True)
    one, other = (_reports(work / name) for name in ("undisturbed", "disturbed"))
    same = (
        one.keys() == other.keys()
        and len(one) == 2
        and all(one[seed]["numbers"] == other[seed]["numbers"] for seed in one)
    )
    print(f"of 2 cells {len(other)} finished; the same numbers as undisturbed: {'yes' if same else 'NO'}")
    for seed, report in other.items():
        print(f"seed {seed}: {json.dumps({k: v for k, v in report.items() if 'second' in k or 'time' in k})[:200]}")
    return int(plain.returncode or disturbed.returncode or not same)


def _told(process: subprocess.Popen) -> str:
    text = process.communicate(timeout=SECONDS)[0]
    return f"{text.strip()}\nexit {process.returncode}"


def _reports(outputs: Path) -> dict[int, dict]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in outputs.glob("runs/**/report.json")]
    return {report["seed"]: report for report in found}


def _processes() -> list[tuple[int, str]]:
    listed = subprocess.run(["ps", "-eo", "pid=,args=", "-ww"], capture_output=True, text=True, check=True).stdout
    return [(int(pid), name) for pid, name in (line.split(None, 1) for line in listed.splitlines())]


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


if __name__ == "__main__":
    sys.exit(main())
