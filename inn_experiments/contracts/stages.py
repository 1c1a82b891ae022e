"""Which stage of a cell is at work, and how far it is: told by those who work, to whoever shows it."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Protocol


class Watcher(Protocol):
    """Somebody who shows the stages of a cell."""

    def begin(self, stage: str) -> None:
        """A stage has begun."""

    def move(self, done: float, total: float, note: str) -> None:
        """So much of the stage is done; `note` says more."""

    def end(self, stage: str, seconds: float) -> None:
        """It has ended, well or not."""


_watchers: list[Watcher] = []
_open: list[str] = []


@contextmanager
def watched(watcher: Watcher | None) -> Iterator[None]:
    """Let `watcher` be told of the stages of the block; None: nobody."""
    before = _watchers[:]
    _watchers[:] = [] if watcher is None else [watcher]
    try:
        yield
    finally:
        _watchers[:] = before


@contextmanager
def stage(name: str) -> Iterator[None]:
    """The block is the stage `name`; one within another is part of it and is not told."""
    started = time.perf_counter()
    _open.append(name)
    for each in _watchers if len(_open) == 1 else ():
        each.begin(name)
    try:
        yield
    finally:
        _open.pop()
        for each in _watchers if not _open else ():
            each.end(name, time.perf_counter() - started)


def move(done: float, total: float, note: str = "", of: Collection[str] = ()) -> None:
    """Tell how far the stage is, where it is one of these: a training within another stage is no measure of it.

    Example:
        >>> move(1, 2, of=["fit"])
    """
    if _open and _open[0] in of:
        for each in _watchers:
            each.move(done, total, note)
