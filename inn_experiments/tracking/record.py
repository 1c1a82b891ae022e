"""Tracking with MLflow, wherever its runs go: in the outputs folder, in a database elsewhere, or on a server."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inn_experiments.contracts import PositiveInt
from inn_experiments.tracking import experiments, places
from inn_experiments.tracking.mlflow import Mlflow, MlflowRun
from inn_experiments.tracking.remote import Remote
from inn_experiments.tracking.sweeps import Outcome


@dataclass
class Record:
    """The record of runs in MLflow; each method is that of the tracker for the place.

    Args:
        limit: the most rows that may be asked of a run's model at once; None: by the number of columns.
        uri: of an MLflow server or a database, `local` for the outputs folder; None: as MLFLOW_TRACKING_URI says, and
            the outputs folder where it is not set.
        experiment: MLflow's, that the runs go to; None: one that is called as their data set.
    """

    limit: PositiveInt | None = None
    uri: str | None = None
    experiment: str | None = None

    def __post_init__(self) -> None:
        experiments.check_name(self.experiment)

    def prepare(self, outputs: Path) -> None:
        """Put right what earlier runs left behind, and say where runs go, if that is elsewhere."""
        tracker = self.at(outputs)
        tracker.prepare(outputs)
        if isinstance(tracker, Remote):
            reason = "tracking.uri" if self.uri else places.VARIABLE
            places.tell(f"runs go to {tracker.uri} ({reason})")

    def finished(self, outputs: Path, fingerprint: str) -> tuple[dict[str, Any], Path] | None:
        """The report and folder of a finished run with this fingerprint, None where there is none."""
        return self.at(outputs).finished(outputs, fingerprint)

    def looks_up_here(self, outputs: Path) -> bool:
        """Whether there may be finished runs, and they are looked up in a file and not elsewhere."""
        tracker = self.at(outputs)
        return isinstance(tracker, Mlflow) and tracker.looks_up_here(outputs)

    def open(self, outputs: Path, name: str, tags: Mapping[str, str]) -> AbstractContextManager[MlflowRun]:
        """A run called `name`, open inside the `with` block."""
        return self.at(outputs).open(outputs, name, tags)

    def register(self, outputs: Path, folder: Path, name: str) -> str:
        """Put the model of the finished run in `folder` into the registry under `name`; answers what is to be said."""
        return self.at(outputs).register(outputs, folder, name)

    def sweep(self, outputs: Path, name: str, outcomes: Sequence[Outcome], status: str, started: float) -> str:
        """Put a sweep on record with the outcomes of its cells; answers the line that says where, or ''."""
        return self.at(outputs).sweep(outputs, name, outcomes, status, started)

    def rewrite(self, outputs: Path, folder: Path, name: str, text: str) -> None:
        """Write a file of the finished run in `folder` once more."""
        self.at(outputs).rewrite(outputs, folder, name, text)

    def hint(self, outputs: Path, runs: Collection[str] = ()) -> str:
        """How to look at the finished runs, those in the folders with these names first of all."""
        return self.at(outputs).hint(outputs, runs)

    def at(self, outputs: Path) -> Mlflow | Remote:
        """The tracker for the place; raises UserError for an address that this program does not know."""
        uri = places.chosen(outputs, self.uri)
        given = (self.limit, self.experiment)
        return Mlflow(*given) if uri is None else Remote(uri, *given)
