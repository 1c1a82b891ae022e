"""Temporary files and folders of processes that were killed: whose process is gone is removed."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from inn_experiments.contracts.files import host_mark
from inn_experiments.tracking import processes

OURS = re.compile(r"\..+\.(?P<pid>\d+)-(?P<host>[0-9a-f]{6})(-journal|-wal|-shm)?")
"""A name that `contracts.files.replacing` makes; SQLite has files beside it."""
OLDER = re.compile(r"\..+\.(?P<pid>\d+)(-journal|-wal|-shm)?")
"""The same of version 0.9.0 and before, which did not say on which machine."""
LOCKED = re.compile(r"\.(?P<name>.+)\.new")
"""One of `contracts.files.once`, whose maker holds a lock."""
DAY, CLOCK = 86400.0, 2.0
"""Seconds after which nobody writes to an older name any more, and by which clocks of files and processes differ."""
FOLDERS = ("runs", "fits", "cache", "hydra")
"""Where this program writes below its outputs folder."""


def clear(outputs: Path, everywhere: bool) -> None:
    """Remove what dead processes of this machine left half written below an outputs folder.

    What a living process writes, and what another machine does, stays. What cannot be removed stays too.

    Args:
        outputs: whose database and kept trainings are looked at.
        everywhere: in the folders of all runs too, which takes a moment where there are thousands.
    """
    for path in _candidates(outputs, everywhere):
        with suppress(OSError):
            if behind_lock := LOCKED.fullmatch(path.name):
                # The lock of one who is at it goes with its process.
                with FileLock(path.with_name(f"{behind_lock['name']}.lock"), timeout=0):
                    _remove(path)
            elif _is_left(path):
                _remove(path)


def _candidates(outputs: Path, everywhere: bool) -> Iterator[Path]:
    yield from sorted(outputs.glob(".mlflow.db.*"))
    if not everywhere:
        yield from sorted((outputs / "fits").glob(".*"))
        return
    for name in FOLDERS:
        for folder, folders, files in os.walk(outputs / name):
            hidden = [each for each in (*folders, *files) if each.startswith(".")]
            # What is removed as a whole is not looked into.
            folders[:] = [each for each in folders if not each.startswith(".")]
            yield from (Path(folder) / each for each in hidden)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _is_left(path: Path) -> bool:
    known, changed = OURS.fullmatch(path.name), path.lstat().st_mtime
    if known is not None:
        if known["host"] != host_mark():
            return False
    else:
        known = OLDER.fullmatch(path.name)
        if known is None or time.time() - changed < DAY:
            return False
    pid = int(known["pid"])
    if processes.started(pid) is None:
        return True
    # Another process may have the number by now: one that began after the last writing.
    began = processes.began(pid)
    return began is not None and changed < began - CLOCK
