"""Files of runs on a server: staged here, sent when the run ends, and fetched once when somebody needs them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inn_experiments.contracts import UserError, replacing, write_text
from inn_experiments.contracts.files import scratch_folder
from inn_experiments.tracking import leases, models, refusals, server, store, whole

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import RunInfo

UNSENT = "unsent"
"""Folder of an outputs folder with a note for each run that ended, or ends, and that the server does not know yet."""


def send(client: MlflowClient, run: str, folder: Path) -> None:
    """Bring the files of a run to where MLflow keeps them, unless that is the folder itself."""
    if not in_place(client, run, folder):
        client.log_artifacts(run, str(folder))


def in_place(client: MlflowClient, run: str, folder: Path) -> bool:
    """Whether MLflow keeps the files of the run in the very folder that they are staged in."""
    place = server.local_path(client.get_run(run).info.artifact_uri)
    return place is not None and place.resolve() == folder.resolve()


def note(outputs: Path, run: str, uri: str, status: str, owned: bool = True) -> None:
    """Note that a run is to end with `status` once all its files are sent; `owned` while this process is at it."""
    told = {"uri": uri, "status": status, "owner": leases.owner(outputs) if owned else {}}
    write_text(noted(outputs, run), json.dumps(told, indent=1) + "\n")


def forget(outputs: Path, run: str) -> None:
    """The server knows it."""
    noted(outputs, run).unlink(missing_ok=True)


def unsent(outputs: Path, uri: str) -> dict[str, str]:
    """Run -> its last status, of those that nobody is about to send to this address any more."""
    found, judge = {}, leases.Judge(outputs, own=True)
    for path in sorted((outputs / UNSENT).glob("*.json")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            free = not told["owner"] or judge.is_dead(told["owner"])
            if free and told["uri"] == uri:
                found[path.stem] = told["status"]
        except FileNotFoundError:
            # Another one has just sent it.
            continue
        except (ValueError, KeyError, TypeError):
            raise UserError(
                f"{path}: this note of a run cannot be read; remove it, and its run is computed again"
            ) from None
    return found


def fetch(client: MlflowClient, uri: str, run: RunInfo, outputs: Path, only: Sequence[str] = ()) -> str:
    """Bring the files of a finished run that are not here, or differ from its list, to its place in `outputs`.

    Args:
        client: of the server at `uri`.
        uri: where the run is on record.
        run: the run.
        outputs: whose `runs` it lies in.
        only: names of the files that are needed; none: all that the list has.

    Returns:
        What is wrong with it in words, '' where all is there.
    """
    folder = store.run_folder(outputs, run.run_id)
    try:
        if _listed(folder) is None:
            _download(client, uri, run, folder, whole.LIST)
        listed = _listed(folder) or []
        # Without its report nothing else of a run counts.
        for name in dict.fromkeys([whole.REPORT, *(only or listed)]):
            if not (folder / name).is_file() or whole.damage(folder, name):
                _download(client, uri, run, folder, name)
                if word := whole.damage(folder, name):
                    return f"{word}, as {uri} has it"
    except refusals.AwayError:
        raise
    except UserError as error:
        return str(error)
    return ""


def is_here(folder: Path) -> bool:
    """Whether all files of the list of a run are in its folder, whatever is in them."""
    listed = _listed(folder)
    return listed is not None and all((folder / name).is_file() for name in listed)


def _listed(folder: Path) -> list[str] | None:
    try:
        names = list(json.loads((folder / whole.LIST).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    for name in names:
        # It came from elsewhere, and may name any place.
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise UserError(f"{folder / whole.LIST}: {name!r} is no file of this run")
    return names


def _download(client: MlflowClient, uri: str, run: RunInfo, folder: Path, name: str) -> None:
    """Put one file in its place, with the time at which its run ended, by which runs are put in order."""
    folder.mkdir(parents=True, exist_ok=True)
    # MLflow's own clients look at the process' one address, and would make a database in the current folder.
    with scratch_folder(folder.parent) as scratch, models.at(uri):
        found = Path(server.patiently(uri, client.download_artifacts, run.run_id, name, scratch))
        if run.end_time:
            os.utime(found, (run.end_time / 1000, run.end_time / 1000))
        with replacing(folder / name) as fresh:
            os.replace(found, fresh)


def noted(outputs: Path, run: str) -> Path:
    """The file that says that this run is to be sent."""
    return outputs / UNSENT / f"{run}.json"
