"""The command from outside: exit statuses, one line per mistake, sweeps that name what failed or is missing.

The pipeline is a stub here (tests/stub), so that what is tested is the shell and each start takes a second.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inn_experiments.tracking.store import SWEEPS

STUB = Path(__file__).parent / "stub"
CHEAP = ["generator=bootstrap", "utility=none"]


def command(tmp_path: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "inn_experiments", *arguments, f"paths.outputs={tmp_path / 'out'}"]


def environment(stub: str = "") -> dict[str, str]:
    # The stub first, and then the program of this checkout, whatever is installed.
    return {**os.environ, "PYTHONPATH": f"{STUB}{os.pathsep}{STUB.parents[1]}", "STUB": stub}


def start(tmp_path: Path, *arguments: str, stub: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(
        command(tmp_path, *arguments), env=environment(stub), capture_output=True, text=True, check=False
    )


def statuses(tmp_path: Path, sweeps: bool = False) -> list[tuple[str, str]]:
    """Name, without settings behind it, and status of the runs of cells, or of those of sweeps."""
    connection = sqlite3.connect(tmp_path / "out" / "mlflow.db")
    query = "SELECT runs.name, status, experiments.name FROM runs JOIN experiments USING (experiment_id)"
    rows = connection.execute(f"{query} ORDER BY runs.name, start_time").fetchall()
    connection.close()
    return [(name.partition(" ")[0], status) for name, status, where in rows if (where == SWEEPS) == sweeps]


def test_a_failing_cell_stops_no_other_and_is_named(tmp_path: Path) -> None:
    sweep = [*CHEAP, "tracking=none", "seed=0,1,2,3"]
    done = start(tmp_path, "-m", *sweep, stub="1=fail,2=user")
    assert done.returncode == 1
    assert "2 failed, 2 finished" in done.stdout and "[4/4] bootstrap seed 3: finished" in done.stdout
    assert "failed: seed=1: RuntimeError('the stub fails')" in done.stderr
    assert "failed: seed=2: the stub's input is bad" in done.stderr
    assert done.stderr.count("Traceback") == 1


def test_a_finished_cell_is_skipped_and_a_failed_one_is_repeated(tmp_path: Path) -> None:
    sweep = ["-m", *CHEAP, "seed=0,1,2"]
    assert start(tmp_path, *sweep, stub="1=fail,2=nan").returncode == 1
    again = start(tmp_path, *sweep)
    assert again.returncode == 0, again.stderr
    assert "2 finished, 1 skipped" in again.stdout and "compareRunsMode=CHART" in again.stdout
    assert statuses(tmp_path) == [
        ("bootstrap-seed0", "FINISHED"),
        ("bootstrap-seed1", "FAILED"),
        ("bootstrap-seed1", "FINISHED"),
        ("bootstrap-seed2", "FAILED"),
        ("bootstrap-seed2", "FINISHED"),
    ]
    assert [status for _, status in statuses(tmp_path, sweeps=True)] == ["FAILED", "FINISHED"]
    single = start(tmp_path, *CHEAP, "seed=2")
    assert single.returncode == 0 and "skipped" in single.stdout
    assert single.stderr == "" and "samples FID" in single.stdout


def test_a_worker_that_is_killed_ends_its_own_cell_and_the_others_go_on(tmp_path: Path) -> None:
    sweep = ["-m", *CHEAP, "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "seed=0,1,2,3"]
    done = start(tmp_path, *sweep, stub="0=kill")
    assert done.returncode == 1
    assert "of 4 cells: 3 finished, 1 killed" in done.stdout
    assert "killed: seed=0: its worker process was killed, also when it ran alone" in done.stderr
    assert done.stderr.count("killed: seed=") == 1 and "missing" not in done.stderr
    assert "Traceback" not in done.stderr and "database is locked" not in done.stderr
    assert sorted(status for _, status in statuses(tmp_path) if status != "KILLED") == ["FINISHED"] * 3


def test_workers_in_parallel_are_quiet_and_do_not_lock_the_database(tmp_path: Path) -> None:
    done = start(tmp_path, "-m", *CHEAP, "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "seed=0,1,2,3")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert [status for _, status in statuses(tmp_path)] == ["FINISHED"] * 4


@pytest.mark.parametrize("many", [False, True])
def test_a_bad_input_is_one_line_and_status_2(tmp_path: Path, many: bool) -> None:
    done = start(tmp_path, *(["-m"] if many else []), *CHEAP, "tracking=none", "seed=5", stub="5=user")
    assert done.returncode == 2
    assert "error: the stub's input is bad" in done.stderr.splitlines()
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == (4 if many else 1)


def test_another_exception_shows_its_traceback(tmp_path: Path) -> None:
    done = start(tmp_path, *CHEAP, "tracking=none", "seed=5", stub="5=fail")
    assert done.returncode == 1 and done.stderr.count("Traceback") == 1 and "the stub fails" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sede=1"], ["'sede'", "did you mean 'seed'"]),
        (["data.rowz=1"], ["'data.rowz'"]),
        (["data=cofee"], ["data/cofee", "coffee"]),
        (["seed=abc"], ["seed", "'abc'"]),
        (["data._target_=os.system"], ["os.system", "not allowed"]),
        (["objective=test/nothing"], ["objective=test/nothing", "'nothing'", "fid"]),
        (["paths.outputs=/dev/null/x"], ["/dev/null/x"]),
        (["paths.outputs=/proc/x"], ["/proc/x"]),
    ],
)
def test_a_mistake_on_the_command_line_has_no_traceback(tmp_path: Path, arguments, words) -> None:
    line = [sys.executable, "-m", "inn_experiments", *CHEAP, "tracking=none", f"paths.outputs={tmp_path}", *arguments]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr


@pytest.mark.parametrize(
    ("number", "status", "tracking"), [(signal.SIGTERM, 143, "mlflow"), (signal.SIGINT, 130, "none")]
)
def test_a_signal_gives_its_status_and_marks_the_run(tmp_path, number, status, tracking) -> None:
    process = subprocess.Popen(
        command(tmp_path, *CHEAP, "seed=4", f"tracking={tracking}"),
        env=environment("4=wait"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(number)
    assert "Traceback" not in process.communicate(timeout=60)[1]
    assert process.returncode == status
    if tracking == "mlflow":
        assert statuses(tmp_path) == [("bootstrap-seed4", "KILLED")]


def test_everything_is_written_below_outputs(tmp_path: Path) -> None:
    away = tmp_path / "elsewhere"
    away.mkdir()
    line = command(tmp_path, "-m", *CHEAP, "tracking=none", "seed=0,1")
    subprocess.run(line, env=environment(), cwd=away, capture_output=True, check=True)
    assert list(away.iterdir()) == []
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"hydra", "runs"}
    sweep = next((tmp_path / "out" / "hydra").iterdir())
    assert json.loads((sweep / "0" / "result.json").read_text())["status"] == "finished"
    report = json.loads(next((tmp_path / "out" / "runs").rglob("report.json")).read_text())
    assert report["axes"]["generator"] == "bootstrap"


def test_help_is_quick_and_names_every_option(tmp_path: Path) -> None:
    from inn_experiments.configuration.compose import CONF

    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "inn_experiments", "--help"], capture_output=True, text=True, check=True
    )
    assert time.perf_counter() - begun < 10
    for path in CONF.glob("*/*.yaml"):
        assert f"{path.parent.name}={path.stem} " in done.stdout
    assert all(len(line) <= 160 for line in done.stdout.splitlines())
