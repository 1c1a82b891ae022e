"""Tracking with MLflow: one flat run per cell and seed, and one owner who sets its last status."""

from __future__ import annotations

import json
import shlex
import time
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inn_experiments.contracts import PositiveInt, Pruned, stopping, write_text
from inn_experiments.contracts.secrets import masked
from inn_experiments.tracking import (
    experiments,
    indexes,
    leases,
    leftovers,
    local,
    models,
    moved,
    origin,
    store,
    sweeps,
    view,
    whole,
)
from inn_experiments.tracking.files import Run, WriteModel

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput

PAGES = "http://127.0.0.1:5000"
"""Where `mlflow ui` shows its pages."""
MOST_SHOWN = 3
"""Experiments whose addresses are printed."""
BATCH = 500
"""Numbers per database transaction; MLflow takes at most 1,000."""


class MlflowRun(Run):
    """A run whose files are its MLflow artifacts: `folder` is the artifact folder itself."""

    def __init__(
        self, folder: Path, client: MlflowClient, run_id: str, outputs: Path, limit: int | None, cell: Mapping[str, str]
    ) -> None:
        super().__init__(folder, run_id)
        self._client, self.run_id, self._outputs = client, run_id, outputs
        self._limit, self._cell = limit, cell
        self._axes: dict[str, str] = {}
        self._model: str | None = None

    def params(self, values: Mapping[str, Any]) -> None:
        """As in `Run`, told to MLflow too."""
        from mlflow.entities import Param

        self._axes |= {key: str(value) for key, value in values.items()}
        self._client.log_batch(self.run_id, params=[Param(key, str(value)) for key, value in values.items()])

    def metrics(self, values: Mapping[str, float]) -> None:
        """As in `Run`, told to MLflow too."""
        super().metrics(values)
        self._batches([(key, value, 0) for key, value in values.items()], self._model)

    def curve(self, name: str, steps: Sequence[int], values: Sequence[float]) -> None:
        """As in `Run`, told to MLflow too."""
        super().curve(name, steps, values)
        self._batches([(name, value, step) for step, value in zip(steps, values, strict=True)])

    def dataset(self, name: str, digest: str) -> None:
        """As in `Run`, told to MLflow too."""
        # MLflow looks whether the data set is known and then inserts it: two workers would both insert.
        with store.lock(self._outputs):
            self._client.log_inputs(self.run_id, [self._source(name, digest)])
        self.tag("dataset", name)

    def describe(self, text: str) -> None:
        """As in `Run`: what MLflow's pages show as the run's description."""
        self.tag(origin.NOTE, text[: origin.MOST])

    def table(self, name: str, content: object) -> None:
        """As in `Run`; the tag lets MLflow's pages show it as a table."""
        super().table(name, content)
        self.tag("mlflow.loggedArtifacts", json.dumps([{"path": name, "type": "table"}]))

    def tag(self, name: str, value: str) -> None:
        """As in `Run`, told to MLflow too."""
        self._client.set_tag(self.run_id, name, value)

    def pruned(self, end: Pruned) -> None:
        """Say that a search gave this run up, and where."""
        self.tag("pruned", "true")
        self.tag("pruned_at", str(end))

    def model(self, write: WriteModel) -> None:
        """As in `Run`: one of the experiment's logged models, linked with this run; later metrics are its own too."""
        write = partial(write, limit=self._limit)
        self._model = models.log(self._client, self._outputs, self.run_id, write, self._axes, self._cell)

    def _source(self, name: str, digest: str) -> DatasetInput:
        from mlflow.entities import Dataset, DatasetInput

        return DatasetInput(dataset=Dataset(name=name, digest=digest[:36], source_type="local", source=name), tags=[])

    def _batches(self, points: list[tuple[str, float, int]], model: str | None = None) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [Metric(name, float(value), now, int(step), model) for name, value, step in points]
        for start in range(0, len(metrics), BATCH):
            self._client.log_batch(self.run_id, metrics=metrics[start : start + BATCH])


