"""The processes of a session: who is alive in it, and which of them are workers of a pool."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

Members = Callable[[int], list[int]]
"""From a session's number to the numbers of some of its processes."""


def alive(session: int) -> list[int]:
    """The processes of a session, those that are ended and not yet waited for left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(path.parent.name))
    return sorted(found)


def workers(session: int) -> list[int]:
    """The processes of a session in which joblib runs its jobs."""
    return [pid for pid in alive(session) if "popen_loky" in command(pid)]


def command(pid: int) -> str:
    """The command line of a process; '' where there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def survivors(session: int, patience: float) -> list[str]:
    """The command lines of those that are alive after so many seconds; the first moment in which nobody is will do."""
    end = time.monotonic() + patience
    while (left := alive(session)) and time.monotonic() < end:
        time.sleep(0.1)
    return [f"{pid} {command(pid)[:120]}" for pid in left]


def end_all(session: int) -> None:
    """Kill whoever is alive in a session."""
    for pid in alive(session):
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue
