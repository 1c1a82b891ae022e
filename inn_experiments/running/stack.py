"""The trainings of a sweep, each done once, those that are alike side by side, before its cells run."""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed, effective_n_jobs
from omegaconf import DictConfig, open_dict

from inn_experiments.configuration.building import build, recipe
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.compose import prepare
from inn_experiments.contracts import Split, UserError, child_seed, once_each
from inn_experiments.running import fits
from inn_experiments.synthesizers.direction import Direction, fit_together
from inn_experiments.synthesizers.inn import Inn

AUTO = 8
"""Networks side by side: what a step costs for each hardly falls any more, and what they hold leaves the cache."""


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
    Parallel(jobs, batch_size=1)(delayed(_do)(stack) for stack in stacks)
    count, seconds = sum(map(len, stacks)), time.perf_counter() - started
    print(f"{count} trainings for {len(cells)} cells, in {len(stacks)} stacks: {seconds:.0f} s", flush=True)


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
    with open_dict(configuration):
        del configuration["hydra"]
    try:
        return prepare(configuration, choices, overrides).silent()
    except UserError:
        return None


def _tasks(cells: Sequence[Cell]) -> list[Task]:
    """One for each training that the cells lack."""
    splits: dict[str, Split] = {}
    found: dict[str, Task] = {}
    for cell in cells:
        if not cell.plain["generator"]["_target_"].endswith(".Inn") or "autoencoder" in cell.plain:
            continue
        if cell.tracker().finished(cell.outputs, cell.fingerprint) is not None:
            continue
        rows = json.dumps([cell.seed, cell.plain["data"]], sort_keys=True)
        try:
            if rows not in splits:
                splits[rows] = _split(cell)
            inn, told, nodes = _prepared(cell, splits[rows]), fits.known(cell.seed, splits[rows]), recipe(cell)
        except UserError:
            continue
        if fits.place(_folder(cell), fits.training_key(nodes) | told).exists():
            continue
        for direction in inn.directions:
            key = fits.direction_key(nodes, direction) | told
            if not fits.place(_folder(cell), key).exists():
                found.setdefault(fits.fingerprint(key), _task(cell, direction, key, splits[rows]))
    return list(found.values())


def _task(cell: Cell, direction: Direction, key: dict[str, Any], split: Split) -> Task:
    parts, most = dict(key["parts"]), cell.value("trainer.stack")
    parts.pop("prime")
    if cell.value("generator.iterations") == 1:
        # Later iterations corrupt to nominal levels, which are the corruption's own.
        parts.pop("sampling")
    alike = json.dumps([direction.name, parts, split.train.x.shape, len(split.val), split.bounded], sort_keys=True)
    work = len(split.train) * cell.value("trainer.epochs") * direction.parameters * (2 + 4 * (direction.name == "both"))
    return Task(cell, direction.name, key, alike if direction.stacks else None, AUTO if most == "auto" else most, work)


def _do(stack: Sequence[Task]) -> None:
    """Train side by side what nobody has kept meanwhile, and keep it; another worker at one of them waits."""
    folder = _folder(stack[0].cell)
    places = {fits.place(folder, task.key): task for task in stack}
    splits: dict[int, Split] = {}

    def make(fresh: dict[Path, Path]) -> None:
        directions = []
        for path in fresh:
            cell, title = places[path].cell, places[path].title
            if cell.seed not in splits:
                splits[cell.seed] = _split(cell)
            inn = _prepared(cell, splits[cell.seed])
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


def _folder(cell: Cell) -> Path:
    return cell.outputs / "fits"


def _split(cell: Cell) -> Split:
    return cell.source().load(seed=child_seed(cell.seed, "data"), cache=cell.outputs / "cache")


def _prepared(cell: Cell, split: Split) -> Inn:
    inn = build(cell)
    inn.prepare(split.train, split.about(), seed=child_seed(cell.seed, "fit"), val=split.val)
    return inn
