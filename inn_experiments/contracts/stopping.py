"""Signals end the program through its `finally` blocks, and one that a library swallows is asked for again.

An exception that a handler raises inside a callback of the collector, or in a `__del__`, Python discards; so long work
asks at each of its steps, by `check`, whether a stop was asked for. Work that first has something to keep opens a block
of `afterwards`, looks at `asked`, and calls `obey` when all is kept.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NoReturn

_received: list[int] = []
_foreign: list[Callable[[], object]] = []
"""What handlers of another library are still to do: they were called within a block of `afterwards`."""
_blocks: list[None] = []
"""One for each block of `afterwards` that is open."""


def catch_signals() -> None:
    """Let SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 end the program, and remember which one it was.

    The first two do so where they were ignored, too, as in the background of a script; the others are what a cluster
    sends before it takes a machine back. The handler of another library stays, and is called at the end of a block
    of `afterwards` where there is one: submitit lets SIGTERM pass, and at SIGUSR2 queues its job once more and exits.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
        before = signal.getsignal(number)
        user = number in (signal.SIGUSR1, signal.SIGUSR2)
        if before is signal.SIG_DFL or before is signal.default_int_handler or (not user and not callable(before)):
            signal.signal(number, _end)
        elif callable(before) and before is not _end and not _is_later(before):
            signal.signal(number, partial(_later, before))


def check() -> None:
    """End the program now if a signal asked for that: raises KeyboardInterrupt or SystemExit.

    Within a block of `afterwards` it does nothing.
    """
    if not _blocks:
        obey()


def asked() -> int:
    """How often something was asked for by signals that is still to be done."""
    return len(_received) + len(_foreign)


def obey() -> None:
    """Do what signals have asked for, within a block of `afterwards` as well.

    Raises KeyboardInterrupt or SystemExit, or what the handler of another library raises; such a handler may let the
    program go on.
    """
    if _received:
        _raise(_received[0])
    while _foreign:
        _foreign.pop(0)()


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
    if not _blocks and (len(_received) > before or _foreign):
        obey()


def signal_status() -> int | None:
    """128 + the number of the first signal that `catch_signals` saw, None where there was none.

    It is asked for at the end because libraries on the way turn an interrupt into exit statuses of theirs.
    """
    return 128 + _received[0] if _received else None


def forget() -> None:
    """Take what was asked for as done: in a worker a signal ends its cell, and the next one begins."""
    _received.clear()
    _foreign.clear()


def _is_later(handler: Callable[..., object]) -> bool:
    return isinstance(handler, partial) and handler.func is _later


def _later(handler: Callable[..., object], number: int, frame: FrameType | None) -> None:
    """The handler of another library, at the end of a block where one is open."""
    if _blocks:
        _foreign.append(partial(handler, number, None))
    else:
        handler(number, frame)


def _end(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    # The second one comes while the end is put in order, which nothing is gained by breaking off; a third one does.
    if len(_received) > 2 or (len(_received) == 1 and not _blocks):
        _raise(number)


def _raise(number: int) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
