"""Work that is done once and kept, by one worker at a time, behind a lock."""

import errno
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from inn_experiments.contracts import mounts
from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.files import remove, replacing

Found = TypeVar("Found")


def once(target: Path, make: Callable[[Path], None], *, wait: bool = True) -> bool:
    """Let `make` fill a temporary name that becomes `target`, unless that is there; another worker at it waits.

    Returns:
        Whether it was made now.

    Raises:
        filelock.Timeout: not to `wait`, and another worker is at it.
    """
    return bool(once_each([target], lambda fresh: make(fresh[target]), wait=wait))


def once_each(targets: Iterable[Path], make: Callable[[dict[Path, Path]], None], *, wait: bool = True) -> list[Path]:
    """As `once` for several targets that are made together: `make` is given target -> temporary name of the missing.

    Returns:
        Those that were made now.
    """
    with ExitStack() as all_held:
        # Always in the same order, so that two workers at overlapping sets never wait for each other.
        for target in (wanted := sorted(targets)):
            all_held.enter_context(held(target, patience=-1 if wait else 0))
        missing = [target for target in wanted if not target.exists()]
        if missing:
            with ExitStack() as written:
                make({target: written.enter_context(_making(target)) for target in missing})
        return missing


@contextmanager
def _making(target: Path) -> Iterator[Path]:
    """A temporary name for who holds the lock of `target`."""
    if not _is_shared(target):
        # One name for all processes: what a killed one left behind is written over.
        with replacing(target, mark="new") as fresh:
            yield fresh
        return
    # Not everywhere does a lock hold between machines: each has its own name then, and who comes second leaves it be.
    try:
        with replacing(target) as fresh:
            yield fresh
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not target.is_dir():
            raise


def _is_shared(target: Path) -> bool:
    return mounts.shared(target.parent.absolute()) is not None


@contextmanager
def held(target: Path, *, patience: float = -1) -> Iterator[None]:
    """Hold the lock of `target`, the file of its name with `.lock` behind it, which is gone when the block ends.

    The kernel takes the lock from a process that dies; its file stays then, and hinders nobody. On a network file
    system it always stays: what is removed there while somebody waits for it may be held by two.

    Args:
        target: what one process at a time is at; its folder is made.
        patience: seconds for which another process is waited for; -1 waits for ever.

    Raises:
        filelock.Timeout: another process held it for so long.
    """
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    name = Path(f"{target}.lock")
    with FileLock(name, timeout=patience):
        try:
            yield
        finally:
            # By its owner, so that nobody else's is removed; who waits sees that it is gone, and makes a new one.
            if not _is_shared(target):
                name.unlink(missing_ok=True)


def cached(path: Path, make: Callable[[Path], None], read: Callable[[Path], Found]) -> Found:
    """What `read` finds in the file `path` of the cache, which `make` writes where it is missing or cannot be read.

    Nobody gave such a file, so that nobody need mend it: a warning says that it was made again.

    Args:
        path: of the file.
        make: writes it under a temporary name, as `once` does.
        read: raises UserError for a damaged one.
    """
    once(path, make)
    try:
        return read(path)
    except UserError as error:
        with held(path):
            # Another worker may have found it too, and made it in the meantime.
            try:
                return read(path)
            except UserError:
                remove(path)
        why = str(error).rpartition("; ")[0] or str(error)
        warnings.warn(f"a file of the cache could not be used, and was made again: {why}", stacklevel=2)
    once(path, make)
    return read(path)
