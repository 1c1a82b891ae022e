"""Signs of life: a file of each process in the outputs folder, renewed while it lives, so that others see it die.

Times are the file system's own, so that clocks of machines need not agree.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from inn_experiments.contracts import whose
from inn_experiments.tracking import processes

FOLDER = "alive"
"""Where the files lie below an outputs folder."""
EVERY, DEAD = 30.0, 300.0
"""Seconds between two renewals, and after which a process that did not renew its file is taken for dead."""
TAG = "lease"
"""The tag of a run that names the file of its process."""


@dataclass
class _Held:
    path: Path
    runs: int = 0


_HELD: dict[tuple[int, Path], _Held] = {}
"""(process, outputs folder) -> its file, and how many of its runs have not come to their end on record."""


def owner(outputs: Path) -> dict[str, str]:
    """The tags that name the current process, which shows from now on in the outputs folder that it is alive."""
    return {**processes.owner(), TAG: _held(outputs).path.name}


def take(outputs: Path) -> dict[str, str]:
    """As `owner`, for a run that begins: the file outlives a process that does not `leave` all of its runs."""
    tags = owner(outputs)
    _held(outputs).runs += 1
    return tags


def leave(outputs: Path) -> None:
    """A run of this process has come to its end on record."""
    _held(outputs).runs -= 1


def renew() -> None:
    """Renew the files of this process. What hinders that is no reason to end what it is at."""
    for (pid, _), held in list(_HELD.items()):
        if pid == os.getpid():
            with suppress(OSError):
                _touch(held.path)


def _touch(path: Path) -> None:
    # Without a time it is that of the file system.
    try:
        os.utime(path)
    except FileNotFoundError:
        path.touch()


def _held(outputs: Path) -> _Held:
    key = (os.getpid(), outputs.absolute())
    if key not in _HELD:
        first = all(pid != os.getpid() for pid, _ in _HELD)
        _HELD[key] = _Held(key[1] / FOLDER / whose.mine())
        if first:
            # No thread goes along into a forked process.
            threading.Thread(target=_keep_on, name=FOLDER, daemon=True).start()
            atexit.register(_withdraw, os.getpid())
    held = _HELD[key]
    held.path.parent.mkdir(parents=True, exist_ok=True)
    _touch(held.path)
    return held


def _keep_on() -> None:
    never = threading.Event()
    while not never.wait(EVERY):
        renew()


def _withdraw(process: int) -> None:
    """Remove the files of a process that ends, and whose runs have ended."""
    for (pid, _), held in _HELD.items():
        if pid == process == os.getpid() and held.runs <= 0:
            with suppress(OSError):
                held.path.unlink(missing_ok=True)


def clock(outputs: Path) -> float:
    """The time of the file system, in seconds since 1970; raises OSError where nothing can be written."""
    folder = outputs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".probe.{whose.mine()}"
    try:
        probe.write_bytes(b"0")
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


@dataclass
class Judge:
    """Who is dead of those whose tags are on record, as far as it can be known from here.

    Args:
        outputs: the folder in which this process looks for signs of life.
        own: whether all who are asked about had theirs in this folder; a missing one is of a process that ended then.
        here: the tags of `processes.owner` by which this machine is known.
        clock: the time of the folder's file system.
    """

    outputs: Path
    own: bool = False
    here: Mapping[str, str] = field(default_factory=processes.owner)
    clock: Callable[[Path], float] = clock

    def is_dead(self, tags: Mapping[str, str]) -> bool:
        """Whether the process that these tags name is gone.

        One whose number counts here is looked for. Others are judged by their sign of life, and one that never gave
        any, of another machine, not at all.
        """
        near = all(tags.get(key, mine) == mine for key, mine in self.here.items() if key in ("boot", "pid_namespace"))
        if (near and tags.get("host") == self.here["host"]) or not (name := tags.get(TAG, "")):
            return processes.is_dead(dict(tags))
        age = self.age(name)
        return self.own if age is None else age > DEAD

    def age(self, name: str) -> float | None:
        """Seconds since this file was renewed; None where there is none, 0 where the folder cannot be asked."""
        try:
            # Opened, since a network file system may answer for a closed file what it knew a minute ago.
            with (self.outputs / FOLDER / Path(name).name).open("rb") as file:
                renewed = os.fstat(file.fileno()).st_mtime
            return self.now - renewed
        except FileNotFoundError:
            return None
        except OSError:
            return 0.0

    @cached_property
    def now(self) -> float:
        """The time of the folder's file system when it was first asked for; raises OSError where it does not tell."""
        return self.clock(self.outputs)
