"""Sweeps of many cells: what is finished costs a look-up alone, and what is to be run is composed in its turn."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.doors import Loader
from inn_experiments.contracts import Number, Report
from inn_experiments.running import batches, job, outcomes
from inn_experiments.tracking import indexes, leftovers, store
from inn_experiments.tracking.mlflow import Mlflow

CHEAP = ("data=two_clusters", "generator=bootstrap", "trainer=smoke", "utility=none")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells that measure nothing."""

    def measured(cell: Cell, *_: object) -> Report:
        return Report(cell.name, cell.seed, cell.fingerprint, cell.axes, 7, [Number("test/samples/fid", 0.25)])

    begun = SimpleNamespace(report=SimpleNamespace(split={}), split=SimpleNamespace(name="two_clusters"))
    monkeypatch.setattr(job, "begin", lambda _: begun)
    monkeypatch.setattr(job, "_pipeline", lambda: SimpleNamespace(build=lambda _: None, run=measured))


def sweeps(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "out" / "hydra").iterdir())


def test_finished_cells_leave_a_line_and_keep_their_numbers(run, quick, tmp_path: Path) -> None:
    assert run(*CHEAP, "seed=1,2", "-m")[0] == 0
    status, out, err = run(*CHEAP, "seed=0,1,2,3", "-m")
    assert status == 0, err
    assert "of 4 cells: 2 finished, 2 skipped" in out
    assert [line.partition(":")[0] for line in out.splitlines() if line.startswith("[")] == [
        f"[{seed + 1}/4] two_clusters-bootstrap seed {seed}" for seed in range(4)
    ]
    first, second = sweeps(tmp_path)
    assert {path.name for path in first.iterdir()} == {"0", "1", "cells.json", "multirun.yaml"}
    assert {path.name for path in second.iterdir()} == {"0", "3", "cells.json", "multirun.yaml", "skipped.jsonl"}
    assert [path.name for path in (second / "0").iterdir()] == ["result.json"]
    runs = {json.loads((first / name / "result.json").read_text())["run"] for name in "01"}
    lines = [json.loads(line) for line in (second / "skipped.jsonl").read_text().splitlines()]
    assert [line["number"] for line in lines] == [1, 2] and {line["run"] for line in lines} == runs


def test_parallel_workers_are_given_what_is_left(run, quick, tmp_path: Path) -> None:
    assert run(*CHEAP, "seed=0,2", "-m")[0] == 0
    status, out, err = run(*CHEAP, "seed=0,1,2,3", "hydra/launcher=joblib", "hydra.launcher.n_jobs=1", "-m")
    assert status == 0 and "of 4 cells: 2 finished, 2 skipped" in out, (out, err)
    # One between others is no reason to wait for those before it.
    assert [line[:5] for line in out.splitlines() if line.startswith("[")] == [f"[{each}/4]" for each in range(1, 5)]
    assert {path.name for path in sweeps(tmp_path)[1].iterdir() if path.is_dir()} == {"1", "2", "3"}


def test_a_run_that_lost_a_file_is_not_skipped(run, quick, tmp_path: Path) -> None:
    assert run(*CHEAP, "seed=0,1", "-m")[0] == 0
    next((tmp_path / "out" / "runs").glob("*/artifacts/config.yaml")).unlink()
    status, out, err = run(*CHEAP, "seed=0,1", "-m")
    assert status == 0 and "of 2 cells: 1 finished, 1 skipped" in out and "is run again" in err, (out, err)


def test_a_metric_that_a_finished_cell_lacks_is_told_as_by_any_cell(run, quick) -> None:
    assert run(*CHEAP, "seed=0,1", "-m")[0] == 0
    status, out, err = run(*CHEAP, "seed=0,1", "objective=unseen/cosine/generated", "-m")
    assert status == 2 and "2 failed" in out and "has no such metric" in err


def test_no_cell_is_composed_before_its_turn(run, monkeypatch: pytest.MonkeyPatch) -> None:
    composed, seen = [], []
    usual = Loader.load_configuration

    def load(self: Loader, *given: object, **more: object):
        composed.append(given)
        return usual(self, *given, **more)

    def fail(*_: object) -> None:
        seen.append(len(composed))
        raise RuntimeError("no further")

    monkeypatch.setattr(Loader, "load_configuration", load)
    monkeypatch.setattr(job, "begin", fail)
    assert "6 failed" in run(*CHEAP, "seed=range(6)", "-m")[1]
    assert seen == list(range(seen[0], seen[0] + 6)) and seen[0] <= 3


