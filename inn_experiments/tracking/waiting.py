"""MLflow waits for a locked database as long as this program does, and not for the 20 seconds of its own."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

HURRIES = "PRAGMA busy_timeout = 20000;"
"""What MLflow begins each of its sessions with."""


def let_mlflow_wait(seconds: Callable[[], float]) -> None:
    """Put so many seconds in the place of MLflow's own: what a run has computed is lost to the record without.

    There is no setting for it. Where another version says it in other words, it waits as long as it says.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def wait(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> tuple[str, object]:
        return f"PRAGMA busy_timeout = {seconds() * 1000:.0f}" if statement == HURRIES else statement, values


def forget_lock(address: str) -> None:
    """Remove the file that MLflow locks while it fills the new database at `address`, and leaves behind."""
    mark = hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()
    Path(tempfile.gettempdir(), f"db_init_lock-{mark}").unlink(missing_ok=True)
