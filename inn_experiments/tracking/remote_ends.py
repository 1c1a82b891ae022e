"""The end of a run on a server: its files are sent, then it is said how it ended, at once or at the next start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inn_experiments.contracts import UserError
from inn_experiments.tracking import refusals, remote_files, server, store

if TYPE_CHECKING:
    from mlflow import MlflowClient


def close(client: MlflowClient, uri: str, outputs: Path, run: str, status: str, gone: bool) -> None:
    """End a run as `status`; where nobody answers, leave a note for the next start.

    Args:
        client: of the server or database at `uri`.
        uri: where the run is on record.
        outputs: that the run's files are staged in.
        run: its id.
        status: FINISHED, FAILED or KILLED.
        gone: whether nobody answered a moment ago.

    Raises:
        UserError: for a run that is FINISHED, and that could not be sent.
    """
    remote_files.note(outputs, run, uri, status)
    try:
        if gone:
            raise refusals.AwayError(uri)
        if status == "KILLED":
            # Somebody waits for the end of the process; its files stay here.
            with server.hasty(), refusals.named(uri):
                client.set_terminated(run, status)
            remote_files.forget(outputs, run)
        else:
            server.patiently(uri, _end, client, outputs, run, status)
    except BaseException as error:
        remote_files.note(outputs, run, uri, status, owned=False)
        if not isinstance(error, UserError):
            raise
        if status == "FINISHED":
            folder = store.run_folder(outputs, run)
            told = f"{error}; all of the run is in {folder}, and goes there at the next start: repeat the command"
            raise UserError(told) from error


def late(client: MlflowClient, uri: str, outputs: Path, run: str, status: str) -> str:
    """End a run whose end an earlier start could not tell; answers the line about it."""
    try:
        with refusals.named(uri):
            _end(client, outputs, run, status)
    except refusals.AwayError:
        raise
    except UserError as error:
        return f"run {run}, {status}, is still not sent: {error}; {remote_files.noted(outputs, run)} asks for it"
    return f"run {run} is {status} now: what was not sent of it is at {uri}"


def _end(client: MlflowClient, outputs: Path, run: str, status: str) -> None:
    folder = store.run_folder(outputs, run)
    if folder.is_dir():
        remote_files.send(client, run, folder)
    client.set_terminated(run, status)
    remote_files.forget(outputs, run)
