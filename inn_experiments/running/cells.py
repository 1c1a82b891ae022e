"""Cells that are run batch by batch within one sweep, each of which answers with its outcome."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.errors import HydraException
from hydra.plugins.launcher import Launcher
from joblib import effective_n_jobs
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from inn_experiments.contracts import write_text
from inn_experiments.running import failures, trials
from inn_experiments.running.sweep import CELLS, RESULT

Told = tuple[trials.Trial, list[str]]
"""A cell of a study, and its overrides."""


class Cells:
    """Runs cells by a launcher, numbered on from batch to batch.

    Args:
        config: of the sweep.
        loader: that composes a cell's configuration.
        launcher: of the sweep.
    """

    def __init__(self, config: DictConfig, loader: ConfigLoader, launcher: Launcher) -> None:
        self.config, self.loader, self.launcher = config, loader, launcher
        self.sweep = Path(str(config.hydra.sweep.dir)).absolute()
        self.known: list[Told] = []
        self._note()

    @property
    def at_once(self) -> int:
        """How many cells the launcher runs at a time."""
        jobs = self.config.hydra.launcher.get("n_jobs")
        return effective_n_jobs(jobs) if jobs else 1

    def run(self, batch: Sequence[Told]) -> list[dict[str, Any]]:
        """The outcomes of the cells, in order; a cell that cannot be composed has failed, and stops no other."""
        found: dict[int, dict[str, Any]] = {}
        good = []
        for place, (trial, overrides) in enumerate(batch):
            # Only another option of a group can make a configuration that cannot be composed.
            groups = trial.params.keys() & self.config.hydra.runtime.choices.keys()
            error = self._fault(overrides) if groups else None
            if error is None:
                good.append(place)
            else:
                found[place] = {"status": "failed", "exit": failures.BAD_INPUT, "error": error, "overrides": overrides}
                write_text(self.sweep / str(len(self.known)) / RESULT, json.dumps(found[place], indent=1) + "\n")
                self.known.append((trial, overrides))
        first = len(self.known)
        self.known += [batch[place] for place in good]
        self._note()
        if good:
            self.launcher.launch([batch[place][1] for place in good], initial_job_idx=first)
        return [
            found[place] if place in found else self._outcome(first + good.index(place)) for place in range(len(batch))
        ]

    def _fault(self, overrides: Sequence[str]) -> str | None:
        try:
            self.loader.load_sweep_config(self.config, list(overrides))
        except (HydraException, OmegaConfBaseException) as error:
            return failures.one_line(error) or str(error)
        return None

    def _outcome(self, number: int) -> dict[str, Any]:
        path = self.sweep / str(number) / RESULT
        lost = {"status": "missing", "exit": 1, "error": "it left no result: killed, or never started"}
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else lost

    def _note(self) -> None:
        write_text(self.sweep / CELLS, json.dumps([overrides for _, overrides in self.known], indent=1) + "\n")
        trials.write(self.sweep, [trial for trial, _ in self.known])
