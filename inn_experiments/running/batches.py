"""The cells of a plain sweep, batch by batch: what is finished is skipped here, and the rest is launched."""

import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from hydra.core.utils import filter_overrides
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig

from inn_experiments.configuration.compose import prepare
from inn_experiments.configuration.doors import Loader
from inn_experiments.contracts import stopping
from inn_experiments.contracts.old_report import from_dict
from inn_experiments.running import failures
from inn_experiments.running.job import objective, run_name
from inn_experiments.running.outcomes import Skipped
from inn_experiments.running.sweep import State

MOST = 1000
"""Cells that a parallel launcher is given at once: Slurm takes arrays of so many."""
UNFINISHED = 50
"""Cells in a row, after which the rest of a batch is taken to be as unfinished, so that its workers can begin."""
GAP = 50
"""Finished cells in a row that are worth a pause of a parallel launcher between those before and those after."""

Cells = Sequence[Sequence[str]]
"""The overrides of each cell."""


class Batches:
    """Runs the cells of a sweep.

    A finished cell is found by its own worker, too; here it costs no folder, no files and no worker.

    Args:
        config: of the sweep.
        launcher: of the sweep.
        loader: composes a cell.
        most: cells that are launched at once; None: MOST.
    """

    def __init__(self, config: DictConfig, launcher: Launcher, loader: Loader, most: int | None) -> None:
        self.config, self.launcher, self.loader = config, launcher, loader
        self.serial = str(config.hydra.launcher._target_).endswith(".BasicLauncher")
        self.most = most or MOST
        self.sweep = Path(str(config.hydra.sweep.dir)).absolute()

    def run(self, cells: Cells) -> None:
        """Run all cells, in order."""
        known = State.tracker.looks_up_here(State.outputs)
        size, gap = (1, 1) if self.serial else (self.most, GAP)
        with Skipped(self.sweep) as skipped:
            for first in range(0, len(cells), size):
                batch = cells[first : first + size]
                done = self._done(batch) if known else {}
                blocks = list(left(len(batch), done, gap))
                for place, outcome in done.items():
                    if not any(start <= place < stop for start, stop in blocks):
                        told = f"[{first + place + 1}/{len(cells)}] {outcome['cell']} seed {outcome.pop('seed')}"
                        print(f"{told}: skipped in 0 s", flush=True)
                        _note(skipped, first + place, outcome)
                for start, stop in blocks:
                    # What a cell returns is large, and nobody asks for it.
                    self.launcher.launch(batch[start:stop], initial_job_idx=first + start)

    def _done(self, batch: Cells) -> dict[int, dict[str, Any]]:
        """Place in the batch -> outcome of the cells that are finished."""
        found: dict[int, dict[str, Any]] = {}
        unfinished = 0
        for place, overrides in enumerate(batch):
            stopping.check()
            outcome = self._finished(list(overrides))
            unfinished = 0 if outcome else unfinished + 1
            if outcome:
                found[place] = outcome
            if unfinished == UNFINISHED:
                break
        return found

    def _finished(self, overrides: list[str]) -> dict[str, Any] | None:
        """The outcome of a cell that is finished, and that has nothing to do but to be skipped; None for another one.

        One that cannot be composed, or is not in order, is left to say so itself.
        """
        try:
            cfg, choices = self.loader.load_settings(self.config, overrides)
            typed = list(filter_overrides(overrides))
            cell = prepare(cfg, choices, typed)
            tracker = cell.tracker()
            # A model is to be registered, or a report to be called by a preset's name.
            if {"register", "preset"} & {*cell.plain, *cell.choices} or not tracker.looks_up_here(cell.outputs):
                return None
            found = tracker.finished(cell.outputs, cell.fingerprint)
            if found is None:
                return None
            report, folder = from_dict(found[0]), found[1]
            value = objective(report, cell.plain["objective"])
        except Exception:  # noqa: BLE001 (the cell tells of it)
            return None
        outcome = {"status": "skipped", "exit": 0, "overrides": typed, "cell": cell.name, "seed": cell.seed}
        outcome |= {"fingerprint": cell.fingerprint, "run": run_name(folder)}
        return {**outcome, "value": value} if math.isfinite(value) else outcome


def left(count: int, done: Collection[int], gap: int) -> Iterator[tuple[int, int]]:
    """From where to where what is left of `count` places is launched; fewer than `gap` done ones divide nothing.

    >>> list(left(9, {0, 1, 4, 8}, gap=1)), list(left(9, {0, 1, 4, 8}, gap=2)), list(left(2, {0, 1}, gap=1))
    ([(2, 4), (5, 8)], [(2, 8)], [])
    """
    start = stop = 0
    for place in range(count):
        if place in done:
            continue
        if stop and place - stop >= gap:
            yield start, stop
            start = place
        start, stop = (start if stop else place), place + 1
    if stop:
        yield start, stop


def _note(skipped: Skipped, number: int, outcome: dict[str, Any]) -> None:
    try:
        skipped.note(number, outcome)
    except OSError as error:
        # The other cells go on; without a line, this one will be named as missing.
        failures.show(error, State.outputs)
