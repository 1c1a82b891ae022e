"""Memory and time of `inn-sample` against the number of rows: peak memory must not grow with them.

    python scripts/benchmark_sample.py --rows 10000,100000,1000000 --to docs/results/sample.md

Each line is a process of its own that samples a small synthesizer of MNIST1D (40 channels) into a file. Ratios are of
one run of this script; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from inn_experiments import __version__
from inn_experiments.contracts import write_text

CELLS = {
    "convex": ("generator=convex",),
    "inn": ("trainer=smoke",),
    "diffusion, ddim 10": ("generator=diffusion", "trainer=smoke", "sampler.steps=10"),
}
CHILD = """
import json, resource, sys, time
from inn_experiments import sample
started = time.perf_counter()
status = sample.main(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"status": status, "seconds": time.perf_counter() - started, "peak": peak}))
"""


def trained(outputs: Path, overrides: tuple[str, ...]) -> None:
    """Run a small cell."""
    line = [sys.executable, "-m", "inn_experiments", *overrides, "utility=none", f"paths.outputs={outputs}"]
    subprocess.run([*line, "tracking=none", "trainer.progress=false"], check=True, stdout=subprocess.DEVNULL)


def sampled(outputs: Path, rows: int, ending: str) -> dict[str, float]:
    """Seconds, peak MiB and file MiB of a process that makes so many rows."""
    path = outputs / f"rows.{ending}"
    arguments = ["run=latest", f"outputs={outputs}", f"n={rows // 10}", f"to={path}", "overwrite=true"]
    done = subprocess.run([sys.executable, "-c", CHILD, *arguments], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["status"] == 0, done.stderr
    size = path.stat().st_size / 2**20
    path.unlink()
    return {**found, "size": size}


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--endings", default="parquet,csv,npz")
    parser.add_argument("--to", type=Path)
    options = parser.parse_args()
    counts = [int(text) for text in options.rows.split(",")]
    lines = ["| generator | form | rows | peak MiB | over the fewest rows | seconds | rows a second | file MiB |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, overrides in CELLS.items():
            outputs = Path(folder) / name.split(",")[0]
            trained(outputs, overrides)
            for ending in options.endings.split(",") if name == "convex" else ("parquet",):
                first = None
                for rows in counts:
                    one = sampled(outputs, rows, ending)
                    first = first or one["peak"]
                    told = f"{one['peak']:.0f} | {one['peak'] / first:.2f} | {one['seconds']:.1f}"
                    rate = rows / one["seconds"]
                    lines.append(f"| {name} | {ending} | {rows:,} | {told} | {rate:,.0f} | {one['size']:.1f} |")
                    print(lines[-1], flush=True)
    if options.to:
        head = f"""# Sampling many rows

`python scripts/benchmark_sample.py --rows {options.rows}`, version {__version__}, {date.today().isoformat()}, Python
{platform.python_version()}, {platform.machine()}, one thread, on a machine with other work beside it. 40 channels,
10 classes of MNIST1D, weights of two epochs. A process for each line; its peak memory holds Python, torch and the
program.

"""
        write_text(options.to, head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
