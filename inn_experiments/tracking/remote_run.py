"""A run on a server: told to it as it goes, with its files in the outputs folder until they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inn_experiments.tracking import remote_files, remote_models, server
from inn_experiments.tracking.files import WriteModel
from inn_experiments.tracking.mlflow import MlflowRun

if TYPE_CHECKING:
    from mlflow import MlflowClient

FIRST = "config.yaml"
"""The file that is sent at once: where files cannot be sent, that shows before a training."""
SOON = 20
"""Seconds within which the first file has to be there."""
RACES = 5
"""Times that a data set is entered anew, where others entered the same one meanwhile."""


class RemoteRun(MlflowRun):
    """A run on an MLflow server or in a database elsewhere; raises UserError where that does not take it."""

    def __init__(
        self,
        folder: Path,
        client: MlflowClient,
        run_id: str,
        outputs: Path,
        limit: int | None,
        cell: Mapping[str, str],
        uri: str,
        where: str,
    ) -> None:
        super().__init__(folder, client, run_id, outputs, limit, cell)
        self._uri, self._where = uri, where

    def params(self, values: Mapping[str, Any]) -> None:
        """As in `MlflowRun`."""
        server.patiently(self._uri, super().params, values)

    def metrics(self, values: Mapping[str, float]) -> None:
        """As in `MlflowRun`."""
        server.patiently(self._uri, super().metrics, values)

    def curve(self, name: str, steps: Sequence[int], values: Sequence[float]) -> None:
        """As in `MlflowRun`."""
        server.patiently(self._uri, super().curve, name, steps, values)

    def tag(self, name: str, value: str) -> None:
        """As in `MlflowRun`."""
        server.patiently(self._uri, super().tag, name, value)

    def dataset(self, name: str, digest: str) -> None:
        """As in `MlflowRun`; no lock holds across machines, so that a race with another one is run again."""
        server.patiently(self._uri, self._enter, name, digest)
        self.tag("dataset", name)

    def text(self, name: str, content: str) -> Path:
        """As in `Run`; the configuration is sent at once."""
        path = super().text(name, content)
        if name == FIRST:
            with server.hasty(SOON):
                server.patiently(self._uri, self._send_first, path)
        return path

    def model(self, write: WriteModel) -> None:
        """As in `MlflowRun`."""
        told = (partial(write, limit=self._limit), self._axes, self._cell, self.folder.parent)
        self._model = server.patiently(self._uri, remote_models.log, self._client, self._where, self.run_id, *told)

    def _send_first(self, path: Path) -> None:
        if not remote_files.in_place(self._client, self.run_id, self.folder):
            self._client.log_artifact(self.run_id, str(path))

    def _enter(self, name: str, digest: str) -> None:
        from mlflow.exceptions import MlflowException

        for left in reversed(range(RACES)):
            try:
                self._client.log_inputs(self.run_id, [self._source(name, digest)])
                return
            except MlflowException:
                if not left:
                    raise
