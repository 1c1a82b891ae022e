"""An outputs folder that was moved or copied: its database is told where its files lie now."""

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
    runs = outputs / "runs"
    store.check_ours(path)
    places = {place for (place,) in store.select(path, f"SELECT artifact_location FROM experiments WHERE {store.OURS}")}
    if gone := sorted(place for place in places if place != here and not _is(place, runs)):
        with trouble.named(path), store.lock(outputs):
            for told in gone:
                _move(path, told, here)


def _is(place: str, runs: Path) -> bool:
    """Whether this address is that folder, which may have two names, by a link."""
    known = Path(unquote(urlparse(place).path))
    return known.exists() and runs.exists() and known.samefile(runs)


def _move(path: Path, told: str, here: str) -> None:
    with_models = store.select(path, "SELECT name FROM sqlite_master WHERE name = 'logged_models'")
    ours = f"WHERE {store.IN_OURS}"
    # The folders below are called what they were.
    updates = [
        f"UPDATE runs SET artifact_uri = :here || substr(artifact_uri, length(:told) + 1) {ours} "
        "AND substr(artifact_uri, 1, length(:told) + 1) = :told || '/'",
        f"UPDATE experiments SET artifact_location = :here WHERE artifact_location = :told AND {store.OURS}",
    ]
    if with_models:
        # Models lie beside the runs; one that is registered has its place in the registry too.
        listed = f"(SELECT 'models:/' || model_id FROM logged_models {ours})"
        updates += [
            f"UPDATE logged_models SET artifact_location = :here || '/models/' || model_id || '/artifacts' {ours}",
            "UPDATE model_versions SET storage_location = :here || '/models/' || substr(source, 9) || '/artifacts' "
            f"WHERE source IN {listed}",
        ]
    with closing(sqlite3.connect(path, timeout=store.PATIENCE)) as connection, connection:
        for update in updates:
            connection.execute(update, {"here": here, "told": told})
