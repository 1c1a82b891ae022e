"""Indexes of our own in MLflow's database, by which a look-up costs the same however many runs there are."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

INDEXES = {
    "inn_experiments_fingerprints": "tags (value) WHERE key = 'fingerprint'",
    "inn_experiments_running": "runs (experiment_id) WHERE status = 'RUNNING'",
}
"""Name -> what it is on. MLflow has none on the values of tags, and none on how runs ended."""
PATIENCE = 1.0
"""Seconds that another writer is waited for."""


def ensure(path: Path) -> None:
    """Make the indexes that the database file `path` lacks, which is done once.

    Where that cannot be, as in a file that is not ours to write or while somebody else writes, look-ups are right
    all the same, and take longer; the next start tries again.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=PATIENCE)) as connection, connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        for name in INDEXES.keys() - there:
            connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {INDEXES[name]}")
