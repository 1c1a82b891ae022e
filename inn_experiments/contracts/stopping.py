"""Signals end the program through its `finally` blocks, and one that a library swallows is asked for again.

An exception that a handler raises inside a callback of the collector, or in a `__del__`, Python discards; so long work
asks at each of its steps, by `check`, whether a stop was asked for.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_received: list[int] = []
_blocks: list[None] = []
"""One for each block of `afterwards` that is open."""


def catch_signals() -> None:
    """Let SIGINT and SIGTERM end the program, and remember which one it was.

    They do so where they were ignored, too, as in the background of a script. The handler of another library stays:
    submitit lets SIGTERM pass, and answers the signal that follows.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if not callable(before) or before is signal.default_int_handler:
            signal.signal(number, _end)


def check() -> None:
    """End the program now if a signal asked for that: raises KeyboardInterrupt or SystemExit."""
    if _received:
        _raise(_received[0])


@contextmanager
def afterwards() -> Iterator[None]:
    """Let a stop that is asked for within the block happen when it ends well: for what cannot be half done.

    A library whose import is broken off is there and lacks its parts, for whoever imports it next.
    """
    before = len(_received)
    _blocks.append(None)
    try:
        yield
    finally:
        _blocks.pop()
    if len(_received) > before and not _blocks:
        check()


def signal_status() -> int | None:
    """128 + the number of the first signal that `catch_signals` saw, None where there was none.

    It is asked for at the end because libraries on the way turn an interrupt into exit statuses of theirs.
    """
    return 128 + _received[0] if _received else None


def forget() -> None:
    """Take what was asked for as done: in a worker a signal ends its cell, and the next one begins."""
    _received.clear()


def _end(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    # The second one comes while the end is put in order, which nothing is gained by breaking off; a third one does.
    if len(_received) > 2 or (len(_received) == 1 and not _blocks):
        _raise(number)


def _raise(number: int) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
