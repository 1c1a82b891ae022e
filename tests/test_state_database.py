"""A database that is damaged, of another version or locked is one line that names it and says what helps."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from inn_experiments.contracts import Number, Report, UserError
from inn_experiments.library.listing import runs
from inn_experiments.reports.__main__ import main as reports
from inn_experiments.running import failures
from inn_experiments.sample import main as sample
from inn_experiments.tracking import moved, store
from inn_experiments.tracking.mlflow import Mlflow

CELL = ("data.rows=100", "generator=bootstrap", "utility=none", "hydra.run.dir=${paths.outputs}/hydra/one")
CELL += ("tracking.experiment=inn_experiments",)
"""Goes to the experiment of the run that is there."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """An outputs folder with one finished run, whose database nobody has open."""
    out = tmp_path_factory.mktemp("whole")
    with Mlflow().open(out, "cell-seed0", {"fingerprint": "f"}) as run:
        run.metrics({"test/a": 1.0})
        run.json("report.json", Report("cell", 0, "f", {"seed": 0}, numbers=[Number("test/a", 1.0)]).as_dict())
    with closing(sqlite3.connect(out / "mlflow.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return out


@pytest.fixture
def out(whole, tmp_path) -> Path:
    """A copy of it, where the command writes to."""
    found = tmp_path / "out"
    shutil.copytree(whole, found, ignore=shutil.ignore_patterns("mlflow.db-*"))
    moved.rehome(found)
    with closing(sqlite3.connect(found / "mlflow.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return found


def cut(path: Path, left: float | int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(left * len(content)) if isinstance(left, float) else left])


def noise(path: Path, seed: int) -> None:
    """300 bytes anywhere are others."""
    drawn, content = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(300):
        content[drawn.randrange(len(content))] = drawn.randrange(256)
    path.write_bytes(content)


def sql(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


DAMAGES = {
    "half": lambda path: cut(path, 0.5),
    "without its last page": lambda path: cut(path, path.stat().st_size - 4096),
    "empty": lambda path: cut(path, 0),
    "without its head": lambda path: path.write_bytes(bytes(100) + path.read_bytes()[100:]),
    **{f"noise {seed}": lambda path, seed=seed: noise(path, seed) for seed in range(3)},
    **{
        f"without {table}": lambda path, table=table: sql(path, f"DROP TABLE {table}")
        for table in ("experiments", "runs", "tags", "params", "latest_metrics", "logged_models", "alembic_version")
    },
    "schema": lambda path: sql(path, "UPDATE alembic_version SET version_num = 'zzz'"),
    "deleted": lambda path: sql(path, "UPDATE experiments SET lifecycle_stage = 'deleted'"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_one_line_for_a_run(out, run, damage) -> None:
    DAMAGES[damage](out / "mlflow.db")
    status, _, said = run(*CELL)
    assert status == 2 and len(said.splitlines()) == 1 and said.startswith("error: "), said
    assert "mlflow.db" in said and ("paths.outputs" in said or "mlflow" in said.partition("mlflow.db")[2]), said
    assert len(list((out / "runs").iterdir())) == 1, "no run was begun"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_one_line_or_no_matter_for_reports_and_samples(out, tmp_path, capsys, damage) -> None:
    """They read the tables of experiments, runs and tags alone."""
    DAMAGES[damage](out / "mlflow.db")
    told = []
    for command in (["grid", "--outputs", str(out), "--to", str(tmp_path / "x.md")], [f"outputs={out}", "run=latest"]):
        assert (reports if command[0] == "grid" else sample)([*command, *(["n=3"] if len(command) == 2 else [])]) == 2
        told.append(capsys.readouterr().err)
    try:
        assert len(runs(out)) == 1
    except UserError as error:
        told.append(str(error))
    for said in told:
        assert len(said.splitlines()) == 1 and (str(out) in said or "finished runs" in said), said


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the database for good."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("UPDATE runs SET name = name")
        yield


def test_a_database_that_stays_locked_is_one_line(out, run, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    with locked(out / "mlflow.db"):
        status, _, said = run(*CELL)
        assert status == 2 and len(said.splitlines()) == 1 and "locked" in said, said
        assert reports(["grid", "--outputs", str(out), "--to", str(tmp_path / "x.md")]) == 2
        assert sample([f"outputs={out}", "run=latest", "n=3"]) == 2
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 2 and all("locked" in line and str(out / "mlflow.db") in line for line in lines), lines


def test_a_lock_that_falls_between_is_one_line(out, monkeypatch) -> None:
    """Who only writes lets others read: the cell hears of it before it computes."""
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    with closing(sqlite3.connect(out / "mlflow.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert store.finished(out / "mlflow.db")
        with pytest.raises(UserError, match=r"mlflow\.db: .*locked"), Mlflow().open(out, "other", {"fingerprint": "g"}):
            pytest.fail("it was begun")
    assert "locked" in failures.one_line(RuntimeError("(sqlite3.OperationalError) database is locked"), out)
