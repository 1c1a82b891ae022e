"""Run the benchmarks one after the other and write docs/results/benchmark.md, headed by one table.

    python scripts/bench.py [--scale] [--quick] [--to PAGE] [--reading FILE]

--scale: those of large tables too, which take many minutes. --quick: few repeats, to see whether all of it runs.
The page ends with what people wrote: the file --reading.
"""

import argparse
import datetime
import importlib.metadata
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench_table import table, written

from inn_experiments.reports.page import program

HERE = Path(__file__).resolve().parents[1]
PAGE = HERE / "docs/results/benchmark.md"
WORDS = HERE / "docs/results/readings/benchmark.md"
STEP = ("benchmark_step.py", "--epochs", "10")
USUAL = (
    (*STEP, "loss=fid"),
    (*STEP, "loss=fid", "sampling=convex"),
    (*STEP, "loss=mse"),
    (*STEP, "loss=kl"),
    (*STEP, "network=square", "loss=mse"),
    ("benchmark_generators.py",),
    ("benchmark_diffusion.py", "--rows", "10000,40000"),
    ("benchmark_start.py", "--repeats", "2"),
    ("benchmark_peers.py",),
)
QUICK = (
    ("benchmark_step.py", "--epochs", "2", "loss=fid"),
    ("benchmark_generators.py", "points, mlp"),
    ("benchmark_start.py", "--repeats", "1"),
    ("benchmark_peers.py", "--blocks", "1"),
)
SCALE = (("benchmark_scale.py",), ("benchmark_memory.py", "400000"), ("benchmark_sample.py",))
SCALE += (("benchmark_rows.py", "1000000"), ("benchmark_tracking.py", "local"), ("benchmark_sweep_size.py",))
SCALE += (("benchmark_ray.py",),)
PACKAGES = ("inn-experiments", "torch", "lightning", "numpy", "scikit-learn", "mlflow")
QUIET = 0.05
"""Of the processors' time: others may use so much on a quiet machine."""
READING = """\
floor: the matrix products of the work at the rate of this core. ours and the peer's: processor time, the least of
several blocks that alternate; generators and diffusion by the clock, which only a quiet machine gives. A step is the
mathematics alone (networks: implicit's and svd's forward one, implicit's inverse one, semi_implicit's for both ways); a
cell is a fit of 1,000 epochs with the drawing of batches and Lightning, beside what the paper's published scripts took,
where svd and explicit train the same network as implicit. A step of a peer is its own trainer's, with our network, its
loader in the same thread. Ratios vary less from machine to machine than times do. Large tables: make bench-scale, and
[300,000 rows](scale.md).
"""


def main() -> None:
    """Run everything, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--to", type=Path, default=PAGE, metavar="PAGE")
    parser.add_argument("--reading", type=Path, default=WORDS, metavar="FILE")
    options = parser.parse_args()
    commands = (QUICK if options.quick else USUAL) + (SCALE if options.scale else ())
    before, started, idle = os.getloadavg(), time.perf_counter(), others()
    outputs = [(command, printed(command)) for command in commands]
    spent = time.perf_counter() - started
    share = max(0.0, others() - idle) / spent / os.cpu_count()
    words = options.reading.read_text(encoding="utf-8")
    page = f"# Benchmarks\n\n{machine(before, share, spent)}\n{written(table(outputs))}\n## How to read it\n\n{READING}"
    blocks = (f"\n    {shown(command)}\n\n```\n{text.strip()}\n```\n" for command, text in outputs)
    page += "\n## What was run\n" + "".join(blocks) + f"\n{words}"
    options.to.write_text(page, encoding="utf-8")
    print(f"{options.to}: {spent / 60:.1f} min")


def printed(command: tuple[str, ...]) -> str:
    """What a benchmark prints; and how it ended, if it failed, so that the others still run."""
    print(shown(command), flush=True)
    script, *arguments = command
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    run = [sys.executable, str(HERE / "scripts" / script), *arguments]
    done = subprocess.run(run, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    return f"{done.stdout}ended with {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1]}"


def shown(command: tuple[str, ...]) -> str:
    """The command as one types it."""
    return " ".join(
        ["python", f"scripts/{command[0]}", *(f'"{word}"' if " " in word else word for word in command[1:])]
    )


def machine(before: tuple[float, ...], share: float, spent: float) -> str:
    """Date, machine, versions, and whether anything else was running."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    loads = [" ".join(f"{load:.1f}" for load in each) for each in (before, os.getloadavg())]
    quiet = "the machine was quiet"
    if share > QUIET:
        quiet = "**other programs were running: only ratios count, and they less than on a quiet machine**"
    return (
        f"- {program()}\n\n"
        f"{datetime.date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{versions}. {spent / 60:.1f} min in all.\n\n"
        f"Load (1, 5, 15 min) before {loads[0]}, after {loads[1]}, of which this run itself is 1; other programs used "
        f"{share:.0%} of the cores: {quiet}.\n"
    )


def processor() -> str:
    """The processor's name."""
    known = Path("/proc/cpuinfo")
    text = known.read_text(encoding="utf-8") if known.is_file() else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()


def others() -> float:
    """Processor seconds that others than this process and its children have used since the machine started (Linux)."""
    if not Path("/proc/stat").is_file():
        return 0.0
    user, nice, system = map(int, Path("/proc/stat").read_text(encoding="utf-8").split()[1:4])
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (user + nice + system) / os.sysconf("SC_CLK_TCK") - sum(used.ru_utime + used.ru_stime for used in own)


if __name__ == "__main__":
    main()
