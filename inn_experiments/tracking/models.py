"""The models of runs: logged as MLflow does it, their files in place whole or not at all, and put into the registry."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inn_experiments.contracts import UserError, replacing
from inn_experiments.tracking import experiments, store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

NAME = "synthesizer"
"""Of the model of a run: `runs:/ID/synthesizer`."""
VERSIONS, PROMPT = "mlflow.modelVersions", "mlflow.prompt.is_prompt"
"""The tag of a logged model in which MLflow's pages look for its versions, and that of names that are no models'."""

Write = Callable[[Path, Any], None]
"""Makes the new folder of a model, and adds to the `mlflow.models.Model` what it is."""


def log(
    client: MlflowClient, outputs: Path, run: str, write: Write, params: Mapping[str, str], tags: Mapping[str, str]
) -> str:
    """Log the model of a run in `outputs`: READY when its files are there, FAILED if they cannot be; returns its id."""
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus
    from mlflow.models import Model

    where = experiments.of_run(store.database(outputs), run)
    made = client.create_logged_model(where, name=NAME, source_run_id=run, params=dict(params), tags=dict(tags))
    try:
        with replacing(store.model_folder(outputs, made.model_id)) as fresh:
            # No place is told, so that nothing in the folder is wrong when the folder is somewhere else.
            write(fresh, Model(artifact_path=NAME, run_id=run, model_uuid=made.model_id, model_id=made.model_id))
    except BaseException:
        _give_up(client, outputs, made)
        raise
    client.log_outputs(run, [LoggedModelOutput(made.model_id, 0)])
    client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    return made.model_id


def give_up(client: MlflowClient, outputs: Path, run: str) -> None:
    """Mark as FAILED the models that a run whose process is gone was still writing, and remove what it wrote."""
    for model in of_run(client, experiments.of_run(store.database(outputs), run), run, "PENDING"):
        _give_up(client, outputs, model)


def register(outputs: Path, run: str, name: str) -> int:
    """Make the model of a finished run the next version of the registered model `name`; returns the version.

    Raises UserError for a run without a model, and for a name that the registry does not take.
    """
    path = store.database(outputs)
    client = store.connect(path)
    found = of_run(client, experiments.of_run(path, run), run, "READY")
    if not found:
        raise UserError(
            f"register={name}: the finished run {run} has no MLflow model; delete it and run its cell again: "
            f"MLFLOW_TRACKING_URI={shlex.quote(store.address(path))} mlflow runs delete --run-id {run}"
        )
    if store.select(path, "SELECT key FROM registered_model_tags WHERE name = ? AND key = ?", name, PROMPT):
        raise UserError(f"register={name}: this is the name of a prompt in MLflow's registry; give another")
    # MLflow looks whether the name is there and then inserts it.
    with store.lock(outputs):
        return version(client, store.address(path), found[0].model_id, run, name)


def version(client: MlflowClient, address: str, model: str, run: str, name: str) -> int:
    """Make the logged model the next version of the registered model `name`; returns the version.

    Raises UserError for a name that the registry does not take.
    """
    from mlflow.exceptions import MlflowException

    # The address is one for the whole process.
    with at(address):
        try:
            client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise UserError(f"register={name}: {' '.join(error.message.split())}") from error
        made = client.create_model_version(name, f"models:/{model}", run, model_id=model).version
        known = [*json.loads(client.get_logged_model(model).tags.get(VERSIONS, "[]")), {"name": name, "version": made}]
        client.set_logged_model_tags(model, {VERSIONS: json.dumps(known)})
    return int(made)


def of_run(client: MlflowClient, where: str, run: str, status: str) -> list[LoggedModel]:
    """The models with this status, READY or PENDING, of a run in the experiment `where`, the newest first."""
    newest = [{"field_name": "creation_timestamp", "ascending": False}]
    found = client.search_logged_models([where], filter_string=f"source_run_id = '{run}'", order_by=newest)
    # MLflow's filter compares the word with the number that stands in the database.
    return [model for model in found if model.status == status]


def _give_up(client: MlflowClient, outputs: Path, model: LoggedModel) -> None:
    from mlflow.entities import LoggedModelStatus

    shutil.rmtree(store.model_folder(outputs, model.model_id).parent, ignore_errors=True)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)


@contextmanager
def at(address: str) -> Iterator[None]:
    """Let MLflow's own clients look there: the registry asks one for the model of a version, and so does a download."""
    import mlflow

    variable = "MLFLOW_TRACKING_URI"
    told = os.environ.pop(variable, None)
    # Without the variable it is what this process was told; None leaves the variable to speak again.
    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    mlflow.set_tracking_uri(address)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)
        os.environ.pop(variable, None)
        if told is not None:
            os.environ[variable] = told
