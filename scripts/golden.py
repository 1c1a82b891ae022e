"""Short cells of every kind, recorded bit for bit, and compared with what the program makes of them now.

    python scripts/golden.py --write [--only 'grid_*']            # record them in tests/golden.json.gz
    python scripts/golden.py --check [--only 'grid_*'] [--jobs 2] # compare; exit status 1 where one differs

Of each cell it keeps its reports, a hash of its generated rows, and the hashes of all arrays in its kept trainings. A
check asks for equal reports and rows, and for the recorded arrays to be among the new ones, in whatever files they are
now. Times, versions and fingerprints are left out. All of this holds on one kind of machine only (`platform_now`).
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import json
import multiprocessing
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path
from typing import Any

from golden_cells import cells, write_inputs
from golden_reports import clean, difference

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "golden.json.gz"
PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "imbalanced-learn", "pandas", "PyWavelets", "mnist1d")
# Imported once, before any cell; each cell is a process of its own that starts from there.
BEFORE = [
    "torch",
    "lightning",
    "hydra",
    "sklearn.ensemble",
    "scipy.stats",
    "pandas",
    "pyarrow",
    "pywt",
    "rich",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "imblearn.over_sampling",
    "mnist1d.data",
]
# A cell alone that is skipped, or one of a sweep.
SKIPPED = re.compile(r"skipped|\[.*: skipped")


def main() -> int:
    """Record or compare; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="record all cells")
    what.add_argument("--check", action="store_true", help="compare with the record")
    what.add_argument("--platform", action="store_true", help="say how this machine differs from the record's")
    parser.add_argument("--only", default="*", help="only the cells whose names match, e.g. 'grid_*'")
    parser.add_argument("--jobs", type=int, default=2, help="cells at a time")
    options = parser.parse_args()
    known = json.loads(gzip.decompress(RECORD.read_bytes())) if RECORD.is_file() else {"platform": {}, "cells": {}}
    if not options.write and (other := another_platform(known["platform"])):
        print(f"another kind of machine: {other}")
        if options.platform:
            return 1
    if options.platform:
        return 0
    names = [name for name in cells() if fnmatchcase(name, options.only)]
    wrong, found = 0, {}
    for name, made in run_all(names, options.jobs):
        found[name] = made
        told = "" if options.write and "error" not in made else difference(known["cells"].get(name), made)
        wrong += bool(told)
        print(f"{name}: {told or ('recorded' if options.write else 'equal')}", flush=True)
    if options.write and not wrong:
        merged = {name: found.get(name, known["cells"].get(name)) for name in cells()}
        content = json.dumps({"platform": platform_now(), "cells": merged}, indent=0)
        RECORD.write_bytes(gzip.compress(content.encode(), 9, mtime=0))
    print(f"{len(names)} cells, {wrong} {'failed' if options.write else 'differ'}")
    return int(bool(wrong or not names))


def platform_now() -> dict[str, Any]:
    """What bit-for-bit equality depends on: processor and numerical packages."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = sorted(flag for flag in told.get("flags", "").split() if flag.startswith("avx"))
    packages = {name: version(name) for name in PACKAGES}
    cpu = {"cpu": told.get("model name", platform.processor()), "avx": flags}
    return cpu | {"python": platform.python_version()} | packages


def another_platform(recorded: dict[str, Any]) -> str:
    """What is not as it was where the record was made; empty where all is."""
    now = platform_now()
    return "; ".join(f"{key} {now[key]}, recorded {recorded[key]}" for key in now if now[key] != recorded.get(key))


def run_all(names: list[str], jobs: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run the cells in a temporary folder and yield what each leaves, in order."""
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    sys.path.insert(0, str(ROOT))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(BEFORE)
    with tempfile.TemporaryDirectory(prefix="golden-") as place, ThreadPoolExecutor(jobs) as pool:
        # Reports name no folder of this machine then.
        folder = Path(place).resolve()
        write_inputs(folder / "inputs")
        (folder / "cache").mkdir()
        waiting = {name: pool.submit(run_cell, context, folder, name) for name in names}
        for name, made in waiting.items():
            yield name, made.result()


def share(here: Path, there: Path) -> None:
    """Give the files below one folder a name below another one, too: a link that leads out of outputs is refused."""
    for path in [path for path in here.rglob("*") if path.is_file() and path.suffix != ".lock"]:
        place = there / path.relative_to(here)
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(path, place)


