"""The MLflow database of an outputs folder: made once, whole, and safe for several processes at once."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from filelock import FileLock

from inn_experiments.contracts import UserError, replacing
from inn_experiments.contracts.imports import importing

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "inn_experiments"


def database(outputs: Path) -> Path:
    """The database file of an outputs folder."""
    return outputs / "mlflow.db"


def lock(outputs: Path) -> FileLock:
    """The lock for what MLflow itself does not do in one step: creating the database, entering a data set."""
    return FileLock(outputs / "mlflow.db.lock")


def connect(path: Path) -> MlflowClient:
    """A client for the database file `path`, without telemetry and without log lines."""
    return _library()(tracking_uri=f"sqlite:///{path.absolute()}")


@cache
def _library() -> type[MlflowClient]:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "CRITICAL")
    with importing():
        # A client imports its store when it is made; here, so that it is imported at once with the rest.
        import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
        from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return MlflowClient


def select(path: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    """The rows that an SQL `query` with `values` finds in the database file `path`, which it cannot change.

    MLflow takes two CPU seconds to import, and a cell that is skipped asks for nothing but a few rows. The tables of
    experiments, runs and tags have been the same in all of MLflow's versions.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=60)) as connection:
        connection.execute("PRAGMA query_only = true")
        return connection.execute(query, values).fetchall()


def experiment_id(path: Path) -> str:
    """The id of this program's one experiment; raises UserError where the database does not hold it."""
    found = []
    if select(path, "SELECT name FROM sqlite_master WHERE name = 'experiments'"):
        found = select(path, "SELECT experiment_id FROM experiments WHERE name = ?", EXPERIMENT)
    if not found:
        raise UserError(f"{path}: a database without the experiment {EXPERIMENT!r}; use another paths.outputs")
    return str(found[0][0])


def finished(path: Path, fingerprint: str = "*") -> list[tuple[str, Path]]:
    """(fingerprint, folder) of every FINISHED run, or of those with this fingerprint; the newest first."""
    query = """
        SELECT value, artifact_uri FROM runs JOIN tags USING (run_uuid)
        WHERE experiment_id = ? AND status = 'FINISHED' AND lifecycle_stage = 'active'
        AND key = 'fingerprint' AND value GLOB ? ORDER BY start_time DESC, run_uuid
    """
    rows = select(path, query, experiment_id(path), fingerprint)
    return [(mark, artifact_folder(uri)) for mark, uri in rows]


def running(path: Path) -> dict[str, dict[str, str]]:
    """The tags of every RUNNING run by its id."""
    query = """
        SELECT run_uuid, key, value FROM runs LEFT JOIN tags USING (run_uuid)
        WHERE experiment_id = ? AND status = 'RUNNING' AND lifecycle_stage = 'active'
    """
    found: dict[str, dict[str, str]] = {}
    for run, key, value in select(path, query, experiment_id(path)):
        found.setdefault(run, {})[key] = value
    return found


def artifact_folder(uri: str) -> Path:
    """Where the files of an MLflow run with this artifact URI lie on this machine."""
    return Path(unquote(urlparse(uri).path))


def initialise(outputs: Path) -> None:
    """Create the database unless it is there.

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
            connect(fresh).create_experiment(EXPERIMENT, artifact_location=(outputs.absolute() / "runs").as_uri())
            # Readers do not wait for a writer with a write-ahead log; the setting stays in the file.
            connection = sqlite3.connect(fresh)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.close()
            for suffix in ("-wal", "-shm"):
                fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
