"""Memory that a table of many rows takes where rows stay in their file: read, divided and trained on, by rows.

    python scripts/benchmark_rows.py [ROWS ...] [--channels 100] [--folder FOLDER]     # 1000000 and 10000000

Parquet files of made-up spectra are written into FOLDER, read in order into the cache (`convert`), and a diffusion
model is trained on them for one epoch, fidelity included (`cell`), each a process of its own. Beside the peak of the
process, in which pages of files count, is that of its own memory, looked at 20 times a second. Files are deleted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLASSES, GROUP = 8, 50_000
CELL = (
    *("-m", "inn_experiments", "data=table", "data.label=kind", "data.storage=mapped", "final_fit=false"),
    *("generator=diffusion", "trainer=diffusion", "network=mlp", "network.hidden=128", "network.layers=2"),
    *("trainer.epochs=1", "trainer.batch=4096", "sampler.steps=10", "tracking=none", "trainer.progress=false"),
)
CONVERT = (
    "import sys; from pathlib import Path; from inn_experiments.data.tables.table import Table; "
    "print(len(Table(sys.argv[1], 'kind', storage='mapped').read(Path(sys.argv[2])).y))"
)


def main() -> None:
    """Make the files, run every step, and print its memory and the ratio of the last rows to the first."""
    if sys.argv[1:2] == ["make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--channels", type=int, default=100)
    parser.add_argument("--utility", default="none", help="paper: with the forests of utility, too")
    parser.add_argument("--folder", type=Path, default=None, help="with room for three times the largest table")
    given = parser.parse_args()
    found: dict[str, list[tuple[int, int]]] = {}
    print(f"{'rows':>11}  {'step':8}{'table MB':>10}{'peak MB':>9}{'own MB':>8}{'seconds':>9}  stages, s", flush=True)
    for rows in given.rows:
        size = rows * given.channels * 4
        with tempfile.TemporaryDirectory(dir=given.folder) as place:
            folder = Path(place)
            check_disk(folder, 3 * size)
            table = folder / "rows.parquet"
            cell = [*CELL, f"data.path={table}", f"paths.outputs={folder / 'out'}", f"utility={given.utility}"]
            steps = {
                "make": [__file__, "make", str(table), str(rows), str(given.channels)],
                "convert": ["-c", CONVERT, str(table), str(folder / "out/cache")],
                "cell": cell,
            }
            for name, command in steps.items():
                peak, own, seconds = watched(command, folder)
                told = stages(folder / "out") if name == "cell" else ""
                figures = f"{size / 1e6:10,.0f}{peak / 1e6:9,.0f}{own / 1e6:8,.0f}{seconds:9.0f}"
                print(f"{rows:11,}  {name:8}{figures}  {told}", flush=True)
                found.setdefault(name, []).append((peak, own))
    for name, each in found.items():
        peak, own = (each[-1][place] / each[0][place] for place in range(2))
        print(f"{name}: {given.rows[-1] / given.rows[0]:g} times the rows, {peak:.2f} times the peak, own {own:.2f}")


def make(path: Path, rows: int, channels: int) -> None:
    """Write `rows` spectra of three peaks a class on noise as float32 Parquet, a row group at a time."""
    import numpy as np
    import pyarrow
    import pyarrow.parquet

    rng, place = np.random.default_rng(0), np.arange(channels)
    centres = rng.uniform(0, channels, (CLASSES, 3, 1))
    means = np.exp(-0.5 * ((place - centres) / 2) ** 2).sum(axis=1).astype(np.float32)
    names = [f"c{number}" for number in range(channels)]
    schema = pyarrow.schema([(name, pyarrow.float32()) for name in names] + [("kind", pyarrow.string())])
    options = {"use_dictionary": ["kind"], "compression": "none", "write_statistics": False}
    with pyarrow.parquet.ParquetWriter(path, schema, **options) as writer:
        for start in range(0, rows, GROUP):
            y = rng.integers(0, CLASSES, min(GROUP, rows - start))
            x = means[y] * rng.uniform(0.5, 1.5, (len(y), 1)).astype(np.float32)
            x += 0.1 * rng.standard_normal(x.shape, np.float32)
            columns = [*x.T.copy(), [f"class {label}" for label in y]]
            writer.write_table(pyarrow.table(dict(zip(schema.names, columns, strict=True)), schema=schema))


def check_disk(folder: Path, need: int) -> None:
    """End with a line where the disk has less room than is needed."""
    free = shutil.disk_usage(folder).free
    if free < need:
        sys.exit(f"{folder}: {need / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free; give --folder")


def watched(command: list[str], folder: Path) -> tuple[int, int, float]:
    """(peak memory, peak of what is the process's own, both in bytes, seconds) of a Python process."""
    started, own = time.perf_counter(), 0
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, *command], stdout=log, stderr=subprocess.STDOUT)
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            own = max(own, anonymous(process.pid))
            time.sleep(0.05)
    if status:
        sys.exit(f"{' '.join(command)}\n{(folder / 'log').read_text()[-2000:]}")
    # Linux counts in KiB, macOS in bytes.
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024), own, time.perf_counter() - started


def anonymous(pid: int) -> int:
    """Bytes of memory that no file stands behind; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def stages(outputs: Path) -> str:
    """The seconds of every stage, from the one report in `outputs`."""
    (path,) = outputs.rglob("report.json")
    timings = json.loads(path.read_text(encoding="utf-8"))["timings"]
    return ", ".join(f"{name} {seconds:.0f}" for name, seconds in timings.items() if seconds >= 0.5)


if __name__ == "__main__":
    main()
