"""Peak memory of loading a large table, each step in a process of its own, beside the size of the table.

    python scripts/benchmark_memory.py [ROWS]      # 100,000 x 1,676 float32 are 0.67 GB, 400,000 are 2.7 GB

simulate: rows streamed into the cache; load: they are divided and normalised; parquet: they are written as a
table of the user's own (not the program's work); ims: that table is converted and loaded in one process.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml

from inn_experiments.data.ims.ims import Ims
from inn_experiments.data.ims.stored import blocks
from inn_experiments.data.simulated.ims_simulated import ImsSimulated

OPTION = Path(__file__).parents[1] / "conf/data/ims_simulated.yaml"
GIB = 2**30


def main() -> None:
    """Print the peak of one child process per step."""
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    data = rows * 1676 * 4
    print(f"{rows:,} rows: the data once {data / GIB:.2f} GiB; at most it plus 1.50 GiB is wanted")
    print(f"{'step':10}{'peak GiB':>10}{'peak - data GiB':>17}{'seconds':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for step in ("simulate", "load", "parquet", "ims"):
            started = time.perf_counter()
            command = [sys.executable, __file__, "child", step, str(rows), folder]
            peak = int(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
            spent = time.perf_counter() - started
            print(f"{step:10}{peak / GIB:10.2f}{(peak - data) / GIB:17.2f}{spent:9.1f}", flush=True)


def child(step: str, rows: int, folder: Path) -> None:
    """Do one step and print the peak of this process in bytes."""
    settings = yaml.safe_load(OPTION.read_text(encoding="utf-8"))
    settings = {key: value for key, value in settings.items() if key != "_target_"}
    simulated = ImsSimulated(**(settings | {"rows": rows}))
    if step == "simulate":
        simulated.stored(folder)
    elif step == "parquet":
        write_parquet(simulated.stored(folder), simulated.labels(), folder / "table.parquet")
    else:
        table = simulated if step == "load" else Ims(str(folder / "table.parquet"))
        split = table.load(seed=0, cache=folder)
        parts = (split.train, split.val, split.test, split.fresh)
        assert sum(len(part) for part in parts if part is not None) == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    print(peak if sys.platform == "darwin" else peak * 1024)


def write_parquet(rows: Path, y: np.ndarray, path: Path) -> None:
    """The stored `rows` as a Parquet table with one row group per block."""
    import pyarrow
    import pyarrow.parquet

    names = [f"{half}_{index}" for half in ("pos", "neg") for index in range(838)]
    schema = pyarrow.schema([(name, pyarrow.float32()) for name in names] + [("label", pyarrow.string())])
    with pyarrow.parquet.ParquetWriter(path, schema, use_dictionary=["label"]) as writer:
        for start, block in blocks(rows):
            labels = [f"class {label}" for label in y[start : start + len(block)]]
            columns = [*block.T.copy(), labels]
            writer.write_table(pyarrow.table(dict(zip(schema.names, columns, strict=True)), schema=schema))


if __name__ == "__main__":
    main()
