"""What is wrong with a database, in words that name its file and what helps."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from inn_experiments.contracts import UserError

AWAY = "restore a copy of it, or move it away (runs/ and fits/ stay), or use another paths.outputs"
WORDS = {
    "is locked": "another program holds this database locked; end that program, or repeat this later",
    "no such table: ": f"this database lacks MLflow's table {{}}; {AWAY}",
    "no such column: ": f"this database lacks MLflow's column {{}}, so it is damaged or of another version; {AWAY}",
    "malformed": f"this database is damaged; {AWAY}",
    "not a database": f"this file is not a database; {AWAY}",
    "could not decode": f"this database is damaged; {AWAY}",
    "decode byte": f"this database is damaged; {AWAY}",
}
"""What SQLite or Python says -> what it means; `{}` stands for the rest of it."""
TABLES = ("alembic_version", "experiments", "runs", "tags", "params", "metrics", "latest_metrics", "datasets", "inputs")
"""What every version of MLflow has that this program writes to."""
EACH, MOST = 20_000_000, 200_000_000
"""Bytes of a database whose pages are all looked at before each run, and before the first one of a process."""
_looked: set[Path] = set()
"""Databases that this process has looked at."""


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Raise UserError in the place of what SQLite says of the damaged, foreign or locked database file `path`."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        check_message(path, str(error))
        raise


def check_message(path: Path, said: str) -> None:
    """Raise UserError where SQLite, or who passes its words on, said that the database file `path` is not as it was."""
    for phrase, words in WORDS.items():
        if phrase in said.lower():
            rest = said.lower().partition(phrase)[2].split()
            raise UserError(f"{path}: {words.format(rest[0] if rest else '')}")


def check(path: Path, patience: float) -> None:
    """Raise UserError for a database that is damaged, or lacks a table, before anything is computed for it.

    A page that MLflow reads late would end a run after its training; of one million bytes all are read in 6 ms.
    """
    with named(path), closing(sqlite3.connect(path, timeout=patience)) as connection:
        # It has lines of its own for each fault.
        small = path.stat().st_size <= (EACH if path in _looked else MOST)
        _looked.add(path)
        if small and connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError("malformed")
        check_tables(connection, TABLES)
        # Who begins to write hears now that another one does not end.
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()


def check_tables(connection: sqlite3.Connection, wanted: Collection[str]) -> None:
    """Raise sqlite3.OperationalError, as SQLite does later, for the first table that is not there."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in wanted:
        if table not in there:
            raise sqlite3.OperationalError(f"no such table: {table}")
