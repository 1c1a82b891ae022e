"""One cell, from its composed configuration to the number that a sweeper minimises."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from inn_experiments.configuration import cell as config
from inn_experiments.configuration.checks import nearest
from inn_experiments.contracts import UserError
from inn_experiments.running import failures, sweep


def run_cell(cfg: DictConfig) -> float:
    """Check, run and record one cell; the task function that Hydra calls.

    Returns the metric that `objective` names, NaN for a cell that failed (its outcome is on record).
    """
    with sweep.supervised() as outcome:
        failures.catch_signals()
        return _run(cfg, outcome)
    return float("nan")


def _run(cfg: DictConfig, outcome: dict[str, Any]) -> float:
    begun, hydra = time.perf_counter(), HydraConfig.get()
    many = hydra.mode == RunMode.MULTIRUN
    cfg = config.prepare(cfg, dict(hydra.runtime.choices), list(hydra.overrides.task))
    outputs, tracker = config.outputs(cfg), config.build(cfg.tracking)
    sweep.State.outputs = outputs
    name, mark = config.cell_name(cfg), config.fingerprint(cfg)
    # Several bars of one sweep would write over each other.
    cfg.trainer.progress = cfg.trainer.progress and not many
    outcome["cell"], outcome["fingerprint"] = name, mark

    done = tracker.finished(outputs, mark)
    if done is None:
        tags = {"cell": name, "fingerprint": mark, "sweep": Path(hydra.sweep.dir if many else hydra.run.dir).name}
        with tracker.open(outputs, f"{name}-seed{cfg.seed}", tags) as run:
            run.params(config.axes(cfg))
            run.text("config.yaml", OmegaConf.to_yaml(cfg))
            from inn_experiments.running import pipeline

            result = pipeline.run(cfg, run)
            run.params({"parameters": result.parameters})
            run.metrics(result.metrics)
            report, folder = asdict(result), run.folder
            run.json("report.json", report)
    else:
        report, folder = done
    outcome["status"] = "finished" if done is None else "skipped"
    _show(report, folder, outcome, time.perf_counter() - begun)
    return objective(report, cfg.objective)


def objective(report: dict[str, Any], key: str) -> float:
    """The metric `key` of a report; raises UserError with the keys that it has."""
    if key not in report["metrics"]:
        raise UserError(f"objective={key}: this cell has no such metric{nearest(key, report['metrics'])}")
    return float(report["metrics"][key])


def _show(report: dict[str, Any], folder: Path, outcome: dict[str, Any], seconds: float) -> None:
    hydra = HydraConfig.get()
    if hydra.mode == RunMode.MULTIRUN:
        cells = sweep.expected(Path(hydra.sweep.dir))
        count = f"{hydra.job.num + 1}/{len(cells)}" if cells else f"#{hydra.job.num}"
        line = f"[{count}] {report['cell']} seed {report['seed']}: {outcome['status']} in {seconds:.0f} s"
        print(line, flush=True)
        return
    from rich.console import Console

    from inn_experiments.contracts.old_report import from_dict
    from inn_experiments.reports.cell.console import cell_table

    if outcome["status"] == "skipped":
        print("skipped: a finished run with this configuration and seed is on record; this is its report")
    Console().print(cell_table(from_dict(report), str(folder)))
    print(sweep.State.tracker.hint(sweep.State.outputs))
