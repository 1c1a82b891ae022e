"""Sweeps that are killed and finished, in their short form; `make torture` has hundreds of kills."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from inn_experiments.contracts.report import Report
from inn_experiments.tracking.mlflow import Mlflow

sys.path.append(str(Path(__file__).parents[1] / "scripts"))
import torture_kills
import torture_signals
from torture import processes
from torture.sweeps import Sweep, differences


@pytest.fixture(scope="module")
def torture(tmp_path_factory):
    """One undisturbed sweep is compared with all that are disturbed."""
    found = torture_signals.Torture(tmp_path_factory.mktemp("torture"), span=2, epochs=2)
    yield found
    found.end()


def test_a_sweep_that_is_killed_loses_nothing_and_ends_like_an_undisturbed_one(torture) -> None:
    seen = torture.round(3, "short", 2, random.Random(3))
    assert seen.faults == [] and seen.words == {}
    assert (seen.kills, seen.cells) == (2, 2)


def test_a_sweep_that_is_stopped_ends_with_its_status_and_is_finished_by_repeating_it(torture) -> None:
    seen = torture.stops(1, "short", 2, random.Random(1))
    assert seen.faults == [] and seen.words == {} and seen.swallowed == 0, seen
    assert (seen.kills, seen.cells) == (2, 2)


def test_a_run_that_finished_after_a_stop_and_a_process_that_outlives_it_are_seen(finished) -> None:
    sweep, run = finished
    assert [name for name, end in torture_signals.ends(sweep) if end > 0] == [run.run_id]
    alone = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    assert any("input()" in left for left in processes.survivors(alone.pid, 0.0))
    processes.end_all(alone.pid)
    alone.wait()
    assert processes.survivors(alone.pid, 5.0) == []


@pytest.fixture
def finished(tmp_path):
    """A sweep's outputs folder with one FINISHED run."""
    sweep = Sweep("short", tmp_path / "out", tmp_path / "table.csv")
    with Mlflow().open(sweep.outputs, "cell", {"fingerprint": "mark"}) as run:
        run.json("report.json", Report("cell", 0, "mark", {}).as_dict())
        (run.folder / "samples.parquet").write_bytes(b"PAR1 rows PAR1")
    return sweep, run


def seen_of(sweep, wanted, before=()) -> list[str]:
    seen, known = torture_kills.Round(0, "short"), set(before)
    torture_kills.look(sweep, seen, known)
    torture_kills.compare(sweep, seen, known, wanted)
    return seen.faults


def test_what_is_lost_or_different_is_seen(finished) -> None:
    sweep, _run = finished
    wanted = {mark: next(iter(runs.values())) for mark, runs in sweep.results().items()}
    assert seen_of(sweep, wanted) == []
    assert seen_of(sweep, wanted | {"other": {}}) == ["cells: 1 instead of 2"]
    assert "FINISHED before, not now" in seen_of(sweep, wanted, before=["lost"])[0]
    wanted["mark"] = {**wanted["mark"], "parameters": 1e-12}
    assert seen_of(sweep, wanted) == ["mark differs: ['/parameters: 1e-12 / 0'] (1)"]


def test_half_files_and_open_runs_are_seen(finished) -> None:
    sweep, run = finished
    wanted = {mark: next(iter(runs.values())) for mark, runs in sweep.results().items()}
    for name, content in (("curves.png", b"\x89PNG half"), ("rows.npz", b"PK half"), ("facts.json", b'{"half": ')):
        (run.folder / name).write_bytes(content)
        assert any(name in fault for fault in seen_of(sweep, wanted))
        (run.folder / name).unlink()
    (run.folder / ".report.json.123").write_text("half", encoding="utf-8")
    assert sweep.halves() == [] and sweep.leftovers() == [f"runs/{run.folder.parent.name}/artifacts/.report.json.123"]
    with Mlflow().open(sweep.outputs, "again", {"fingerprint": "mark"}):
        assert any(fault.startswith("RUNNING for ever") for fault in seen_of(sweep, wanted))
    (run.folder / "report.json").unlink()
    faults = torture_kills.Round(0, "short")
    torture_kills.look(sweep, faults, set())
    assert any("FINISHED without a report" in fault for fault in faults.faults)


def test_differences_name_the_place() -> None:
    one, other = ({"a": [1, {"b": value}]} for value in (2, 3))
    assert differences(one, json.loads(json.dumps(one))) == []
    assert differences(one, other) == ["/a[1]/b: 2 / 3"] and differences([1], [1, 2]) == [": [1] / [1, 2]"]
