"""Two processes at one cell: who comes second waits with a word, and then skips it, or runs it where it must.

The pipeline is a stub here (tests/stub); `make torture` has eight processes with a real one.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import Timeout
from test_sweep import CHEAP, command, environment, statuses

from inn_experiments.contracts import held, once
from inn_experiments.tracking import leftovers, turns

WAITS = "another process is at this cell; waiting for it\n"


@pytest.fixture
def begin(tmp_path):
    """Starts a process of the command with one cell, or a sweep, in a folder that all share."""
    started = []

    def begin(*arguments: str, stub: str = "") -> subprocess.Popen:
        line = command(tmp_path, *arguments, *CHEAP)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(line, env=environment(stub), text=True, **pipes))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def locks(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "out" / "runs").glob("*.lock"))


@pytest.mark.parametrize(("tracking", "second"), [("mlflow", "skipped"), ("none", "finished")])
def test_the_second_process_waits_for_the_first_one(tmp_path, begin, tracking, second) -> None:
    sign = tmp_path / "go on"
    sweep = ("-m", "seed=0,1", f"tracking={tracking}")
    one = begin(*sweep, stub=f"0=until:{sign}")
    assert one.stdout.readline() == "waiting\n"
    two = begin(*sweep, stub=f"0=until:{sign}")
    assert two.stderr.readline() == f"bootstrap seed 0: {WAITS}" and two.poll() is None
    sign.touch()
    (out, err), (again, _) = one.communicate(timeout=120), two.communicate(timeout=120)
    assert (one.returncode, two.returncode) == (0, 0), err
    assert f"bootstrap seed 0: {second} in" in again and not locks(tmp_path)
    # Which of them came first at the other cell is left to chance.
    assert (out + again).count(": finished in") == (2 if tracking == "mlflow" else 4)
    if tracking == "mlflow":
        assert statuses(tmp_path) == [("bootstrap-seed0", "FINISHED"), ("bootstrap-seed1", "FINISHED")]


def test_the_cell_of_a_killed_process_is_run_by_the_one_that_waits(tmp_path, begin) -> None:
    one = begin("seed=0", stub="0=wait")
    assert one.stdout.readline() == "waiting\n"
    two = begin("seed=0")
    assert two.stderr.readline().endswith(WAITS)
    one.send_signal(signal.SIGKILL)
    out, err = two.communicate(timeout=120)
    assert two.returncode == 0 and "skipped" not in out, err
    assert [status for _, status in statuses(tmp_path)] == ["KILLED", "FINISHED"] and not locks(tmp_path)


def test_a_process_that_waits_can_be_stopped(tmp_path, begin) -> None:
    with turns.turn(tmp_path, "mark", "a cell"):
        code = "import sys; from pathlib import Path; from inn_experiments.contracts import stopping\n"
        code += "from inn_experiments.tracking import turns; stopping.catch_signals()\n"
        code += "with turns.turn(Path(sys.argv[1]), 'mark', 'a cell'): pass"
        line = [sys.executable, "-c", code, str(tmp_path)]
        two = subprocess.Popen(line, env=environment(), stderr=subprocess.PIPE, text=True)
        assert two.stderr.readline() == f"a cell: {WAITS}"
        two.send_signal(signal.SIGTERM)
        assert two.communicate(timeout=60)[1] == "" and two.returncode == 143
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_lock_is_held_by_one_and_its_file_is_gone_afterwards(tmp_path) -> None:
    target = tmp_path / "fits" / "0123"
    with held(target):
        assert Path(f"{target}.lock").exists()
        with pytest.raises(Timeout), held(target, patience=0):
            raise AssertionError("two hold it")
        assert Path(f"{target}.lock").exists(), "who does not get it removes nothing"
    with pytest.raises(OSError, match="boom"), held(target):
        raise OSError("boom")
    assert once(target, Path.touch) and not once(target, Path.touch)
    assert list(target.parent.iterdir()) == [target]


def test_many_processes_never_hold_a_lock_at_once_though_its_file_comes_and_goes(tmp_path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from inn_experiments.contracts import held\n"
        "for _ in range(100):\n"
        "    with held(Path(sys.argv[1]) / 'cell'):\n"
        "        os.close(os.open(sys.argv[1] + '/one', os.O_CREAT | os.O_EXCL)); os.unlink(sys.argv[1] + '/one')"
    )
    line = [sys.executable, "-c", code, str(tmp_path)]
    many = [subprocess.Popen(line, env=environment(), stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate(timeout=120)[1] for process in many] == [b""] * 4
    assert list(tmp_path.iterdir()) == []


def test_locks_of_dead_processes_are_removed_and_those_of_living_ones_stay(tmp_path) -> None:
    names = ["runs/0123.lock", "fits/4567.lock", "cache/utility/ab/cd.npz.lock"]
    others = ["runs/models/m-1/artifacts/uv.lock", "mlflow.db.lock", "hydra/1/other.lock"]
    for name in (*names, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with held(tmp_path / "runs/89ab"):
        leftovers.clear(tmp_path, everywhere=True)
        assert (tmp_path / "runs/89ab.lock").exists()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.lock")) == sorted(others)
    for name in names:
        (tmp_path / name).touch()
    leftovers.clear(tmp_path, everywhere=False)
    assert [(tmp_path / name).exists() for name in names] == [False, False, True]
