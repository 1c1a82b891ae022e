"""Temporary files and folders of processes that were killed: whose process is gone, or long silent, is removed."""

import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

from filelock import Timeout

from inn_experiments.contracts.making import held
from inn_experiments.contracts.whose import host_mark
from inn_experiments.tracking import leases, processes

WHOSE = r"(?P<lease>(?P<pid>\d+)-(?P<host>[0-9a-f]{6})(-[0-9a-f]{6})?)"
"""What `contracts.whose.mine` calls a process; in version 0.10.0 and before without the last letters."""
OURS = re.compile(rf"\..+\.{WHOSE}(-journal|-wal|-shm)?")
"""A name that `contracts.files.replacing` makes; SQLite has files beside it."""
OLDER = re.compile(r"\..+\.(?P<pid>\d+)(-journal|-wal|-shm)?")
"""The same of version 0.9.0 and before, which did not say on which machine."""
LOCKED = re.compile(r"\.(?P<name>.+)\.new")
"""One of `contracts.making.once`, whose maker holds a lock."""
DAY, CLOCK = 86400.0, 2.0
"""Seconds after which nobody writes to an older name any more, nor asks for the sign of life of a process that is gone;
and by which clocks of files and processes differ."""
LOCK = ".lock"
"""How the name of a lock ends, of `contracts.making.held`."""
MOST = 10_000
"""Names of a folder that each start looks at: what is left there hinders nobody, and who died shows in the record."""
FOLDERS, KEEPING = ("runs", "fits", "cache", "hydra"), ("fits", "cache")
"""Where this program writes below its outputs folder, and where it keeps what is made behind locks."""


def clear(outputs: Path, everywhere: bool, runs: Sequence[Path] | None = None) -> None:
    """Remove what dead processes left half written below an outputs folder.

    What a living process writes stays. One of another machine is taken for dead when for some minutes it neither wrote
    there nor gave a sign of life. What cannot be removed stays too.

    Args:
        outputs: whose database and kept trainings are looked at, MOST names of each folder.
        everywhere: in all folders, and at all names.
        runs: folders of those that are looked at then; None: all, which takes minutes where there are many.
    """
    judge = leases.Judge(outputs)
    for path in _candidates(outputs, everywhere, runs):
        with suppress(OSError, Timeout):
            if behind_lock := LOCKED.fullmatch(path.name):
                # The lock of one who is at it goes with its process.
                with held(path.with_name(behind_lock["name"]), patience=0):
                    _remove(path)
            elif path.suffix == LOCK:
                # Its file goes with whoever held it last.
                with held(path.with_suffix(""), patience=0):
                    pass
            elif _is_left(path, judge):
                _remove(path)


def _candidates(outputs: Path, everywhere: bool, runs: Sequence[Path] | None) -> Iterator[Path]:
    yield from sorted(outputs.glob(".mlflow.db.*"))
    yield from sorted((outputs / leases.FOLDER).glob("*"))
    # Below the folders of runs are files of others, which may be called so too.
    yield from _named(outputs / "runs", everywhere, hidden=False)
    if not everywhere:
        yield from _named(outputs / "fits", everywhere, hidden=True)
        return
    for name in FOLDERS:
        places = [outputs / name]
        if name == "runs" and runs is not None:
            places = [outputs / name / "models", *(folder.parent for folder in runs)]
        for folder, folders, files in chain.from_iterable(map(os.walk, places)):
            hidden = [each for each in (*folders, *files) if each.startswith(".")]
            hidden += [each for each in files if name in KEEPING and each.endswith(LOCK) and each not in hidden]
            # What is removed as a whole is not looked into.
            folders[:] = [each for each in folders if not each.startswith(".")]
            yield from (Path(folder) / each for each in hidden)


def _named(folder: Path, everything: bool, hidden: bool) -> list[Path]:
    """Locks in a folder, and `hidden` names; where it has more names than MOST, of so many unless of `everything`."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = [entry.name for entry in (entries if everything else islice(entries, MOST))]
    return sorted(folder / name for name in names if name.endswith(LOCK) or (hidden and name.startswith(".")))


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _is_left(path: Path, judge: leases.Judge) -> bool:
    known, changed = OURS.fullmatch(path.name), path.lstat().st_mtime
    if path.parent.name == leases.FOLDER and not path.name.startswith("."):
        return time.time() - changed > DAY
    if known is not None:
        if known["host"] != host_mark():
            return _is_silent(path, known["lease"], judge)
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


def _is_silent(path: Path, lease: str, judge: leases.Judge) -> bool:
    """Whether a process whose number does not count here shows no life, neither by its lease nor at this name."""
    age = judge.age(lease)
    if age is not None and age <= leases.DEAD:
        return False
    return judge.now - max(each.lstat().st_mtime for each in (path, *path.rglob("*"))) > leases.DEAD
