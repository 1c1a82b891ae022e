"""The MLflow database of an outputs folder: made once, whole, and safe for several processes at once."""

from __future__ import annotations

import logging
import os
import re
import shlex
import sqlite3
from contextlib import closing
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from filelock import FileLock

from inn_experiments.contracts import UserError, replacing
from inn_experiments.contracts.imports import importing
from inn_experiments.tracking import indexes, trouble, waiting

if TYPE_CHECKING:
    from mlflow import MlflowClient

PATIENCE = 90.0
"""Seconds that a locked database is waited for."""
EXPERIMENT, SWEEPS = "inn_experiments", "inn_experiments sweeps"
"""MLflow's experiments: that of cells of which nothing else is said, and one in which each sweep is a run."""
MARK = "inn_experiments"
"""The tag of an experiment of this program, `cells` or `sweeps`; those of version 0.9.0 go by their names."""
OURS = f"""
    (name IN ('{EXPERIMENT}', '{SWEEPS}')
    OR experiment_id IN (SELECT experiment_id FROM experiment_tags WHERE key = '{MARK}'))
"""
IN_OURS = f"experiment_id IN (SELECT experiment_id FROM experiments WHERE {OURS})"
"""Conditions of SQL, on a table of experiments and on one with their ids."""


def database(outputs: Path) -> Path:
    """The database file of an outputs folder."""
    return outputs / "mlflow.db"


def lock(outputs: Path) -> FileLock:
    """The lock for what MLflow itself does not do in one step: creating the database, entering a data set."""
    return FileLock(outputs / "mlflow.db.lock")


def connect(path: Path) -> MlflowClient:
    """A client for the database file `path`, without telemetry and without log lines.

    Raises UserError where another version of MLflow made the database.
    """
    client, refusals = library()
    try:
        return client(tracking_uri=address(path), registry_uri=address(path))
    except refusals as error:
        trouble.check_message(path, str(error))
        raise UserError(
            f"{path}: this database is of another version of MLflow than the installed {version('mlflow')} "
            f"({' '.join(str(error).split())[:120]}...); a copy of an older one is brought up by: mlflow db upgrade "
            f"{shlex.quote(address(path))}; a newer one needs that version; or use another paths.outputs"
        ) from error


def address(path: Path) -> str:
    """What MLflow calls the database file `path`."""
    return f"sqlite:///{path.absolute()}"


