"""A stop that was asked for happens, also where the exception of the signal's handler was swallowed on the way."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from inn_experiments.contracts import Report, stopping
from inn_experiments.contracts.imports import importing
from inn_experiments.running import sweep
from inn_experiments.training.fitting import Fitting


class Swallows:
    """A signal comes while Python runs this finaliser, which discards what the handler raises."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)
        # The handler runs between two instructions of Python.
        for _ in range(1000):
            pass


@pytest.fixture
def caught(monkeypatch):
    heard = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
    before = {number: signal.getsignal(number) for number in heard}
    monkeypatch.setattr(stopping, "_received", [])
    monkeypatch.setattr(stopping, "_foreign", [])
    stopping.catch_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("number", "kind", "status"), [(signal.SIGINT, KeyboardInterrupt, 130), (signal.SIGTERM, SystemExit, 143)]
)
def test_a_swallowed_signal_is_heard_at_the_next_step(caught, number, kind, status) -> None:
    stopping.check()
    Swallows(number)
    assert stopping.signal_status() == status, "it was received, and the program went on"
    with pytest.raises(kind), Report("a", 0, "", {}).step("fit"):
        raise AssertionError("the step was begun")
    with pytest.raises(kind):
        stopping.check()
    stopping.forget()
    stopping.check()


def test_a_signal_that_is_ignored_by_the_parent_is_caught(caught) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stopping.catch_signals()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_the_handler_of_a_launcher_stays(caught) -> None:
    heard: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    stopping.catch_signals()
    os.kill(os.getpid(), signal.SIGTERM)
    assert heard == [signal.SIGTERM] and stopping.signal_status() is None


@pytest.mark.parametrize("asked", [False, True])
def test_a_launcher_that_ends_a_cell_is_not_held_up_and_a_signal_ends_its_cell_alone(
    caught, tmp_path, monkeypatch, asked: bool
) -> None:
    hydra = SimpleNamespace(
        overrides=SimpleNamespace(task=["seed=0"]),
        mode=RunMode.MULTIRUN,
        runtime=SimpleNamespace(output_dir=str(tmp_path)),
    )
    monkeypatch.setattr(HydraConfig, "get", lambda: hydra)
    monkeypatch.setattr(sweep.State, "sweep", None)
    ended: list[object] = []
    try:
        with sweep.supervised():
            if asked:
                os.kill(os.getpid(), signal.SIGTERM)
            # So submitit leaves a job that is to begin once more.
            raise SystemExit(-1)
    except SystemExit as end:
        ended.append(end.code)
    assert ended == ([] if asked else [-1])
    assert json.loads((tmp_path / sweep.RESULT).read_text())["status"] == ("killed" if asked else "requeued")


def test_what_cannot_be_half_done_is_done_before_the_stop(caught) -> None:
    done = []
    with pytest.raises(SystemExit), stopping.afterwards():
        with stopping.afterwards():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("inner")
        done.append("outer")
    assert done == ["inner", "outer"]
    with stopping.afterwards():
        done.append("after a stop, where the end is put in order")
    assert stopping.signal_status() == 143 and len(done) == 3


def test_an_import_is_not_broken_off(caught, tmp_path, monkeypatch) -> None:
    (tmp_path / "slow_library.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nwhole = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KeyboardInterrupt), importing():
        import slow_library  # noqa: F401
    assert sys.modules.pop("slow_library").whole


def test_who_asks_again_does_not_break_off_the_end_and_who_asks_a_third_time_does(caught) -> None:
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    assert stopping.signal_status() == 130, "the first one is the one that ended it"
    with pytest.raises(SystemExit):
        os.kill(os.getpid(), signal.SIGTERM)
    assert stopping.signal_status() == 130


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("many", [False, True])
def test_no_run_is_finished_after_a_stop_was_asked_for(tmp_path, run, monkeypatch, many) -> None:
    step = Fitting.training_step
    asked: list[int] = []

    def slow(self, *given):
        if not asked:
            asked.append(1)
            Swallows(signal.SIGTERM)
        return step(self, *given)

    monkeypatch.setattr(Fitting, "training_step", slow)
    cells = ("seed=0,1", "-m") if many else ()
    short = ("trainer=smoke", "utility=none", "data.rows=200", "data.val_rows=50", "data.fresh_rows=100")
    status, out, err = run(*short, *cells)
    assert status == 143 and not re.search(r"\d finished|: finished", out), err
    with closing(sqlite3.connect(tmp_path / "out/mlflow.db")) as database:
        statuses = [row[0] for row in database.execute("SELECT status FROM runs")]
    assert "FINISHED" not in statuses and "RUNNING" not in statuses and "KILLED" in statuses