@dataclass
class Mlflow:
    """The record in `<outputs>/mlflow.db`, with the files of each run in `<outputs>/runs`.

    Args:
        limit: the most rows that may be asked of a run's model at once; None: by the number of columns.
        experiment: that runs go to; None: one of their data set.
    """

    limit: PositiveInt | None = None
    experiment: str | None = None

    def prepare(self, outputs: Path) -> None:
        """Mark runs whose process is gone as KILLED, remove what it left half written, and know where runs lie.

        The first run creates the database.
        """
        path = store.database(outputs)
        local.check(f"paths.outputs={outputs}", path)
        if not path.exists():
            leftovers.clear(outputs, everywhere=False)
            return
        moved.rehome(outputs)
        indexes.ensure(path)
        judge = leases.Judge(outputs, own=True)
        dead = [run for run, tags in store.running(path).items() if judge.is_dead(tags)]
        leftovers.clear(outputs, everywhere=bool(dead), runs=[experiments.folder(path, run) for run in dead])
        for run in dead:
            client = store.connect(path)
            models.give_up(client, outputs, run)
            client.set_terminated(run, "KILLED")

    def finished(self, outputs: Path, fingerprint: str) -> tuple[dict[str, Any], Path] | None:
        """The report and folder of the newest FINISHED run with this fingerprint, None where there is none.

        One that lost a file since, or whose files were changed, does not count; where there is no other with this
        fingerprint, a line on stderr says so.
        """
        path = store.database(outputs)
        found = store.finished(path, fingerprint) if path.exists() else []
        return whole.first((folder, whole.settled(folder, store.lock(outputs))) for _, folder in found)

    def looks_up_here(self, outputs: Path) -> bool:
        """Whether there is a database in the outputs folder."""
        return store.database(outputs).is_file()

    @contextmanager
    def open(self, outputs: Path, name: str, tags: Mapping[str, str]) -> Iterator[MlflowRun]:
        """A run called `name`, RUNNING inside the `with` block.

        It ends FINISHED; FAILED after an exception, with the traceback as the artifact `traceback.txt`;
        KILLED after an interrupt or a termination signal, and with the tag `pruned` where a search gave it up. The
        exception goes on its way.
        """
        where, client = self._experiment(outputs, experiments.name_for(self.experiment, tags))
        run_id = client.create_run(where, run_name=name, tags={**origin.tags(tags), **leases.take(outputs)}).info.run_id
        cell = {key: tags[key] for key in ("cell", "fingerprint", "sweep") if key in tags}
        run = MlflowRun(store.run_folder(outputs, run_id), client, run_id, outputs, self.limit, cell)
        status = "KILLED"
        try:
            run.folder = experiments.place(outputs, run_id, name, tags.get("cell", ""))
            yield run
            whole.write_list(run.folder)
            status = "FINISHED"
        except Pruned as end:
            run.pruned(end)
            raise
        except Exception:
            status = "FAILED"
            # On a full disk there is no room for it; the first error is the one to hear about.
            with suppress(OSError):
                run.text("traceback.txt", masked(traceback.format_exc()))
            raise
        finally:
            # Who asks to stop in the midst of this gets it a moment later.
            with stopping.afterwards():
                client.set_terminated(run_id, status)
                leases.leave(outputs)

    def _experiment(self, outputs: Path, name: str) -> tuple[str, MlflowClient]:
        """The id of the experiment of this name, in a database that is found to be in order, and its client."""
        store.initialise(outputs, name)
        path = store.database(outputs)
        store.check_ours(path)
        store.check(path)
        return experiments.cells_id(outputs, name), store.connect(path)

    def register(self, outputs: Path, folder: Path, name: str) -> str:
        """Make the model of a finished run the next version of `name`; the second line answered says how it is served.

        Raises UserError for a run without a model, and for a name that the registry does not take.
        """
        version = models.register(outputs, experiments.run_in(store.database(outputs), folder), name)
        uri, address = shlex.quote(f"models:/{name}/{version}"), shlex.quote(store.address(store.database(outputs)))
        return (
            f"registered as {name}, version {version}\n"
            f"rows over HTTP: MLFLOW_TRACKING_URI={address} mlflow models serve -m {uri} --env-manager local"
        )

    def sweep(self, outputs: Path, name: str, outcomes: Sequence[sweeps.Outcome], status: str, started: float) -> str:
        """Put a sweep on record that began to compute something, as `sweeps.record` does; answers where it is."""
        path = store.database(outputs)
        if not path.exists() or {outcome["status"] for outcome in outcomes} <= sweeps.NOTHING:
            return ""
        client, where = store.connect(path), experiments.sweeps_id(outputs)
        if where is None:
            return ""
        known = {fingerprint: run for fingerprint, run, _ in reversed(store.on_record(path))}
        cells = [{**outcome, "run": known.get(outcome.get("fingerprint", ""))} for outcome in outcomes]

        def keep(run: str, text: str) -> None:
            write_text(experiments.place(outputs, run, "sweep") / sweeps.CELLS, text)

        run = sweeps.record(client, where, name, cells, status, started, keep)
        return f"this sweep:         {PAGES}/#/experiments/{where}/runs/{run}"

    def rewrite(self, outputs: Path, folder: Path, name: str, text: str) -> None:
        """Write a file of the finished run in `folder` once more."""
        with store.lock(outputs):
            whole.rewrite(folder, name, text)

    def hint(self, outputs: Path, runs: Collection[str] = ()) -> str:
        """The command that shows the comparison, and the addresses of the charts of these runs' experiments."""
        path = store.database(outputs)
        if not path.exists():
            return f"no run is on record in {path}"
        shown, prepared = experiments.of_runs(path, runs)[:MOST_SHOWN], experiments.prepared(path)
        found = [view.address(PAGES, each, prepared=each in prepared) for each in shown]
        command = f"mlflow ui --backend-store-uri {shlex.quote(store.address(path))}"
        return "\n".join([f"compare the runs: {command}", *(f"then open         {each}" for each in found or [PAGES])])
