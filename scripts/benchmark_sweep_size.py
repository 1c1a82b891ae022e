"""What a cell of a sweep costs beside its own work, by the size of the sweep and by what is finished.

    python scripts/benchmark_sweep_size.py [--simulated 1000,10000] [--skipped 100,1000] [--of CHECKOUT ...]

simulated: a sweep of so many cells with as many other runs on record, by a launcher that composes each cell, looks
whether it is finished and writes its outcome. skipped: a sweep of so many cells that are all finished, with the usual
launcher. CPU seconds of a process of its own from its start to the end of the sweep's summary; the first cell by the
clock. The last column is the cost of a cell divided by that in the first line. 100,000 cells take some ten minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
SETTINGS = ("data=coffee", "generator=smote", "utility=none")
WHOLE = "WHOLE"
"""Variable of the environment: cells are composed as launchers of Hydra do it, with the node `hydra`."""
RUN = "run_uuid, name, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id"


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulated", default="1000,10000", metavar="CELLS,...")
    parser.add_argument("--skipped", default="100,1000", metavar="CELLS,...")
    parser.add_argument("--of", type=Path, nargs="+", default=[HERE], metavar="CHECKOUT")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, int(options.simulated))
        return
    for kind, sizes in (("simulated", options.simulated), ("skipped", options.skipped)):
        print(f"{kind:12}{'cells':>9}{'first s':>9}{'CPU s':>9}{'ms a cell':>11}{'ratio':>7}{'peak MB':>9}{'files':>9}")
        for checkout in options.of:
            least = None
            for size in (each for each in sizes.split(",") if each):
                found = json.loads(asked(checkout.resolve(), kind, size))
                cost = found["cpu"] / int(size) * 1000
                least = least or cost
                print(
                    f"{checkout.resolve().name:12}{int(size):9,}{found['first']:9.1f}{found['cpu']:9.1f}{cost:11.2f}"
                    f"{cost / least:7.2f}{found['peak']:9.0f}{found['files']:9,}",
                    flush=True,
                )


def asked(checkout: Path, kind: str, size: str) -> str:
    """What a process of the checkout's own answers."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--child", kind, "--simulated", size]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{checkout}, {kind} {size}: {done.stderr[-2000:]}")
    return done.stdout


def child(kind: str, cells: int) -> None:
    """Run one sweep in this process, and print what it cost."""
    with tempfile.TemporaryDirectory() as place:
        outputs = Path(place, "outputs")
        record(outputs, cells, finished=kind == "skipped")
        began, used = time.time(), time.process_time()
        with Path(place, "said").open("w") as said, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            times = sweep(outputs, cells, simulated=kind == "simulated")
        spent = time.process_time() - used
        told = Path(place, "said").read_text(encoding="utf-8")
        ended = f"of {cells} cells: {cells} {'finished' if kind == 'simulated' else 'skipped'}"
        assert ended in told, told[-2000:]
        first = times[0] - began if times else float("nan")
        [folder] = (outputs / "hydra").iterdir()
        files = sum(len(found) for _, _, found in os.walk(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(json.dumps({"first": first, "cpu": spent, "peak": peak, "files": files}))
        shutil.rmtree(outputs, ignore_errors=True)


def sweep(outputs: Path, cells: int, simulated: bool) -> list[float]:
    """Run the command; when the first cell was looked at, by the clock."""
    from hydra_plugins.stacked_launcher import SteadyLauncher
    from inn_experiments import __main__
    from inn_experiments.tracking.mlflow import Mlflow

    times: list[float] = []
    usual, look = SteadyLauncher.launch, Mlflow.finished

    def finished(self: Mlflow, *given):
        if not times:
            times.append(time.time())
        return look(self, *given)

    Mlflow.finished = finished
    SteadyLauncher.launch = launch
    sys.argv = ["inn_experiments", "-m", *SETTINGS, f"seed=range({cells})", f"paths.outputs={outputs}"]
    sys.argv += ["hydra/launcher=joblib"] if simulated else []
    try:
        __main__.main()
    except SystemExit as end:
        assert not end.code, end.code
    finally:
        # The command has put streams of its own in their place.
        sys.stdout.flush()
        SteadyLauncher.launch, Mlflow.finished = usual, look
    return times


def launch(launcher, job_overrides, initial_job_idx):
    """Compose each cell, look whether it is finished, and write an outcome."""
    from hydra.core.utils import JobReturn, JobStatus

    from inn_experiments.configuration.compose import prepare
    from inn_experiments.contracts import write_text

    place, found = Path(str(launcher.config.hydra.sweep.dir)), []
    for number, overrides in enumerate(job_overrides, initial_job_idx):
        cell = prepare(*composed(launcher, list(overrides)), overrides)
        assert cell.tracker().finished(cell.outputs, cell.fingerprint) is None
        outcome = {"status": "finished", "exit": 0, "overrides": overrides, "cell": cell.name, "run": f"{number:032x}"}
        write_text(place / str(number) / "result.json", json.dumps({**outcome, "fingerprint": cell.fingerprint}))
        found.append(JobReturn(overrides=overrides, status=JobStatus.COMPLETED))
    return found


def composed(launcher, overrides):
    """(configuration of a cell without the node `hydra`, group -> option)."""
    from omegaconf import open_dict

    loader = launcher.hydra_context.config_loader
    if WHOLE not in os.environ and "load_settings" in vars(type(loader)):
        return loader.load_settings(launcher.config, overrides)
    cfg = loader.load_sweep_config(launcher.config, overrides)
    choices = dict(cfg.hydra.runtime.choices)
    with open_dict(cfg):
        del cfg["hydra"]
    return cfg, choices


def record(outputs: Path, count: int, finished: bool) -> None:
    """A database with so many finished runs, of the sweep's cells with their files, or of others without."""
    from inn_experiments.configuration.compose import compose
    from inn_experiments.contracts import Number, Report
    from inn_experiments.tracking import store, whole

    store.initialise(outputs)
    cell = compose(*SETTINGS)
    runs, tags = [], []
    where = store.experiment_id(store.database(outputs))
    for seed in range(count):
        run = hashlib.md5(str(seed).encode(), usedforsecurity=False).hexdigest()
        one = replace(cell, plain={**cell.plain, "seed": seed})
        fingerprint = one.fingerprint if finished else hashlib.sha256(run.encode()).hexdigest()
        folder = store.run_folder(outputs, run)
        if finished:
            report = Report(one.name, seed, fingerprint, one.axes, 7, [Number("test/samples/fid", 0.25)])
            folder.mkdir(parents=True)
            (folder / "report.json").write_text(json.dumps(report.as_dict()))
            (folder / "config.yaml").write_text("x: 1\n" * 200)
            whole.write_list(folder)
        runs.append((run, f"{one.name}-seed{seed}", "FINISHED", seed, seed, "active", folder.as_uri(), where))
        known = {"fingerprint": fingerprint, "cell": one.name, "sweep": "s", "host": "h", "pid": "1", "dataset": "d"}
        tags += [(key, value, run) for key, value in known.items()]
    with contextlib.closing(sqlite3.connect(store.database(outputs))) as connection, connection:
        connection.executemany(f"INSERT INTO runs ({RUN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", runs)
        connection.executemany("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)", tags)


if __name__ == "__main__":
    main()