@cache
def library() -> tuple[type[MlflowClient], tuple[type[Exception], ...]]:
    """MLflow's client, and what it raises where it does not know the tables of a database."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "CRITICAL")
    # Else the files of a uv project that a run is started in would become part of each model.
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")
    with importing():
        # A client imports its store when it is made; here, so that it is imported at once with the rest.
        import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
        from alembic.util.exc import CommandError
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

    waiting.let_mlflow_wait(lambda: PATIENCE)
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return MlflowClient, (MlflowException, CommandError)


def select(path: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    """The rows that an SQL `query` with `values` finds in the database file `path`, which it cannot change.

    MLflow takes two CPU seconds to import, and a cell that is skipped asks for nothing but a few rows. The tables of
    experiments, runs and tags have been the same in all of MLflow's versions. Raises UserError for a database that is
    damaged, lacks a table, or stays locked.
    """
    with trouble.named(path):
        return _select(path, query, values)


def _select(path: Path, query: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
    try:
        return _ask(path, "mode=rw", query, values)
    except sqlite3.OperationalError:
        log = path.with_name(f"{path.name}-wal")
        if os.access(path.parent, os.W_OK) or (log.exists() and log.stat().st_size):
            raise
        # A database with a write-ahead log wants to make files beside it, also for reading, unless nobody writes.
        return _ask(path, "mode=ro&immutable=1", query, values)


def _ask(path: Path, mode: str, query: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=PATIENCE)) as connection:
        connection.execute("PRAGMA query_only = true")
        return connection.execute(query, values).fetchall()


def experiment_id(path: Path, name: str = EXPERIMENT) -> str:
    """The id of an experiment of cells; raises UserError where the database does not hold it, or as deleted."""
    found = []
    if select(path, "SELECT name FROM sqlite_master WHERE name = 'experiments'"):
        found = select(path, "SELECT experiment_id, lifecycle_stage FROM experiments WHERE name = ?", name)
    if not found:
        raise UserError(f"{path}: a database without the experiment {name!r}; use another paths.outputs")
    if found[0][1] != "active":
        raise _deleted(path, str(found[0][0]), name, found[0][1])
    return str(found[0][0])


def check_ours(path: Path, active: bool = False) -> None:
    """Raise UserError where no experiment of this program is in the database, or none that is `active`."""
    found = []
    if select(path, "SELECT name FROM sqlite_master WHERE name = 'experiments'"):
        found = select(path, f"SELECT experiment_id, name, lifecycle_stage FROM experiments WHERE {OURS}")
    if not found:
        raise UserError(f"{path}: a database without the experiment {EXPERIMENT!r}; use another paths.outputs")
    if active and all(stage != "active" for _, _, stage in found):
        raise _deleted(path, *map(str, found[0]))


def _deleted(path: Path, number: str, name: str, stage: str) -> UserError:
    restore = f"mlflow experiments restore --experiment-id {number}"
    return UserError(
        f"{path}: its MLflow experiment {name!r} is {stage}; restore it and its runs: "
        f"MLFLOW_TRACKING_URI={shlex.quote(address(path))} {restore}; or use another paths.outputs"
    )


def finished(path: Path, fingerprint: str | None = None) -> list[tuple[str, Path]]:
    """(fingerprint, folder) of every FINISHED run, or of those with this fingerprint; the newest first."""
    if fingerprint is None:
        # It says what is the matter with a database that is not ours.
        check_ours(path, active=True)
    return [(mark, folder) for mark, _, folder in on_record(path, fingerprint)]


def on_record(path: Path, fingerprint: str | None = None) -> list[tuple[str, str, Path]]:
    """(fingerprint, id, folder) of every FINISHED run of all experiments, as `finished` has them.

    One fingerprint is looked up by an index (`tracking.indexes`), which needs the words below as they stand.
    """
    query = f"""
        SELECT value, run_uuid, artifact_uri FROM runs JOIN tags USING (run_uuid)
        WHERE {IN_OURS} AND status = 'FINISHED' AND lifecycle_stage = 'active'
        AND key = 'fingerprint' {"" if fingerprint is None else "AND value = ?"} ORDER BY start_time DESC, run_uuid
    """
    rows = select(path, query, *([] if fingerprint is None else [fingerprint]))
    return [(mark, run, folder_of(path.parent, run, place)) for mark, run, place in rows]


def running(path: Path) -> dict[str, dict[str, str]]:
    """The tags of every RUNNING run by its id."""
    query = f"""
        SELECT run_uuid, key, value FROM runs LEFT JOIN tags USING (run_uuid)
        WHERE {IN_OURS} AND status = 'RUNNING' AND lifecycle_stage = 'active'
    """
    found: dict[str, dict[str, str]] = {}
    for run, key, value in select(path, query):
        found.setdefault(run, {})[key] = value
    return found


def folder_of(outputs: Path, run: str, place: str | None) -> Path:
    """Where the files of a run lie in this outputs folder, by its id and the last of the place that MLflow keeps."""
    name, _, last = unquote(place or "").rpartition("/")
    name = name.rpartition("/")[2]
    return run_folder(outputs, name if last == "artifacts" and re.fullmatch(r"[\w-][\w.-]*", name) else run)


def run_folder(outputs: Path, run: str) -> Path:
    """Where the files of the run with this id lie: in this outputs folder, wherever it was when they were written."""
    return outputs / "runs" / _id(run) / "artifacts"


def model_folder(outputs: Path, model: str) -> Path:
    """Where the files of the logged model with this id lie, as MLflow derives it from where those of runs do."""
    return outputs / "runs" / "models" / _id(model) / "artifacts"


def _id(name: str) -> str:
    """An id that MLflow gave, or what a run's folder is called; from elsewhere it may be anything, a path too."""
    if not re.fullmatch(r"[\w-][\w.-]*", name):
        raise UserError(f"mlflow.db: {name!r} is no id of a run or model; use another paths.outputs")
    return name


def runs_uri(outputs: Path) -> str:
    """What MLflow calls the folder of all runs."""
    return (outputs.absolute() / "runs").as_uri()


def check(path: Path) -> None:
    """Raise UserError where a run would not come to its end on record: a damaged database, or one without a table."""
    trouble.check(path, PATIENCE)
    connect(path)
    # Of the version that is installed, all its tables are there.
    from mlflow.store.db.base_sql_model import Base

    with trouble.named(path), closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
        trouble.check_tables(connection, Base.metadata.tables)


def initialise(outputs: Path, name: str = EXPERIMENT) -> None:
    """Create the database, with an experiment of this name, unless it is there.

    It grows under a temporary name, behind a file lock, and is renamed when complete: two processes that
    open a new SQLite database at once break it, and one that is killed half-way would leave it unusable.
    """
    path = database(outputs)
    if path.exists():
        return
    outputs.mkdir(parents=True, exist_ok=True)
    with lock(outputs):
        if path.exists():
            return
        with replacing(path) as fresh:
            fresh.unlink(missing_ok=True)
            connect(fresh).create_experiment(name, artifact_location=runs_uri(outputs), tags={MARK: "cells"})
            waiting.forget_lock(address(fresh))
            indexes.ensure(fresh)
            # Readers do not wait for a writer with a write-ahead log; the setting stays in the file.
            connection = sqlite3.connect(fresh)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.close()
            for suffix in ("-wal", "-shm"):
                fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
