"""Cells as jobs of submitit: real processes of this machine, of which one is requeued and one is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from hydra.errors import MissingConfigException
from pyarrow.parquet import read_table

from inn_experiments.configuration.launchers import EXTRAS
from inn_experiments.configuration.mistakes import of_hydra
from inn_experiments.contracts import UserError
from inn_experiments.running import executors

SHORT = ("data=two_clusters", "generator=diffusion", "utility=none", "trainer=smoke", "trainer.epochs=300")
SHORT += ("sampler.steps=2", "final_fit=false", "data.rows=200", "data.val_rows=50", "data.fresh_rows=100")
SETTINGS = {"array_parallelism": 2, "cpus_per_task": 1, "timeout_min": 5, "submitit_folder": "sweep/.submitit"}


def tasks(outputs: Path) -> list[int]:
    """The processes in which submitit runs cells that write there."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "submitit.core._submit" in words and any(word.startswith(str(outputs)) for word in words):
            found.append(int(place.parent.name))
    return sorted(found)


def disturb(outputs: Path, over: threading.Event) -> None:
    """Once two cells are within their trainings: one is to be requeued, the other is killed."""
    while len(list(outputs.glob("fits/*.unfinished/training.ckpt"))) < 2:
        if over.wait(0.05):
            return
    first, second = tasks(outputs)
    os.kill(first, signal.SIGUSR2)
    os.kill(second, signal.SIGKILL)


def kept(outputs: Path) -> dict[str, bytes]:
    """What was trained: name of the file in its training -> content."""
    return {path.parent.name + path.name: path.read_bytes() for path in outputs.glob("fits/*/weights*")}


def outcome(artifacts: Path) -> tuple[list[dict[str, float]], list[dict[str, object]]]:
    """The numbers of a run that are no times, and its samples."""
    told = json.loads((artifacts / "report.json").read_text(encoding="utf-8"))["numbers"]
    return [one for one in told if "seconds" not in one["key"]], read_table(artifacts / "samples.parquet").to_pylist()


def test_a_requeued_cell_ends_with_the_same_bits_and_a_killed_one_ends_alone(run, tmp_path) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher", reason="the extra slurm is not installed")
    outputs = tmp_path / "out"
    over = threading.Event()
    hand = threading.Thread(target=disturb, args=(outputs, over))
    hand.start()
    local = ("hydra/launcher=submitit_local", "hydra.launcher.array_parallelism=2", "seed=0,1")
    try:
        status, out, err = run(*SHORT, *local, "trainer.checkpoint_minutes=0", "-m")
    finally:
        over.set()
        hand.join()
    assert status == 1 and "of 2 cells: 1 finished, 1 killed" in out, out + err
    assert re.search(r"\[\d/2\] two_clusters-diffusion\S* seed \d: finished in", out), out
    assert re.search(r"\[\d/2\] seed=\d: requeued", err) and re.search(r"\[\d/2\] seed=\d: killed: its job \d+", err)
    assert "Traceback" not in err
    [sweep] = (outputs / "hydra").iterdir()
    assert not list(sweep.rglob("*%j*")), "a folder of that name is nobody's"
    found = [json.loads((sweep / cell / "result.json").read_text(encoding="utf-8")) for cell in "01"]
    seed = [one["status"] for one in found].index("finished")
    [requeued] = outputs.rglob(f"{found[seed]['run']}/artifacts")
    status, out, err = run(*SHORT, f"seed={seed}", f"paths.outputs={tmp_path / 'alone'}")
    assert status == 0, err
    whole = kept(tmp_path / "alone")
    assert whole and kept(outputs) == whole
    [report] = (tmp_path / "alone").rglob("artifacts/report.json")
    numbers, samples = outcome(report.parent)
    assert numbers and samples and (numbers, samples) == outcome(requeued)


def test_the_jobs_that_slurm_has_no_longer_are_those_that_it_lacks_twice(monkeypatch, tmp_path) -> None:
    pytest.importorskip("submitit", reason="the extra slurm is not installed")
    monkeypatch.setattr("submitit.SlurmExecutor.affinity", lambda *_: 2)
    there = SimpleNamespace(answers=["7_0\n7_1\n9_N/A\n"], status=0)

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        assert words[0] == "squeue"
        return subprocess.CompletedProcess(words, there.status, there.answers[-1])

    monkeypatch.setattr(executors, "_command", command)
    monkeypatch.chdir(tmp_path)
    slurm = executors.Slurm({**SETTINGS, "max_num_timeout": 1, "mem_gb": 1}, tmp_path / "sweep")
    jobs = {number: SimpleNamespace(job_id=name) for number, name in enumerate(("7_0", "7_1", "9"))}

    def gone() -> set[int]:
        return set().union(*(slurm.gone(jobs) for _ in range(4)))

    assert gone() == set()
    there.answers.append("7_1\n")
    assert gone() == set(), "the controller may be about to say"
    there.status = 1
    assert gone() == set(), "it cannot be asked"
    there.status = 0
    assert gone() == {0, 2}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timeout_min": "soon"}, "hydra.launcher.timeout_min=soon"),
        ({"array_parallelism": 0}, "hydra.launcher.array_parallelism=0"),
        ({"cpus_per_task": None}, "hydra.launcher.cpus_per_task=None"),
        ({"tasks_per_node": 2}, "a cell is one process"),
        ({"submitit_folder": "sweep/../elsewhere"}, "below the sweep's folder"),
    ],
)
def test_settings_that_will_not_do_are_named(monkeypatch, tmp_path, wrong, words) -> None:
    monkeypatch.chdir(tmp_path)
    executors.check(SETTINGS, tmp_path / "sweep")
    with pytest.raises(UserError, match=re.escape(words)):
        executors.check({**SETTINGS, **wrong}, tmp_path / "sweep")


@pytest.mark.parametrize("option", sorted(EXTRAS))
def test_a_launcher_that_is_not_installed_names_its_extra(option) -> None:
    error = MissingConfigException("Could not find", option, ["basic", "joblib"])
    assert f"pip install 'inn-experiments[{EXTRAS[option]}]'" in of_hydra(error)
