"""Cells that are run batch by batch within one sweep, each of which answers with its outcome."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.plugins.launcher import Launcher
from joblib import effective_n_jobs
from omegaconf import DictConfig

from inn_experiments.contracts import write_text
from inn_experiments.running import trials
from inn_experiments.running.outcomes import CELLS, RESULT

Told = tuple[trials.Trial, list[str]]
"""A cell of a study, and its overrides."""


class Cells:
    """Runs cells by a launcher, numbered on from batch to batch.

    Args:
        config: of the sweep.
        launcher: of the sweep.
    """

    def __init__(self, config: DictConfig, launcher: Launcher) -> None:
        self.config, self.launcher = config, launcher
        self.sweep = Path(str(config.hydra.sweep.dir)).absolute()
        self.known: list[Told] = []
        self._note()

    @property
    def at_once(self) -> int:
        """How many cells the launcher runs at a time."""
        if "ray" in self.config.hydra.launcher:
            return self.launcher.at_once
        jobs = self.config.hydra.launcher.get("n_jobs")
        return effective_n_jobs(jobs) if jobs else 1

    def run(self, batch: Sequence[Told]) -> list[dict[str, Any]]:
        """The outcomes of the cells, in order; one that fails, or cannot be composed, stops no other."""
        first = len(self.known)
        self.known += batch
        self._note()
        if batch:
            self.launcher.launch([overrides for _, overrides in batch], initial_job_idx=first)
        return [self._outcome(number) for number in range(first, len(self.known))]

    def _outcome(self, number: int) -> dict[str, Any]:
        path = self.sweep / str(number) / RESULT
        lost = {"status": "missing", "exit": 1, "error": "it left no result: killed, or never started"}
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else lost

    def _note(self) -> None:
        write_text(self.sweep / CELLS, json.dumps([overrides for _, overrides in self.known], indent=1) + "\n")
        trials.write(self.sweep, [trial for trial, _ in self.known])