def run_cell(context: Any, folder: Path, name: str) -> dict[str, Any]:
    """Run a cell's commands in a folder of its own and collect what they leave."""
    outputs, skipped = folder / name, []
    outputs.mkdir()
    # What is made of the data alone is the same for all.
    share(folder / "cache", outputs / "cache")
    for number, arguments in enumerate(cells()[name]):
        log = folder / f"{name}.{number}.txt"
        process = context.Process(target=command, args=([*arguments, f"paths.outputs={name}"], folder, log))
        process.start()
        process.join()
        said = log.read_text(encoding="utf-8", errors="replace")
        if process.exitcode:
            return {"error": f"exit status {process.exitcode}: {said.strip()[-1000:]}"}
        skipped.append(sum(bool(SKIPPED.match(line)) for line in said.splitlines()))
    share(outputs / "cache", folder / "cache")
    paths = [path for path in outputs.rglob("report.json") if "hydra" not in path.parts]
    reports = [(clean(json.loads(path.read_text(encoding="utf-8").replace(str(folder), "."))), path) for path in paths]
    reports.sort(key=lambda pair: (pair[0]["cell"], pair[0]["seed"]))
    return {
        "reports": [report for report, _ in reports],
        "samples": [samples_hash(path.parent) for _, path in reports],
        "weights": weights(outputs / "fits"),
        "skipped": skipped,
    }


def command(arguments: list[str], folder: Path, log: Path) -> None:
    """Be the command line with these arguments, in this process, whose output goes to the file `log`."""
    handle = log.open("w", encoding="utf-8")
    for stream in (1, 2):
        os.dup2(handle.fileno(), stream)
    os.chdir(folder)
    sys.argv = ["inn_experiments", *arguments]
    from inn_experiments import __main__ as program

    if not Path(program.__file__).is_relative_to(ROOT):
        sys.exit(f"{program.__file__} is not the program of {ROOT}")
    program.main()


def samples_hash(folder: Path) -> str:
    """A hash of the generated rows and their labels, in their order."""
    import numpy as np
    import pandas as pd

    found = hashlib.sha256()
    if (folder / "samples.npz").is_file():
        with np.load(folder / "samples.npz") as arrays:
            found.update(np.ascontiguousarray(arrays["X"]).tobytes())
            labels = next(arrays[key] for key in arrays if key not in ("X", "retention", "drift"))
    else:
        table = pd.read_parquet(folder / "samples.parquet")
        labels = table.pop(table.columns[0])
        for column in table:
            found.update(f"{column}".encode() + table[column].to_numpy().tobytes())
    found.update("\n".join(map(str, labels)).encode())
    return found.hexdigest()


def weights(folder: Path) -> dict[str, str]:
    """Hash -> name of every array in the kept trainings below `folder`, of whatever files they are made."""
    import numpy as np
    import torch

    found: dict[str, str] = {}
    for path in sorted([*folder.rglob("*.pt"), *folder.rglob("*.npz")]):
        where = path.name if path.parent == folder else f"{'/'.join(path.relative_to(folder).parts[1:])}"
        if path.suffix == ".pt":
            _collect(torch.load(path, weights_only=True), where, found)
        else:
            with np.load(path, allow_pickle=False) as arrays:
                # Single numbers may become numbers in another file.
                _collect({key: arrays[key] for key in arrays if arrays[key].ndim}, where, found)
    return dict(sorted(found.items()))


def _collect(value: Any, name: str, found: dict[str, str]) -> None:
    import numpy as np
    import torch

    if isinstance(value, dict):
        for key, part in value.items():
            _collect(part, f"{name}:{key}", found)
        return
    if isinstance(value, list | tuple):
        for index, part in enumerate(value):
            _collect(part, f"{name}:{index}", found)
        if not value or not all(isinstance(part, int | float) for part in value):
            return
        value = np.array(value)
    if isinstance(value, torch.Tensor):
        plain = value.detach().cpu().contiguous()
        value = (plain.view(torch.int16) if plain.dtype == torch.bfloat16 else plain).numpy()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        content = str(value.shape).encode() + np.ascontiguousarray(value).tobytes()
        found.setdefault(hashlib.sha256(content).hexdigest()[:16], f"{name} {value.shape}")


if __name__ == "__main__":
    begun = time.perf_counter()
    status = main()
    with contextlib.suppress(BrokenPipeError):
        print(f"{time.perf_counter() - begun:.0f} s")
    sys.exit(status)
