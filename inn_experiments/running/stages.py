"""The stages of a cell as a person sees them: a bar on a terminal, else a line for each that takes its time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LABELS = {
    "start": "loading libraries",
    "split": "reading and dividing rows",
    "fit": "training",
    "sample": "sampling rows",
    "directions": "errors of directions",
    "reconstruction": "reconstruction",
    "fidelity": "fidelity",
    "unseen": "unseen compounds",
    "utility": "utility: training classifiers",
    "geometry": "geometry of each class",
    "claims": "measuring statements",
    "keep": "keeping the synthesizer",
    "record": "figures and record",
}
"""Stage -> what it is called."""
LONG = 2.0
"""Seconds after which a stage is worth a line."""


class Lines:
    """For a log: a line when a stage has lasted two seconds, and one when such a stage ends."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def begin(self, stage: str) -> None:
        """Say so in two seconds, if it is still at work then."""
        self._timer = _later(f"{LABELS.get(stage, stage)} ...", LONG)

    def move(self, done: float, total: float, note: str) -> None:
        """How far it is would be a line each time: it is not told."""

    def end(self, stage: str, seconds: float) -> None:
        """Say how long it took."""
        self._timer.cancel()
        if seconds >= LONG:
            print(f"{LABELS.get(stage, stage)}: {seconds:.0f} s", flush=True)


class Bar:
    """For a terminal: one line, redrawn five times a second, with the time left as far as it can be told."""

    def begin(self, stage: str) -> None:
        """Open the line of this stage."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}")
        columns += TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
        self._bar = Progress(*columns, refresh_per_second=5, transient=True)
        # Without a total the bar moves to and fro.
        self._task = self._bar.add_task(LABELS.get(stage, stage), total=None, note="")
        self._bar.start()

    def move(self, done: float, total: float, note: str) -> None:
        """Move it on."""
        self._bar.update(self._task, completed=done, total=total, note=note)

    def end(self, stage: str, seconds: float) -> None:
        """Close it, and give the terminal back."""
        self._bar.stop()


def watcher(shown: bool) -> Bar | Lines | None:
    """Who shows stages on this standard output; nobody unless `shown`."""
    if not shown:
        return None
    return Bar() if sys.stdout.isatty() else Lines()


@contextmanager
def at_work(what: str, seconds: float) -> Iterator[None]:
    """For the cells of a sweep, which have no bars: say what is at work, if the block lasts so long."""
    timer = _later(f"at work: {what}", seconds)
    try:
        yield
    finally:
        timer.cancel()


def _later(line: str, seconds: float) -> threading.Timer:
    """Print a line after so many seconds, unless it is cancelled before."""
    timer = threading.Timer(seconds, print, [line], {"flush": True})
    timer.daemon = True
    timer.start()
    return timer
