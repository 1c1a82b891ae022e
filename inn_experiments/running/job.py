"""One cell, from its composed configuration to the number that a sweeper minimises."""

import json
import math
import time
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.compose import prepare
from inn_experiments.configuration.doors import refusal
from inn_experiments.configuration.help import meanings
from inn_experiments.configuration.told import settings
from inn_experiments.contracts import Pruned, Report, Tracker, UserError, nearest, pruning, shell, stages, stopping
from inn_experiments.contracts.imports import importing
from inn_experiments.contracts.lines import left
from inn_experiments.contracts.old_report import from_dict
from inn_experiments.running import outcomes, sweep, told, trials
from inn_experiments.running.beginning import begin
from inn_experiments.running.stages import at_work, watcher
from inn_experiments.tracking import turns

FIRST_MOMENTS = 10.0
"""Seconds of a sweep in which nothing can be said of how long it takes, and of a cell of it that has no line yet."""
LEFT_OUT = ("test/samples/", "fresh/samples/", "test/geometry/", "utility/same_rows/", "utility/disjoint/")
"""How the keys begin of what is left out where there are too few rows for it."""


def run_cell(cfg: DictConfig) -> float:
    """Check, run and record one cell; the task function that Hydra calls.

    Returns the metric that `objective` names, NaN for a cell that failed (its outcome is on record).
    """
    with sweep.supervised() as outcome:
        shell.begin()
        try:
            value = _run(cfg, outcome)
        except Pruned as end:
            outcome["status"], outcome["why"] = "pruned", str(end)
            trial = trials.of(Path(HydraConfig.get().sweep.dir), HydraConfig.get().job.num)
            print(f"{_count()} {outcome['cell']} {' '.join(trial.settings)}: PRUNED at {end}", flush=True)
            return float("nan")
        if math.isfinite(value):
            outcome["value"] = value
        return value
    return float("nan")


def _run(cfg: DictConfig, outcome: dict[str, Any]) -> float:
    started, hydra = time.perf_counter(), HydraConfig.get()
    many = hydra.mode == RunMode.MULTIRUN
    if many and (refused := refusal(hydra.overrides.task)) is not None:
        raise refused
    # A sweep may shorten the trainings of those of its generators that are trained.
    typed = [each for each in hydra.overrides.task if not (many and each.startswith("trainer."))]
    cell = prepare(cfg, dict(hydra.runtime.choices), typed, alone=not many)
    outputs, tracker = cell.outputs, cell.tracker()
    sweep.State.outputs = outputs
    trial = trials.of(Path(hydra.sweep.dir), hydra.job.num) if many else None
    if many:
        # Several bars of one sweep would write over each other.
        cell = cell.silent()
    outcome["cell"], outcome["fingerprint"] = cell.name, cell.fingerprint

    done = tracker.finished(outputs, cell.fingerprint)
    if done is None:
        with turns.turn(outputs, cell.fingerprint, f"{cell.name} seed {cell.seed}") as waited:
            if waited:
                # It may have been killed.
                tracker.prepare(outputs)
            # Another process may have finished it in the meantime.
            done = tracker.finished(outputs, cell.fingerprint)
            if done is None:
                name = Path(hydra.sweep.dir if many else hydra.run.dir).name
                late = at_work(f"{_count()} {_called(cell.name, cell.seed)}", FIRST_MOMENTS) if many else nullcontext()
                with late, stages.watched(watcher(bool(cell.value("trainer.progress")))):
                    report, folder = _compute(cell, tracker, trial, name)
    if done is not None:
        plain, folder = done
        _also_called(cell, tracker, plain, folder)
        report = from_dict(plain)
    outcome["status"], outcome["run"] = "finished" if done is None else "skipped", run_name(folder)
    if "register" in cell.plain:
        outcome["registered"] = tracker.register(outputs, folder, cell.plain["register"])
    _show(report, folder, outcome, time.perf_counter() - started, cell.plain["objective"])
    return objective(report, cell.plain["objective"])


