"""A client of an MLflow server or database: found to answer before any work, and patient once there is some."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from inn_experiments.contracts import UserError
from inn_experiments.tracking import local, places, refusals, store

if TYPE_CHECKING:
    from mlflow import MlflowClient

Answer = TypeVar("Answer")

PATIENCE = 60.0
"""Seconds that a database which went away is asked again."""
HASTE = 5
"""Seconds within which an address has to answer before any work is done."""
DEFAULTS = {
    # Asked again after 0, 4, 8, 16 and 32 s: about a minute.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Settings of MLflow's client that hold unless the environment has others."""
OLDEST = 3
"""Version of a server that knows the models of runs."""


def connect(uri: str) -> MlflowClient:
    """A client for a server or database that answers; raises UserError within some seconds where it does not."""
    with refusals.named(uri):
        return _connected(uri)


@cache
def _connected(uri: str) -> MlflowClient:
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    client, _ = store.library()
    if places.is_server(uri):
        _knock(uri)
        return client(tracking_uri=uri, registry_uri=uri)
    _open(uri)
    uri = driven(uri)
    return client(tracking_uri=uri, registry_uri=uri)


def _knock(uri: str) -> None:
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request

    answer = http_request(
        get_default_host_creds(uri), "/version", "GET", max_retries=0, timeout=HASTE, raise_on_status=False
    )
    number, text = answer.status_code, answer.text.strip()
    if number in (401, 403):
        raise refusals.refused(uri, number, text)
    if number == 200 and text.partition(".")[0].isdigit():
        if int(text.partition(".")[0]) < OLDEST:
            raise UserError(f"{uri}: this is a server of MLflow {text}; version {OLDEST} or later is needed")
    elif number in (200, 404):
        raise UserError(f"{uri}: something answers there that is no MLflow server; correct the address")
    elif number >= 500:
        raise refusals.AwayError(
            f"{uri}: the server answers with an error ({number}); look at its log, or repeat this later"
        )


def _open(uri: str) -> None:
    """Open a database once, since MLflow tries for an hour."""
    from sqlalchemy import create_engine

    if uri.startswith("sqlite:"):
        if not places.sqlite_file(uri).parent.is_dir():
            raise UserError(f"{uri}: there is no folder {places.sqlite_file(uri).parent}; make it")
        local.check(uri, places.sqlite_file(uri))
        engine = create_engine(uri)
    else:
        engine = create_engine(driven(uri), connect_args={"connect_timeout": HASTE})
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    engine.dispose()


def driven(uri: str) -> str:
    """The URI with the driver of PostgreSQL; versions of SQLAlchemy differ in the one that they take by themselves."""
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def hasty(seconds: int = HASTE) -> Iterator[None]:
    """Within the block a server is asked twice at most, and not for long: somebody waits."""
    names = ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_TIMEOUT")
    before = {name: os.environ.get(name, "") for name in names}
    os.environ.update(zip(names, ("1", str(seconds)), strict=True))
    try:
        yield
    finally:
        os.environ.update({name: value for name, value in before.items() if value})


def patiently(uri: str, call: Callable[..., Answer], *given: object) -> Answer:
    """What the call answers; a database that went away is asked again for a while, as a server's client does itself.

    Raises:
        UserError: saying what hinders it; `refusals.AwayError` where nobody answers.
    """
    began, pause = time.monotonic(), 1.0
    while True:
        try:
            with refusals.named(uri):
                return call(*given)
        except refusals.AwayError:
            if places.is_server(uri) or time.monotonic() - began > PATIENCE:
                raise
            time.sleep(pause)
            pause = min(2 * pause, 16.0)


def experiments(client: MlflowClient) -> list[str]:
    """The ids of the experiments of cells, of this program's version 0.9.0 too, that are not deleted."""
    old = client.get_experiment_by_name(store.EXPERIMENT)
    found = [] if old is None or old.lifecycle_stage != "active" else [old.experiment_id]
    token = None
    while True:
        page = client.search_experiments(filter_string=f"tags.`{store.MARK}` = 'cells'", page_token=token)
        found += [each.experiment_id for each in page]
        if not (token := page.token):
            return list(dict.fromkeys(found))


def experiment(client: MlflowClient, uri: str, name: str, outputs: Path, tags: Mapping[str, str]) -> str:
    """The id of an experiment, made where it is not there; raises UserError where it was deleted.

    Without a server between, the first who comes says where files lie: in `runs` of their outputs folder.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        place = None if places.is_server(uri) else (outputs.absolute() / "runs").as_uri()
        try:
            return client.create_experiment(name, artifact_location=place, tags=dict(tags))
        except MlflowException as error:
            # Another one may have come first.
            found = client.get_experiment_by_name(name)
            if found is None:
                raise error from None
    if found.lifecycle_stage != "active":
        raise UserError(
            f"{uri}: its MLflow experiment {name!r} is {found.lifecycle_stage}; restore it and its runs: "
            f"MLFLOW_TRACKING_URI={uri} mlflow experiments restore --experiment-id {found.experiment_id}"
        )
    place = local_path(found.artifact_location)
    if place is not None and not place.is_dir() and not place.is_relative_to(outputs.absolute()):
        raise UserError(
            f"{uri}: the files of its experiment {name!r} lie in {place}, which is not there on this machine; share "
            f"that folder, or put an MLflow server before the database, or use another database"
        )
    for key, value in tags.items():
        if found.tags.get(key) != value:
            client.set_experiment_tag(found.experiment_id, key, value)
    return found.experiment_id


def local_path(place: str) -> Path | None:
    """The folder that an artifact location names on this machine's file systems; None for one elsewhere."""
    parts = urlsplit(place)
    if parts.scheme not in ("", "file"):
        return None
    return Path(unquote(parts.path)).absolute()
