"""What reading a table costs over pandas alone: processor time, in pairs, and the peak of memory of a process.

python scripts/check_reading.py --rows 4000 --columns 500 --rounds 7
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from inn_experiments.data.tables.table import Table

READERS = {"csv": pd.read_csv, "parquet": pd.read_parquet}
MEMORY = """
import sys
from pathlib import Path
from inn_experiments.data.tables.table import Table
import pandas
path = sys.argv[1]
{code}
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
CODES = {
    "this program": "Table(path, label='label').read(Path('.'))",
    "pandas": "pandas.read_parquet(path) if path.endswith('parquet') else pandas.read_csv(path)",
    "imports": "",
}


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def peak(code: str, path: Path) -> float:
    """The peak of memory of a process of its own, MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.format(code=code), str(path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024


def main() -> None:
    """Make the tables, read them in turn, print ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--columns", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    x = rng.random((options.rows, options.columns)).round(6)
    table = pd.DataFrame(x, columns=[str(1000 + 2 * place) for place in range(options.columns)])
    table.insert(0, "label", [f"class {row % 10}" for row in range(options.rows)])
    with tempfile.TemporaryDirectory() as folder:
        for kind, read in READERS.items():
            path = Path(folder) / f"table.{kind}"
            table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path)
            source = Table(str(path), label="label")
            pairs = [
                (seconds(lambda p=path, r=read: r(p)), seconds(lambda s=source, f=folder: s.read(Path(f))))
                for _ in range(options.rounds)
            ]
            alone, ours = (min(column) for column in zip(*pairs, strict=True))
            ratios = sorted(mine / theirs for theirs, mine in pairs)
            print(
                f"{kind}, {options.rows} x {options.columns}: pandas alone {alone:.2f} s, this program {ours:.2f} s, "
                f"ratio of minima {ours / alone:.2f}, of pairs {ratios[len(ratios) // 2]:.2f} "
                f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
            )
            peaks = {name: peak(code, path) for name, code in CODES.items()}
            print(f"  peak, MB: {', '.join(f'{name} {value:.0f}' for name, value in peaks.items())}")


if __name__ == "__main__":
    main()
