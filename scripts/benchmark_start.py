"""CPU seconds until a command has said what is wrong, skipped a finished cell, or trained its first step.

    python scripts/benchmark_start.py [--repeats 3] [--of CHECKOUT ...]

Each line is the user and system time of a whole process of its own, the least of several, beside what is wanted of it.
new: an outputs folder that is not there yet; known: one that has data, database and a finished cell. With several
checkouts every repeat goes through all of them, so that a busy machine is the same for each.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
SMOKE = ("experiment=smoke", "trainer.progress=false")
MISTAKES = {
    "no such file": ("data=table", "data.path=nowhere.csv", "data.label=kind"),
    "no such column": ("data=table", "data.path=rows.csv", "data.label=species"),
    "not a number in row 3": ("data=table", "data.path=hole.csv", "data.label=kind"),
    "a class with one row": ("data=table", "data.path=rare.csv", "data.label=kind"),
    "value out of range": ("network.hidden=0",),
    "value of another type": ("trainer.epochs=many",),
    "unknown key": ("trainer.epoch=3",),
    "unknown option": ("network=pointunet",),
    "axis that nothing reads": ("generator=smote", "method=svd"),
}
FIRST_STEP = """
import runpy, sys, time

class Watch:
    def find_spec(self, name, path, target=None):
        if name == "inn_experiments.training.trainer":
            sys.meta_path.remove(self)
            from inn_experiments.training.fitting import Fitting
            step = Fitting.training_step

            def first(*given):
                step(*given)
                print(time.process_time(), file=sys.stderr)
                raise SystemExit(0)

            Fitting.training_step = first

sys.meta_path.insert(0, Watch())
runpy.run_module("inn_experiments", run_name="__main__")
"""
"""Says on stderr how much time the process has used after its first block of training steps, and ends it."""


def main() -> None:
    """Print one line per command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--of", type=Path, nargs="+", default=[HERE], metavar="CHECKOUT")
    options = parser.parse_args()
    spent: dict[tuple[str, float], dict[Path, list[float]]] = {}
    for _ in range(options.repeats):
        for checkout in options.of:
            with tempfile.TemporaryDirectory() as folder:
                for line, seconds in once(checkout.resolve(), Path(folder)):
                    spent.setdefault(line, {}).setdefault(checkout, []).append(seconds)
    print(f"{'CPU s':28}{'wanted':>8}" + "".join(f"{checkout.resolve().name:>12}" for checkout in options.of))
    for (line, wanted), found in spent.items():
        print(f"{line:28}{wanted or '':>8}" + "".join(f"{min(found[checkout]):12.2f}" for checkout in options.of))


def once(checkout: Path, folder: Path):
    """((what, wanted), CPU seconds) of every command, in a working folder of its own."""
    (folder / "rows.csv").write_text(table(), encoding="utf-8")
    (folder / "hole.csv").write_text(table().replace("2,2.5,2", "2,none,2"), encoding="utf-8")
    (folder / "rare.csv").write_text(table() + "9,9,9,rare\n", encoding="utf-8")
    command = ["-m", "inn_experiments"]
    yield ("--help", 0), cpu(checkout, folder, *command, "--help")[0]
    for what, arguments in MISTAKES.items():
        seconds, status, said = cpu(checkout, folder, *command, "paths.outputs=mistakes", *arguments)
        assert status == 2, f"{checkout}, {what}: {status}, {said}"
        yield (what, 1.5), seconds
    step = ["-c", FIRST_STEP, *SMOKE, "seed=1"]
    for state, outputs in (("new", "fresh"), ("known", "outputs")):
        if state == "known":
            yield ("smoke, new", 0), cpu(checkout, folder, *command, "paths.outputs=outputs", *SMOKE)[0]
            yield ("smoke, known", 0), cpu(checkout, folder, *command, "paths.outputs=outputs", *SMOKE, "seed=2")[0]
            yield ("skip", 2), cpu(checkout, folder, *command, "paths.outputs=outputs", *SMOKE)[0]
        said = cpu(checkout, folder, *step, f"paths.outputs={outputs}")[2]
        yield (f"first step, {state}", 6), float(said.split()[-1])


def table() -> str:
    """A small table of three columns and two classes."""
    return "a,b,c,kind\n" + "".join(f"{row},{row}.5,{row % 7},{'xy'[row % 2]}\n" for row in range(40))


def cpu(checkout: Path, folder: Path, *arguments: str) -> tuple[float, int, str]:
    """CPU seconds, exit status and stderr of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, done.returncode, done.stderr


if __name__ == "__main__":
    main()
