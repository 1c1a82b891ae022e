"""The trainings of a sweep, each done once, those that are alike side by side, before its cells run."""

import json
import shutil
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed, effective_n_jobs
from omegaconf import DictConfig, open_dict

from inn_experiments.configuration.building import build, recipe
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.compose import prepare
from inn_experiments.configuration.doors import refusal
from inn_experiments.contracts import Split, UserError, once_each
from inn_experiments.contracts.lines import left
from inn_experiments.running import fits
from inn_experiments.running.beginning import divided
from inn_experiments.synthesizers.direction import Direction, fit_together
from inn_experiments.synthesizers.inn import Inn

AUTO = 8
"""Networks side by side: what a step costs for each hardly falls any more, and what they hold leaves the cache."""
WORTH_A_LINE = 10.0
"""Seconds of training before a line says how far it is."""


@dataclass(frozen=True)
class Task:
    """A training that a cell needs and nobody has kept.

    Attributes:
        cell: one of those that need it.
        title: of the training among those of the cell's method.
        key: that it is kept by.
        alike: what trainings must have in common to be done side by side; None for one that is done alone.
        most: how many may be done so.
        work: about how long it takes beside others.
    """

    cell: Cell
    title: str
    key: dict[str, Any] = field(repr=False)
    alike: str | None
    most: int
    work: float


def train(configurations: Sequence[DictConfig], jobs: int) -> None:
    """Do the trainings that the cells of these composed configurations need, `jobs` stacks at a time.

    A cell that cannot be made, or whose training fails, is left to say so itself when it runs.
    """
    cells = [cell for cell in map(_cell, configurations) if cell is not None]
    started, stacks = time.perf_counter(), stacked(_tasks(cells), effective_n_jobs(jobs))
    if not stacks:
        return
    what = f"{sum(map(len, stacks))} trainings for {len(cells)} cells, in {len(stacks)} stacks"
    print(f"{what} ...", flush=True)
    parallel = Parallel(jobs, batch_size=1, return_as="generator_unordered")
    for done, _ in enumerate(parallel(delayed(_do)(stack) for stack in stacks), start=1):
        seconds = time.perf_counter() - started
        if done < len(stacks) and seconds > WORTH_A_LINE:
            remaining = left(seconds, done, len(stacks))
            print(f"{done} of {len(stacks)} stacks in {seconds:.0f} s; {remaining}", flush=True)
    print(f"{what}: {seconds:.0f} s", flush=True)


def stacked(tasks: Sequence[Task], jobs: int) -> list[list[Task]]:
    """The tasks in stacks of what is alike, the longest work first, enough stacks for `jobs` at a time if there are."""
    kinds: dict[str, list[Task]] = {}
    for number, task in enumerate(tasks):
        kinds.setdefault(task.alike or f"alone {number}", []).append(task)
    stacks = []
    for alike in kinds.values():
        parts = -(-len(alike) // alike[0].most)
        stacks += [alike[part::parts] for part in range(parts)]
    while 0 < len(stacks) < jobs and len(widest := max(stacks, key=len)) > 1:
        stacks.remove(widest)
        stacks += [widest[::2], widest[1::2]]
    return sorted(stacks, key=lambda stack: -sum(task.work for task in stack))


def _cell(configuration: DictConfig) -> Cell | None:
    choices, overrides = dict(configuration.hydra.runtime.choices), list(configuration.hydra.overrides.task)
    if refusal(overrides) is not None:
        return None
    with open_dict(configuration):
        del configuration["hydra"]
    try:
        return prepare(configuration, choices, overrides).silent()
    except UserError:
        return None


class _Rows:
    """The divided rows of cells, read once for all that share data and seed, and what keys say of them."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Split, dict[str, Any]]] = {}

    def of(self, cell: Cell) -> tuple[Split, dict[str, Any]]:
        """(the rows, what is known of them); raises UserError as their source does."""
        name = json.dumps([cell.seed, cell.plain["data"]], sort_keys=True)
        if name not in self._found:
            with warnings.catch_warnings():
                # The cell says it of itself, in its report.
                warnings.simplefilter("ignore", UserWarning)
                split = divided(cell, cell.source())
            self._found[name] = split, fits.known(cell.seed, split)
        return self._found[name]


def _tasks(cells: Sequence[Cell]) -> list[Task]:
    """One for each training that the cells lack."""
    rows, found = _Rows(), {}
    for cell in cells:
        try:
            inn = build(cell)
            if not isinstance(inn, Inn) or cell.tracker().finished(cell.outputs, cell.fingerprint) is not None:
                continue
            (split, told), nodes, folder = rows.of(cell), recipe(cell), fits.folder_of(cell)
            if fits.place(folder, fits.training_key(nodes) | told).exists():
                continue
            inn.prepare(**fits.told_to_fit(cell, split))
        except UserError:
            continue
        for direction in inn.directions:
            key = fits.direction_key(nodes, direction.name, direction.training.reads) | told
            path = fits.place(folder, key)
            if path not in found and not path.exists():
                found[path] = _task(cell, direction, key, split)
    return list(found.values())


def _task(cell: Cell, direction: Direction, key: dict[str, Any], split: Split) -> Task:
    parts, most = dict(key["parts"]), cell.value("trainer.stack")
    parts.pop("prime")
    if cell.value("generator.iterations") == 1:
        # Later iterations corrupt to nominal levels, which are the corruption's own.
        parts.pop("sampling")
    sizes = [split.train.x.shape, len(split.val), split.bounded]
    alike = json.dumps([str(fits.folder_of(cell)), direction.name, parts, sizes], sort_keys=True)
    work = (
        len(split.train) * cell.value("trainer.epochs") * direction.parameters * (3 if direction.name == "both" else 1)
    )
    return Task(cell, direction.name, key, alike if direction.stacks else None, AUTO if most == "auto" else most, work)


def _do(stack: Sequence[Task]) -> None:
    """Train side by side what nobody has kept meanwhile, and keep it; another worker at one of them waits."""
    folder, rows = fits.folder_of(stack[0].cell), _Rows()
    places = {fits.place(folder, task.key): task for task in stack}

    def make(fresh: dict[Path, Path]) -> None:
        directions = []
        for path in fresh:
            cell, title = places[path].cell, places[path].title
            inn = build(cell)
            inn.prepare(**fits.told_to_fit(cell, rows.of(cell)[0]))
            directions.append(next(one for one in inn.directions if one.name == title))
        unfinished = folder / f"{fits.fingerprint({'stack': sorted(path.name for path in fresh)})}.unfinished"
        directions[0].resume_in(unfinished)
        fit_together(directions)
        for direction, (path, new) in zip(directions, fresh.items(), strict=True):
            fits.keep(new, direction, places[path].key, recipe(places[path].cell), folder)
        shutil.rmtree(unfinished, ignore_errors=True)

    try:
        once_each(places, make)
    except UserError:
        # Of several that learn together one has diverged, say: each cell trains its own, and that one tells of it.
        return