def _compute(cell: Cell, tracker: Tracker, trial: trials.Trial | None, started_in: str) -> tuple[Report, Path]:
    """Run and record a cell that nobody has finished, of the sweep or job of this name; its report and folder."""
    hydra = HydraConfig.get()
    begun = begin(cell)
    with stages.stage("start"):
        pipeline = _pipeline()
    # What parts have against each other shows when they are put together: better before a run is on record.
    pipeline.build(cell)
    from inn_experiments.measures.quantities import check_key

    check_key(cell.plain["objective"], "objective")
    typed = list(hydra.overrides.task)
    tags = told.tags(cell, begun, typed, started_in)
    if "read" in begun.report.split:
        tell(begun.report.split["read"]["line"])
    seeded, searched, hook = f"{cell.name}-seed{cell.seed}", {}, None
    name = " ".join([seeded, *settings(cell, typed)])
    if trial is not None:
        name, searched = " ".join([seeded, *trial.settings]), trial.params
        tags["study"], hook = trial.study, trial.hook(hydra.sweeper)
    with tracker.open(cell.outputs, name, tags) as run, pruning.asking(hook):
        rest = told.begin(run, cell, tags, typed, searched)
        run.text("config.yaml", OmegaConf.to_yaml(OmegaConf.create({**cell.plain, "choices": cell.choices})))
        from inn_experiments.reports.cell.html.page import page

        report = pipeline.run(cell, run, begun)
        report.axes = {**searched, **report.axes}
        run.params({"parameters": report.parameters})
        run.metrics(report.metrics)
        told.end(run, tags, report, rest)
        report.asked = {"typed": typed, "options": meanings(cell)}
        run.json("report.json", report.as_dict())
        run.text("report.html", page(run.folder))
        # No run is finished after somebody asked to stop.
        stopping.check()
    return report, run.folder


def run_name(folder: Path) -> str:
    """What the run in this folder goes by: MLflow's id, or without MLflow the folder's name."""
    return folder.parent.name if folder.name == "artifacts" else folder.name


@cache
def tell(line: str) -> None:
    """Print what was read, before the long part begins, and for the cells of a sweep once."""
    print(f"read {line}", flush=True)


@cache
def _pipeline() -> ModuleType:
    """What computes the rest of a cell, and with it torch and many others."""
    with importing():
        from inn_experiments.running import pipeline
    return pipeline


def _also_called(cell: Cell, tracker: Tracker, report: dict[str, Any], folder: Path) -> None:
    """Let a finished cell that is asked for by a preset's name be found by it: it computes the same."""
    name = cell.choices.get("preset")
    if name and report["axes"].get("preset") != name:
        report["axes"]["preset"] = name
        tracker.rewrite(cell.outputs, folder, "report.json", json.dumps(report, indent=1) + "\n")


def objective(report: Report, key: str) -> float:
    """The metric `key` of a report, NaN where all of its kind was left out for lack of rows, as the report then says.

    Raises UserError with the keys that it has for any other.
    """
    metrics = report.metrics
    if key not in metrics:
        kind = next((each for each in LEFT_OUT if key.startswith(each)), None)
        if kind is not None and not any(each.startswith(kind) for each in metrics):
            return float("nan")
        raise UserError(f"objective={key}: this cell has no such metric{nearest(key, metrics)}")
    return float(metrics[key])


def _count() -> str:
    """What the line of a sweep's cell begins with."""
    hydra = HydraConfig.get()
    trial = trials.of(Path(hydra.sweep.dir), hydra.job.num)
    if trial is not None:
        return f"[{trial.label}]"
    cells = outcomes.count(Path(hydra.sweep.dir))
    return f"[{hydra.job.num + 1}/{cells}]" if cells else f"[#{hydra.job.num}]"


def _called(cell: str, seed: int) -> str:
    """A sweep's cell in a line: its name and seed, and those of its settings that others have otherwise."""
    hydra = HydraConfig.get()
    return " ".join([f"{cell} seed {seed}", *outcomes.varied(Path(hydra.sweep.dir), hydra.overrides.task)])


def _left() -> list[str]:
    """How much longer the sweep will take if its cells go on as they did; nothing in its first moments, and last."""
    hydra = HydraConfig.get()
    folder = Path(hydra.sweep.dir)
    cells, done = outcomes.count(folder), hydra.job.num + 1
    if not cells or done >= cells or trials.of(folder, hydra.job.num) is not None:
        return []
    # By the clock of the file system: a worker may be elsewhere, and does not know when the sweep began.
    seconds = time.time() - (folder / outcomes.CELLS).stat().st_mtime
    return [left(seconds, done, cells)] if seconds > FIRST_MOMENTS else []


def _show(report: Report, folder: Path, outcome: dict[str, Any], seconds: float, key: str) -> None:
    hydra = HydraConfig.get()
    if hydra.mode == RunMode.MULTIRUN:
        trial = trials.of(Path(hydra.sweep.dir), hydra.job.num)
        cell = " ".join([_called(report.cell, report.seed), *(trial.settings if trial else ())])
        cell += f" -> {report.metrics.get(key, float('nan')):.4g}" if trial else ""
        line = f"{_count()} {cell}: {outcome['status']} in {seconds:.0f} s"
        print("; ".join([line, *outcome.get("registered", "").splitlines()[:1], *_left()]), flush=True)
        return
    from rich.console import Console

    from inn_experiments.reports.cell.console import cell_table

    if outcome["status"] == "skipped":
        print("skipped: a finished run with this configuration and seed is on record; this is its report")
    Console().print(cell_table(report, str(folder)), crop=False)
    print(sweep.State.tracker.hint(sweep.State.outputs, [outcome["run"]]))
    if "registered" in outcome:
        print(outcome["registered"])
