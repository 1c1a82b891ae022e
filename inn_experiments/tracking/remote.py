"""Tracking on an MLflow server, or in a database elsewhere: one flat run per cell and seed, files staged here."""

from __future__ import annotations

import shlex
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inn_experiments.contracts import Pruned, UserError
from inn_experiments.contracts.secrets import masked
from inn_experiments.tracking import (
    experiments,
    leases,
    leftovers,
    origin,
    places,
    refusals,
    remote_ends,
    remote_files,
    remote_models,
    server,
    store,
    sweeps,
    view,
    whole,
)
from inn_experiments.tracking.mlflow import PAGES
from inn_experiments.tracking.remote_run import RemoteRun

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

NEWEST_FIRST = ["attributes.start_time DESC"]
PAGE = 1000
"""Runs that are asked for at once."""
NEWEST = 5
"""Finished runs of one fingerprint that are looked at, for one that is whole."""


@dataclass
class Remote:
    """The record at `uri`, which has no password, with the files of each run in `<outputs>/runs` too.

    Args:
        uri: of an MLflow server or a database.
        limit: the most rows that may be asked of a run's model at once; None: by the number of columns.
        experiment: that runs go to; None: one of their data set.
    """

    uri: str
    limit: int | None = None
    experiment: str | None = None

    def prepare(self, outputs: Path) -> None:
        """Find out whether runs can go there; send what was not sent, and mark runs whose process is gone as KILLED."""
        client, where = self._reach(anew=True)
        places.remember(outputs, self.uri)
        for run, status in remote_files.unsent(outputs, self.uri).items():
            places.tell(remote_ends.late(client, self.uri, outputs, run, status))
        with refusals.named(self.uri):
            judge = leases.Judge(outputs)
            dead = [run for run in _all(client, where, "RUNNING") if judge.is_dead(run.data.tags)]
            staged = [store.run_folder(outputs, run.info.run_id) for run in dead]
            leftovers.clear(outputs, everywhere=bool(dead), runs=staged)
            for run in dead:
                remote_models.give_up(client, run.info.experiment_id, run.info.run_id)
                client.set_terminated(run.info.run_id, "KILLED")

    def finished(self, outputs: Path, fingerprint: str) -> tuple[dict[str, Any], Path] | None:
        """The report and folder of the newest FINISHED run with this fingerprint, None where there is none.

        Of its files the report alone is brought here, where it is not there yet. A run whose report is lost does not
        count; where there is no other with this fingerprint, a line on stderr says so.
        """
        client, where = self._reach()
        query = f"attributes.status = 'FINISHED' and tags.fingerprint = '{fingerprint}'"
        found = server.patiently(self.uri, client.search_runs, where, query, 1, NEWEST, NEWEST_FIRST) if where else []
        return whole.first(
            (
                store.run_folder(outputs, run.info.run_id),
                remote_files.fetch(client, self.uri, run.info, outputs, [whole.REPORT]),
            )
            for run in found
        )

    @contextmanager
    def open(self, outputs: Path, name: str, tags: Mapping[str, str]) -> Iterator[RemoteRun]:
        """A run called `name`, RUNNING inside the `with` block, whose files are sent when it ends.

        It ends FINISHED; FAILED after an exception, with the traceback as the artifact `traceback.txt`; KILLED after an
        interrupt or a termination signal. Where nobody answers at its end, its files stay, and the next start ends it.
        """
        client, _ = self._reach()
        where = self._experiment(client, outputs, experiments.name_for(self.experiment, tags))
        run_id = server.patiently(self.uri, _create, client, where, name, {**origin.tags(tags), **leases.take(outputs)})
        cell = {key: tags[key] for key in ("cell", "fingerprint", "sweep") if key in tags}
        folder = store.run_folder(outputs, run_id)
        run, status, gone = (
            RemoteRun(folder, client, run_id, outputs, self.limit, cell, self.uri, where),
            "KILLED",
            False,
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            yield run
            whole.write_list(folder)
            status = "FINISHED"
        except Pruned as end:
            run.pruned(end)
            raise
        except Exception as error:
            status, gone = "FAILED", isinstance(error, refusals.AwayError)
            # On a full disk there is no room for it; the first error is the one to hear about.
            with suppress(OSError):
                run.text("traceback.txt", masked(traceback.format_exc()))
            if gone:
                raise UserError(f"{error}; what is trained is kept: repeat the command when it answers") from error
            raise
        finally:
            remote_ends.close(client, self.uri, outputs, run_id, status, gone)
            leases.leave(outputs)

    def register(self, outputs: Path, folder: Path, name: str) -> str:
        """Make the model of a finished run the next version of `name`; the second line answered says how it is served.

        Raises UserError for a run without a model, and for a name that the registry does not take.
        """
        client, _ = self._reach()
        with refusals.named(self.uri):
            where = client.get_run(folder.parent.name).info.experiment_id
            version = remote_models.register(client, self.uri, where, folder.parent.name, name)
        model = shlex.quote(f"models:/{name}/{version}")
        return (
            f"registered as {name}, version {version}\n"
            f"rows over HTTP: MLFLOW_TRACKING_URI={shlex.quote(self.uri)} mlflow models serve -m {model} "
            "--env-manager local"
        )

    def sweep(self, outputs: Path, name: str, outcomes: Sequence[sweeps.Outcome], status: str, started: float) -> str:
        """Put a sweep on record that computed something, as `sweeps.record` does; answers the line that says where."""
        if {outcome["status"] for outcome in outcomes} <= sweeps.NOTHING:
            return ""
        client, _ = self._reach()

        def keep(run: str, text: str) -> None:
            client.log_text(run, text, sweeps.CELLS)

        with refusals.named(self.uri):
            where = server.experiment(client, self.uri, store.SWEEPS, outputs, experiments.tags_for("sweeps"))
            run = sweeps.record(client, where, name, outcomes, status, started, keep)
        return f"this sweep:         {self._pages()}/#/experiments/{where}/runs/{run}"

    def rewrite(self, outputs: Path, folder: Path, name: str, text: str) -> None:
        """Write a file of the finished run in `folder` once more, here and there."""
        client, _ = self._reach()
        with store.lock(outputs):
            whole.rewrite(folder, name, text)
        run = folder.parent.name
        if not remote_files.in_place(client, run, folder):
            for file in (name, whole.LIST):
                server.patiently(self.uri, client.log_artifact, run, str(folder / file))

    def hint(self, outputs: Path, runs: Collection[str] = ()) -> str:
        """Where the comparison is shown, of the last one of these runs or else of the newest."""
        address = self._pages()
        try:
            client, where = self._reach()
            with refusals.named(self.uri):
                newest = (
                    client.search_runs(where, "", max_results=1, order_by=NEWEST_FIRST) if where and not runs else []
                )
                shown = [client.get_run(run) for run in [*runs][-1:]] or newest
                where = [client.get_experiment(each.info.experiment_id) for each in shown]
        except refusals.AwayError as gone:
            return str(gone)
        for one in where[:1]:
            address = view.address(address, one.experiment_id, prepared=view.TAG in one.tags)
        if places.is_server(self.uri):
            return f"compare the runs: {address}"
        command = f"mlflow ui --backend-store-uri {shlex.quote(server.driven(self.uri))}"
        return f"compare the runs: {command}\nthen open         {address}"

    def on_record(self, outputs: Path) -> list[tuple[str, Path]]:
        """(fingerprint, folder) of every finished run, the newest first; reports that are there are brought here."""
        client, where = self._reach(anew=True)
        found = []
        with refusals.named(self.uri):
            for run in _all(client, where, "FINISHED"):
                # What is wrong with one is told by whoever reads it.
                remote_files.fetch(client, self.uri, run.info, outputs, [whole.REPORT])
                found.append((run.data.tags.get("fingerprint", ""), store.run_folder(outputs, run.info.run_id)))
        return found

    def fetch(self, outputs: Path, folder: Path) -> None:
        """Bring all files of the finished run in this folder here; raises UserError where one is lost."""
        client, _ = self._reach()
        run = server.patiently(self.uri, client.get_run, folder.parent.name).info
        if word := remote_files.fetch(client, self.uri, run, outputs):
            raise UserError(word)

    def _reach(self, anew: bool = False) -> tuple[MlflowClient, list[str]]:
        """The client, and the ids of the experiments of cells; those that others made meanwhile if asked `anew`."""
        client = server.connect(self.uri)
        if anew or self.uri not in _CELLS:
            with server.hasty(), refusals.named(self.uri):
                _CELLS[self.uri] = server.experiments(client)
        return client, _CELLS[self.uri]

    def _experiment(self, client: MlflowClient, outputs: Path, name: str) -> str:
        """The id of the experiment of this name, made where it is not there, asked once a process."""
        key = (self.uri, name, str(outputs))
        if key not in _KNOWN:
            with server.hasty(), refusals.named(self.uri):
                _KNOWN[key] = server.experiment(client, self.uri, name, outputs, experiments.tags_for("cells"))
            _CELLS.pop(self.uri, None)
        return _KNOWN[key]

    def _pages(self) -> str:
        return self.uri if places.is_server(self.uri) else PAGES


_KNOWN: dict[tuple[str, str, str], str] = {}
"""(address, name, outputs folder) -> id of an experiment."""
_CELLS: dict[str, list[str]] = {}
"""Address -> ids of all experiments of cells."""


def _create(client: MlflowClient, where: str, name: str, tags: Mapping[str, str]) -> str:
    return client.create_run(where, run_name=name, tags=dict(tags)).info.run_id


def _all(client: MlflowClient, where: list[str], status: str) -> Iterator[Run]:
    """The runs of these experiments with this status, the newest first."""
    token = None
    while where:
        query = f"attributes.status = '{status}'"
        found = client.search_runs(where, query, max_results=PAGE, order_by=NEWEST_FIRST, page_token=token)
        yield from found
        if not (token := found.token):
            return
