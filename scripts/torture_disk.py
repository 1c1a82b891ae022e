"""One cell where there is no room, where nothing may be written, and where its database is locked for a while.

python scripts/torture_disk.py --work FOLDER
python scripts/torture_disk.py --only 'file*' --work FOLDER

Files may have so many bytes at most (RLIMIT_FSIZE); the outputs folder is a small file system in memory, or one that
is read-only, where this user may mount one (else these cases are left out with a word); another program holds
mlflow.db. The cell ends well, or with exit status 2 and one line that names place and cure; started again with room, it
is finished and equal to an undisturbed one. Every case is a line of FOLDER/disk.jsonl, and those that stand there are
not done again; the exit status is 1 where one was not so.
"""

from __future__ import annotations

import argparse
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path

from torture.full import Cell, Seen
from torture.mounts import Mount, permitted
from torture.sweeps import kill

BYTES = (60_000, 500_000, 800_000, 1_500_000)
"""Of the largest file in a new folder; the database has about 700,000."""
LATER = (5_000, 20_000, 60_000, 200_000)
"""The same in a folder whose database is there."""
MEGABYTES = (1, 2, 3, 4, 6)
INODES = (12, 25, 40, 60)


def small_file(cell: Cell, size: int, later: bool) -> Seen:
    """No file can have more bytes, in a new folder or one with a database."""
    told = f"files of {size:,} bytes at most{' beside a database' if later else ''}"
    seen = cell.seen(told, cell.prepared() if later else cell.folder())
    return cell.ask_twice(seen, cell.ask(seen.outputs, most=size))


def small_disk(cell: Cell, name: str, options: str) -> Seen:
    """A file system with little room, and later with more."""
    with Mount(cell.folder("disk"), options) as mount:
        seen = cell.seen(name, mount.place / "out")
        done = cell.ask(seen.outputs)
        cell.look_at_halves(seen)
        mount.again("size=1g,nr_inodes=100k")
        return cell.ask_twice(seen, done)


def read_only(cell: Cell, finished: bool) -> Seen:
    """Nothing can be written, into a new folder or one with the finished cell."""
    with Mount(cell.folder("disk"), "size=1g") as mount:
        seen = cell.seen(f"read-only, {'finished' if finished else 'new'}", mount.place / "out")
        if finished and (status := cell.ask(seen.outputs).returncode):
            seen.faults.append(f"the cell before ended with {status}")
        mount.again("ro")
        done = cell.ask(seen.outputs)
        mount.again("rw")
        if done.returncode != 2:
            seen.faults.append(f"exit {done.returncode} where nothing can be written")
        return cell.ask_twice(seen, done)


def locked(cell: Cell, where: str, seconds: float, wholly: bool) -> Seen:
    """Another program holds the database, to write or wholly, from the start of a cell or from within it."""
    how = "wholly locked" if wholly else "locked for writing"
    seen = cell.seen(f"{how} for {seconds:.0f} s from {where}", cell.prepared())
    holder = None
    if where == "the start":
        holder = _hold(seen.outputs, seconds, wholly)
    process = cell.start(seen.outputs)
    if holder is None:
        cell.sweep(seen.outputs).await_cell(process)
        holder = _hold(seen.outputs, seconds, wholly)
    try:
        out, err = process.communicate(timeout=seconds + 600)
    finally:
        kill(process)
        kill(holder)
    return cell.ask_twice(seen, subprocess.CompletedProcess(process.args, process.returncode, out, err))


HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
if sys.argv[3] == "True":
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
connection.execute("UPDATE experiments SET lifecycle_stage = lifecycle_stage")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def _hold(outputs: Path, seconds: float, wholly: bool) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-c", HOLD, str(outputs / "mlflow.db"), str(seconds), str(wholly)]
    # SQLite locks of one process are not seen by itself, so that another one has to hold them.
    holder = subprocess.Popen(line, stdout=subprocess.PIPE, start_new_session=True)
    if holder.stdout is None or holder.stdout.readline() != b"held\n":
        raise sqlite3.OperationalError("the database could not be locked")
    return holder


def cases(cell: Cell, seconds: float) -> dict[str, tuple[bool, Callable[[], Seen]]]:
    """Name -> whether it takes a mount, and what does it."""
    found: dict[str, tuple[bool, Callable[[], Seen]]] = {}
    for later, sizes in ((False, BYTES), (True, LATER)):
        for size in sizes:
            name = f"file {size}{' later' if later else ''}"
            found[name] = False, lambda size=size, later=later: small_file(cell, size, later)
    for size in MEGABYTES:
        found[f"disk {size} MB"] = True, lambda size=size: small_disk(cell, f"a disk of {size} MB", f"size={size}m")
    for count in INODES:
        name, options = f"a disk of {count} files", f"size=1g,nr_inodes={count}"
        found[f"disk {count} files"] = True, lambda name=name, options=options: small_disk(cell, name, options)
    for finished in (False, True):
        found[f"read-only {'finished' if finished else 'new'}"] = (
            True,
            lambda finished=finished: read_only(cell, finished),
        )
    # Of a database that somebody has open nobody can be the only reader: from within a cell it is for writing.
    turns = [("the start", seconds / 4, False), ("the start", seconds, False), ("the start", seconds, True)]
    for told in (*turns, ("within", seconds / 4, False), ("within", seconds, False)):
        where, each, wholly = told
        name = f"locked {'wholly' if wholly else 'for writing'} for {each:.0f} s from {where}"
        found[name] = False, lambda told=told: locked(cell, *told)
    return found


def main() -> int:
    """Try all cases, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="*", help="pattern: file SIZE, disk SIZE, read-only, locked")
    parser.add_argument("--seconds", type=float, default=60, help="for which the database is locked")
    parser.add_argument("--work", type=Path, help="folder for outputs and disk.jsonl")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    found: list[Seen] = []
    with tempfile.TemporaryDirectory() as place:
        cell = Cell((options.work or Path(place)).absolute())
        may_mount, known, left_out = permitted(cell.work), cell.known(), 0
        for name, (mounts, case) in cases(cell, options.seconds).items():
            if not fnmatchcase(name, options.only):
                continue
            if mounts and not may_mount and name not in known:
                left_out += 1
                continue
            seen = known.get(name) or case()
            if name not in known:
                cell.note(name, seen)
            found.append(seen)
            print(json.dumps(asdict(seen), default=str), file=sys.stderr, flush=True)
    if left_out:
        print(f"{left_out} cases left out: this user may not mount a file system (mount -t tmpfs)")
    print("\n".join(seen.line() for seen in found))
    return int(any(seen.faults for seen in found))


if __name__ == "__main__":
    sys.exit(main())
