"""The MLflow database of an outputs folder: made once, whole, and safe for several processes at once."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from inn_experiments.contracts import UserError, replacing

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
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "CRITICAL")
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return MlflowClient(tracking_uri=f"sqlite:///{path.absolute()}")


def experiment_id(client: MlflowClient, path: Path) -> str:
    """The id of this program's one experiment; raises UserError where the database does not hold it."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        raise UserError(f"{path}: a database without the experiment {EXPERIMENT!r}; use another paths.outputs")
    return experiment.experiment_id


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
