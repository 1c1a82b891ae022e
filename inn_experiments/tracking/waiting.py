"""MLflow waits for a locked database as long as this program does, and not for the 20 seconds of its own."""

from collections.abc import Callable

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
