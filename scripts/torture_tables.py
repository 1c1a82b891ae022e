"""Odd and damaged tables: each is read right, or refused in one line that says why.

python scripts/torture_tables.py --cases 5000 --seed 0 --work FOLDER
python scripts/torture_tables.py --only npz:bomb --keep

Small tables whose content is known are written as CSV, Parquet or NPZ with a peculiarity, or with damaged bytes, and
read in this process. Every case is a line of FOLDER/tables.jsonl; the exit status is 1 where one of them is a fault.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from torture.cases import PECULIAR
from torture.judging import FAULTS, MEANINGS, cases, outcome

MEMORY = 3.0
"""GB of addresses that the reader may have."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    found.add_argument("--cases", type=int, default=1000)
    found.add_argument("--seed", type=int, default=0)
    found.add_argument("--work", type=Path, help="folder for tables.jsonl and, with --keep, the files of faults")
    found.add_argument("--only", choices=sorted(PECULIAR), metavar="FORM:NAME", help="one peculiarity")
    found.add_argument("--keep", action="store_true", help="keep the files of faults")
    return found


def run(count: int, seed: int, work: Path, only: str | None = None, keep: bool = False) -> collections.Counter[str]:
    """Read so many cases, note each in `work`, and count their outcomes."""
    counts: collections.Counter[str] = collections.Counter()
    drawn = cases(count, seed)
    if only:
        drawn = ((only, random.Random(seed * 1_000_003 + number)) for number in range(count))
    with (work / "tables.jsonl").open("a", encoding="utf-8") as log:
        for number, (name, draw) in enumerate(drawn):
            found, why = outcome(name, draw, work / "case")
            counts[found] += 1
            log.write(json.dumps({"seed": seed, "case": number, "name": name, "outcome": found, "why": why}) + "\n")
            if found in FAULTS:
                print(f"{found}: case {number} of seed {seed}, {name}: {why}", flush=True)
                if keep:
                    place = work / f"{found}-{seed}-{number}-{name.replace(':', '-')}"
                    shutil.copytree(work / "case", place, dirs_exist_ok=True, symlinks=True)
    shutil.rmtree(work / "case", ignore_errors=True)
    return counts


def main() -> int:
    """Read the cases and print what came of them."""
    options, started = parser().parse_args(), time.monotonic()
    limit = int(MEMORY * 2**30)
    # What it imports is in memory by then.
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with tempfile.TemporaryDirectory() as place:
        work = options.work or Path(place)
        work.mkdir(parents=True, exist_ok=True)
        counts = run(options.cases, options.seed, work, options.only, options.keep)
    print(f"{options.cases:,} tables of seed {options.seed} in {time.monotonic() - started:.0f} s")
    for name, meaning in MEANINGS.items():
        print(f"{name:8} {counts[name]:6,}  {meaning}")
    return int(any(counts[fault] for fault in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
