"""A made-up table of many wide rows through whole cells: seconds of every stage, and peak memory beside the table's.

    python scripts/benchmark_scale.py [ROWS] [FEATURES]     # 300,000 x 512 float32 are 614 MB

`load`: the table is read, divided and normalised, from NPZ and from Parquet; `inn` and `diffusion`: cells with
utility and fidelity, each a process of its own. Of memory there is the peak of the process, and what it is above the
peak of the same command on 800 rows, in bytes of the float32 table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

CLASSES, FEW = 8, 800
COMMON = ("data=table", "data.label=y", "utility=paper", "tracking=none", "trainer.progress=false", "trainer.epochs=1")
CELLS = {
    "inn": ("generator=inn", "method=svd", "loss=mse"),
    "diffusion": (
        "generator=diffusion",
        "trainer=diffusion",
        "trainer.epochs=1",
        "network=mlp",
        "network.hidden=256",
        "network.layers=2",
        "sampler.steps=10",
    ),
}
READ = (
    "import sys; from inn_experiments.data.tables.table import Table; "
    "print(len(Table(sys.argv[1], 'y').load(seed=0, cache=None).train))"
)


def main() -> None:
    """Make the tables, run everything, and print a line for each command."""
    if sys.argv[1:2] == ["make"]:
        path, count, width = sys.argv[2:]
        make(Path(path), int(count), int(width))
        to_parquet(Path(path))
        return
    rows, features = (int(text) for text in (sys.argv[1:] + ["300000", "512"][len(sys.argv) - 1 :]))
    table = rows * features * 4
    print(f"{rows:,} x {features} float32: {table / 1e6:,.0f} MB, {CLASSES} classes, {os.cpu_count()} cores")
    print(f"{'':14}{'peak MB':>9}{'/ table':>9}{'above few':>11}{'/ table':>9}  stages, s")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for count in (FEW, rows):
            # A process begins with the peak of the one that starts it, so this one must stay small.
            peak([__file__, "make", str(folder / f"{count}.npz"), str(count), str(features)], folder)
        for suffix in ("npz", "parquet"):
            commands = [["-c", READ, str(folder / f"{count}.{suffix}")] for count in (FEW, rows)]
            tell(f"load {suffix}", [peak(command, folder) for command in commands], table, "")
        for name, cell in CELLS.items():
            peaks = []
            for count in (FEW, rows):
                given = (f"data.path={folder / f'{count}.npz'}", f"paths.outputs={folder / f'{name}{count}'}")
                peaks.append(peak(["-m", "inn_experiments", *COMMON, *cell, *given], folder))
            tell(name, peaks, table, stages(folder / f"{name}{rows}"))


def make(path: Path, rows: int, features: int) -> None:
    """Write an NPZ of `rows` spectra with eight peaks a class, on noise, in blocks."""
    rng, place = np.random.default_rng(0), np.arange(features)
    centres = rng.uniform(0, features, (CLASSES, 8, 1))
    means = np.exp(-0.5 * ((place - centres) / 3) ** 2).sum(axis=1)
    y = np.arange(rows) % CLASSES
    x = np.empty((rows, features), np.float32)
    for start in range(0, rows, 4096):
        block = means[y[start : start + 4096]]
        x[start : start + 4096] = np.abs(block + 2.5 * rng.standard_normal(block.shape, np.float32))
    np.savez(path, X=x, y=y)


def to_parquet(path: Path) -> None:
    """The same table beside it in Parquet, float32, in one row group."""
    import pyarrow
    import pyarrow.parquet

    with np.load(path) as found:
        columns = {str(number): column for number, column in enumerate(found["X"].T.copy())} | {"y": found["y"]}
    pyarrow.parquet.write_table(pyarrow.table(columns), path.with_suffix(".parquet"))


def peak(command: list[str], folder: Path) -> int:
    """The peak memory in bytes of a Python process with these arguments."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, *command], stdout=log, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}\n{(folder / 'log').read_text()[-2000:]}")
    # Linux counts in KiB, macOS in bytes.
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def stages(outputs: Path) -> str:
    """The seconds of every stage, from the one report in `outputs`."""
    (path,) = (path for path in outputs.rglob("report.json"))
    timings = json.loads(path.read_text(encoding="utf-8"))["timings"]
    return ", ".join(f"{name} {seconds:.0f}" for name, seconds in timings.items() if seconds >= 0.5)


def tell(name: str, peaks: list[int], table: int, seconds: str) -> None:
    """Print the peak of a command on all rows, and how far it is above that on few."""
    few, many = peaks
    figures = f"{many / 1e6:9,.0f}{many / table:9.2f}{(many - few) / 1e6:11,.0f}{(many - few) / table:9.2f}"
    print(f"{name:14}{figures}  {seconds}", flush=True)


if __name__ == "__main__":
    main()
