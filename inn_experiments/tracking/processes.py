"""Which process owns a run, and whether it is still alive."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from inn_experiments.contracts import whose


def program(name: str) -> str | None:
    """Where a program of the system is: in an absolute folder of the PATH, never in one relative to the current."""
    folders = os.pathsep.join(place for place in os.get_exec_path() if Path(place).is_absolute())
    return shutil.which(name, path=folders) if folders else None


def started(pid: int) -> str | None:
    """When the process `pid` of this machine began (an opaque text), None where there is no such process.

    A process number alone does not name a process: after a restart another one may carry it.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return None
    if (ps := program("ps")) is None:
        return None
    answer = subprocess.run([ps, "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def began(pid: int) -> float | None:
    """When the living process `pid` of this machine began, in seconds since 1970; None where that is not known."""
    ticks = started(pid)
    try:
        lines = Path("/proc/stat").read_text().splitlines()
        booted = next(float(line.split()[1]) for line in lines if line.startswith("btime"))
        return None if ticks is None else booted + float(ticks) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, StopIteration):
        return None


def owner() -> dict[str, str]:
    """The tags that name the current process."""
    pid = os.getpid()
    return {
        "host": socket.gethostname(),
        "boot": whose.boot(),
        "pid_namespace": whose.pid_namespace(),
        "pid": str(pid),
        "process_start": started(pid) or "",
    }


def is_dead(tags: dict[str, str]) -> bool:
    """Whether the process that `owner` named was one of this host and is gone."""
    if tags.get("host") != socket.gethostname() or not tags.get("pid", "").isdigit():
        return False
    return started(int(tags["pid"])) != tags.get("process_start")
