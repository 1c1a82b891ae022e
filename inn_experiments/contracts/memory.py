"""How much memory there is for an array: asked before it is made, since a header may promise anything."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from inn_experiments.contracts.errors import UserError

GROUP = Path("/sys/fs/cgroup")


def available() -> int:
    """Bytes that this process can still take: of the machine, of its control group, and of its own limit."""
    page = os.sysconf("SC_PAGE_SIZE")
    found = [_machine() if Path("/proc/meminfo").is_file() else os.sysconf("SC_PHYS_PAGES") * page]
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        taken = Path("/proc/self/statm")
        found.append(limit - (int(taken.read_text().split()[0]) * page if taken.is_file() else 0))
    most, now, parts = (GROUP / f"memory.{name}" for name in ("max", "current", "stat"))
    if most.is_file() and now.is_file() and (text := most.read_text().strip()).isdigit():
        # Files that the kernel keeps in memory make room when it is wanted.
        kept = [line.split()[1] for line in parts.read_text().splitlines() if line.startswith("inactive_file ")]
        found.append(int(text) - int(now.read_text()) + int(kept[0] if kept else 0))
    return max(min(found), 0)


def check_room(need: int, what: str) -> None:
    """Raise UserError where `what` needs more bytes of memory than there are."""
    free = available()
    if need > free:
        raise UserError(f"{what} needs {_size(need)} of memory, of which {_size(free)} are free; give it less data")


def _machine() -> int:
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines() if ":" in line)
    return int(lines.get("MemAvailable", lines["MemFree"]).split()[0]) * 1024


def _size(count: int) -> str:
    """A number of bytes in words.

    >>> _size(1500), _size(4 * 10**9), _size(10**19)
    ('1.5 kB', '4.0 GB', '10,000,000 TB')
    """
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:,.0f} {unit}" if count >= 100 * size else f"{count / size:.1f} {unit}"
    return f"{count / 1e3:.1f} kB"