def test_a_line_that_was_not_written_whole_is_no_outcome(tmp_path: Path) -> None:
    with outcomes.Skipped(tmp_path) as skipped:
        skipped.note(0, {"status": "skipped", "exit": 0, "overrides": ["seed=0"]})
    with outcomes.Skipped(tmp_path) as skipped:
        # Of the same folder's next sweep.
        skipped.note(1, {"status": "skipped", "exit": 0, "overrides": ["seed=1"]})
    with (tmp_path / outcomes.SKIPPED).open("a") as file:
        file.write('{"number": 2, "sta')
    assert list(outcomes.skipped(tmp_path, [["seed=0"], ["seed=1"], ["seed=2"]])) == [1]


def test_the_number_of_cells_is_read_again_when_it_changes(tmp_path: Path) -> None:
    assert outcomes.count(tmp_path) is None
    for cells in ([["seed=0"]], [["seed=0"], ["seed=1"]]):
        (tmp_path / outcomes.CELLS).write_text(json.dumps(cells))
        assert outcomes.count(tmp_path) == len(cells)


def test_blocks_hold_each_cell_that_is_left_once(tmp_path: Path) -> None:
    done = {0, 1, 2, 7, 8, 9, 10, 15}
    for gap in (1, 2, 4, 50):
        places = [place for start, stop in batches.left(17, done, gap) for place in range(start, stop)]
        assert places == sorted(set(places)) and set(range(17)) - done <= set(places)
        assert gap > 1 or not done & set(places)


def test_look_ups_go_through_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.initialise(tmp_path)
    path, asked, usual = store.database(tmp_path), [], store.select

    def select(place: Path, query: str, *values: str) -> list:
        asked.append((query, values))
        return usual(place, query, *values)

    monkeypatch.setattr(store, "select", select)
    for _ in range(2):
        store.finished(path, "a"), store.running(path)
        with closing(sqlite3.connect(path)) as connection:
            plans = [
                " ".join(row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", values))
                for query, values in asked
                if " runs " in query
            ]
        # Of experiments there are a few, one a data set.
        assert len(plans) == 2 and not any("SCAN" in each.replace("SCAN experiments", "") for each in plans), plans
        assert all(any(name in each for each in plans) for name in indexes.INDEXES)
        asked.clear()
        # A database of an earlier version: the next start makes them, and until then what is found is the same.
        with closing(sqlite3.connect(path)) as connection, connection:
            for name in indexes.INDEXES:
                connection.execute(f"DROP INDEX {name}")
        assert store.finished(path, "a") == [] and store.running(path) == {}
        Mlflow().prepare(tmp_path)
        asked.clear()


def test_a_database_that_cannot_be_written_now_is_read_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.initialise(tmp_path)
    path = store.database(tmp_path)
    monkeypatch.setattr(indexes, "PATIENCE", 0.01)
    with closing(sqlite3.connect(path)) as other:
        for name in indexes.INDEXES:
            other.execute(f"DROP INDEX {name}")
        other.commit()
        other.execute("BEGIN IMMEDIATE")
        Mlflow().prepare(tmp_path)
        other.rollback()
    assert store.finished(path, "a") == []


def test_a_start_looks_at_so_many_names_and_after_a_death_at_all(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(leftovers, "MOST", 3)
    fits = tmp_path / "fits"
    fits.mkdir()
    for number in range(8):
        (fits / f".{number}.new").write_text("")
    leftovers.clear(tmp_path, everywhere=False)
    assert len(list(fits.iterdir())) == 5
    mine, other = (store.run_folder(tmp_path, name) for name in ("dead", "other"))
    for folder in (mine, other):
        folder.mkdir(parents=True)
        (folder / ".report.json.new").write_text("")
    leftovers.clear(tmp_path, everywhere=True, runs=[tmp_path / "runs" / "dead" / "artifacts"])
    assert not list(fits.iterdir()) and not list(mine.iterdir()) and list(other.iterdir())
