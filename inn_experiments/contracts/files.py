"""Files that are written whole or not at all, and work that is done once and kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary name beside `target`, renamed to it when the block ends well and removed when it does not.

    The folder of `target` is made; the block may write a file or make a folder.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield fresh
        os.replace(fresh, target)
    except BaseException:
        if fresh.is_dir():
            shutil.rmtree(fresh, ignore_errors=True)
        else:
            fresh.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> Path:
    """Write `text` to `path`, whole or not at all, making its folder; returns the path."""
    with replacing(path) as fresh:
        fresh.write_text(text, encoding="utf-8")
    return path


def once(target: Path, make: Callable[[Path], None]) -> bool:
    """Let `make` fill a temporary name that becomes `target`, unless that is there; another worker at it waits.

    Returns:
        Whether it was made now.
    """
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.exists():
            return False
        with replacing(target) as fresh:
            make(fresh)
        return True
