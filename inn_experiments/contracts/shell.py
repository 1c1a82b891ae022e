"""The outermost shell of a command: signals, mistakes and readers that go away end in a status, not in a traceback."""

import io
import os
import sys
from collections.abc import Callable

from inn_experiments.contracts import stopping


def shell(work: Callable[[], int | None], show: Callable[[Exception], int], broken: int = 1) -> int:
    """Do `work` and return its exit status; 0 where it answers None.

    Args:
        work: what is done.
        show: says what an exception means, and answers the status.
        broken: status of an interrupt, and of an exit that tells no other.
    """
    try:
        return work() or 0
    except KeyboardInterrupt:
        return broken
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else broken if end.code else 0
    except Exception as error:  # noqa: BLE001 (nothing is above it)
        return show(error)


def begin() -> None:
    """What every command and every worker process does first: hear signals, and outlive who reads its output."""
    stopping.catch_signals()
    sys.stdout, sys.stderr = _patient(sys.stdout), _patient(sys.stderr)


class _Patient(io.TextIOWrapper):
    """A stream whose reader may go away, as `head` does: from then on what is written is nobody's, and work goes on."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            return self._alone(len(text))

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            self._alone()

    def _alone(self, written: int = 0) -> int:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        return written


def _patient(stream: io.TextIOBase) -> io.TextIOBase:
    # A stream that somebody put in its place, a test or a notebook, is theirs.
    if type(stream) is not io.TextIOWrapper or stream.closed:
        return stream
    stream.flush()
    how = {"encoding": stream.encoding, "errors": stream.errors, "line_buffering": stream.line_buffering}
    return _Patient(stream.buffer, write_through=stream.write_through, **how)
