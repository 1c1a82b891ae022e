"""The models of runs on a server: written here, sent there, and put into its registry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import scratch_folder
from inn_experiments.tracking import models

if TYPE_CHECKING:
    from mlflow import MlflowClient


def log(
    client: MlflowClient,
    where: str,
    run: str,
    write: models.Write,
    params: Mapping[str, str],
    tags: Mapping[str, str],
    scratch: Path,
) -> str:
    """Log the model of a run in the experiment `where`: READY when its files are there; returns its id.

    `scratch` is a folder on the file system of the run's files, in which the model is written and removed.
    """
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus
    from mlflow.models import Model

    made = client.create_logged_model(where, name=models.NAME, source_run_id=run, params=dict(params), tags=dict(tags))
    try:
        with scratch_folder(scratch) as folder:
            fresh = Path(folder, "model")
            write(fresh, Model(artifact_path=models.NAME, run_id=run, model_uuid=made.model_id, model_id=made.model_id))
            client.log_model_artifacts(made.model_id, str(fresh))
    except Exception:
        client.finalize_logged_model(made.model_id, LoggedModelStatus.FAILED)
        raise
    client.log_outputs(run, [LoggedModelOutput(made.model_id, 0)])
    client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    return made.model_id


def give_up(client: MlflowClient, where: str, run: str) -> None:
    """Mark as FAILED the models that a run whose process is gone was still sending."""
    from mlflow.entities import LoggedModelStatus

    for model in models.of_run(client, where, run, "PENDING"):
        client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)


def register(client: MlflowClient, uri: str, where: str, run: str, name: str) -> int:
    """Make the model of a finished run the next version of the registered model `name`; returns the version.

    Raises UserError for a run without a model, and for a name that the registry does not take.
    """
    found = models.of_run(client, where, run, "READY")
    if not found:
        raise UserError(
            f"register={name}: the finished run {run} has no MLflow model; delete it and run its cell again: "
            f"MLFLOW_TRACKING_URI={uri} mlflow runs delete --run-id {run}"
        )
    quote = '"' if "'" in name else "'"
    if client.search_prompts(f"name = {quote}{name}{quote}"):
        raise UserError(f"register={name}: this is the name of a prompt in MLflow's registry; give another")
    return models.version(client, uri, found[0].model_id, run, name)
