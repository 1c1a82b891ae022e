"""An outputs folder that was moved or copied: its database says where its files lie now."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlparse

from inn_experiments.tracking import store, trouble


def rehome(outputs: Path) -> None:
    """Let the database of an outputs folder that was moved or copied say where its files lie now.

    MLflow keeps absolute paths: of a copy it would show the files of the original.
    """
    path, here = store.database(outputs), store.runs_uri(outputs)
    where = store.experiment_id(path)
    told = store.select(path, "SELECT artifact_location FROM experiments WHERE experiment_id = ?", where)[0][0]
    known, runs = Path(unquote(urlparse(told).path)), outputs / "runs"
    # One folder may have two names, by a link.
    if told == here or (known.exists() and runs.exists() and known.samefile(runs)):
        return
    with_models = store.select(path, "SELECT name FROM sqlite_master WHERE name = 'logged_models'")
    ours = "WHERE experiment_id IN (SELECT experiment_id FROM experiments WHERE name IN (?, ?))"
    updates = [
        f"UPDATE experiments SET artifact_location = ? {ours}",
        f"UPDATE runs SET artifact_uri = ? || '/' || run_uuid || '/artifacts' {ours}",
    ]
    if with_models:
        # Models lie beside the runs; one that is registered has its place in the registry too.
        listed = f"(SELECT 'models:/' || model_id FROM logged_models {ours})"
        updates += [
            f"UPDATE logged_models SET artifact_location = ? || '/models/' || model_id || '/artifacts' {ours}",
            "UPDATE model_versions SET storage_location = ? || '/models/' || substr(source, 9) || '/artifacts' "
            f"WHERE source IN {listed}",
        ]
    opened = closing(sqlite3.connect(path, timeout=store.PATIENCE))
    with trouble.named(path), store.lock(outputs), opened as connection, connection:
        for update in updates:
            connection.execute(update, (here, store.EXPERIMENT, store.SWEEPS))
