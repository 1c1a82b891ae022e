"""The command line as a fixture: what a person types, in this process, without the seconds of a start."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from inn_experiments import __main__
from inn_experiments.contracts import stopping
from inn_experiments.running import job, sweep


@pytest.fixture(autouse=True)
def _nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of tests go to their own folders, whatever this machine records its runs in."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """The command in this process, writing to tmp_path/out: arguments -> (exit status, stdout, stderr)."""
    heard = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
    handlers = {number: signal.getsignal(number) for number in heard}

    def command(*arguments: str) -> tuple[int, str, str]:
        for name in ("outputs", "sweep", "tracker", "status"):
            monkeypatch.setattr(sweep.State, name, None)
        monkeypatch.setattr(stopping, "_received", [])
        # What was read is told once a process, and here are many.
        job.tell.cache_clear()
        line = ["inn_experiments", f"paths.outputs={tmp_path / 'out'}", *arguments]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as end:
            __main__.main()
        return (end.value.code, *capsys.readouterr())

    yield command
    for number, handler in handlers.items():
        signal.signal(number, handler)
