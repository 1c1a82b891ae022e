"""A mistake is named, and a finished cell skipped, before the libraries of training and of the record are imported."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from refusals import changed, frame, given

from inn_experiments.configuration.compose import compose
from inn_experiments.contracts import Number, Report
from inn_experiments.tracking.mlflow import Mlflow

HEAVY = {"torch", "lightning", "mlflow", "sklearn", "scipy.stats", "matplotlib", "imblearn", "mnist1d"}
CHEAP = ("generator=bootstrap", "utility=none")


def start(outputs: Path, *arguments: str) -> tuple[int, str, str, set[str]]:
    """Exit status, stdout, what is said on stderr, and the modules that the command imports."""
    line = [sys.executable, "-X", "importtime", "-m", "inn_experiments", *arguments, f"paths.outputs={outputs}"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment)
    lines = done.stderr.splitlines()
    modules = {each.rpartition("|")[2].strip() for each in lines if each.startswith("import time:")}
    assert "hydra" in modules
    said = "\n".join(each for each in lines if not each.startswith("import time:"))
    return done.returncode, done.stdout, said, modules


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["network.hidden=0"], "network.hidden: 0"),
        (["trainer.epochs=many"], "trainer.epochs: 'many'"),
        (["+method.floor=1"], "'floor' in method"),
        (["trainer.epoch=3"], "'trainer.epoch'"),
        (["sampling=poisson"], "sampling=poisson"),
        (["generator=smote", "method=svd"], "method=svd"),
        (["method=svd", "network=conv_unet"], "network=conv_unet"),
        (["generator=diffusion", "generator.ema=1"], "generator.ema: 1"),
        (["data.rows=3"], "data.rows=3"),
        (["utility.protocols=[]"], "utility.protocols"),
        (["objective=utility/x", "utility=none"], "objective=utility/x"),
        (["data=table", "data.path=nowhere.csv", "data.label=kind"], "data.path=nowhere.csv"),
        (["recomend", "data=table"], "did you mean 'recommend'?"),
        ([__file__], "is a file; to read it, give data=table data.path="),
        (["recommend", __file__], "is a file; to read it, give data=table data.path="),
        (["data.label=Wave (nm"], "'data.label=\"Wave (nm\"'"),
    ],
)
def test_a_mistake_is_named_before_anything_heavy_is_imported(tmp_path, arguments, words) -> None:
    status, _, said, modules = start(tmp_path / "out", *arguments)
    assert status == 2 and words in said and len(said.splitlines()) == 1, said
    assert not HEAVY & modules and "pandas" not in modules
    assert not list((tmp_path / "out").glob("mlflow.db*"))


@pytest.mark.parametrize(
    ("table", "arguments", "words"),
    [
        (frame(), ["data.label=chemical"], "data.label=chemical"),
        (changed(2, "41", "nan"), [], "row 3"),
        (changed(0, "kind", "rare"), [], "'rare' has 1"),
        (frame(), ["data.test_fraction=0.05", "utility.protocols=[disjoint]"], "utility.protocols disjoint"),
    ],
)
def test_a_mistake_in_the_data_is_named_before_too(tmp_path, table, arguments, words) -> None:
    status, _, said, modules = start(tmp_path / "out", *given(tmp_path, table), *arguments)
    assert status == 2 and words in said and len(said.splitlines()) == 1, said
    assert not HEAVY & modules
    assert not list((tmp_path / "out").glob("mlflow.db*"))


def test_a_sweep_notes_a_mistake_in_the_data_and_leaves_no_run(tmp_path) -> None:
    bad = given(tmp_path, changed(2, "41", "nan"))
    status, out, said, _ = start(tmp_path / "out", "-m", *CHEAP, *bad, "seed=0,1")
    assert status == 2 and "2 failed" in out and "row 3" in said
    results = [json.loads(path.read_text()) for path in (tmp_path / "out/hydra").rglob("result.json")]
    assert [result["status"] for result in results] == ["failed", "failed"]
    assert all("row 3" in result["error"] for result in results)
    assert not (tmp_path / "out/mlflow.db").exists() and "no run is on record" in out


@pytest.mark.parametrize("many", [False, True])
def test_a_finished_cell_is_skipped_before_anything_heavy_is_imported(tmp_path, many) -> None:
    cell = compose(*CHEAP)
    with Mlflow().open(tmp_path, cell.name, {"fingerprint": cell.fingerprint}) as run:
        fid = Number(cell.value("objective"), 0.25)
        run.json("report.json", Report(cell.name, cell.seed, cell.fingerprint, cell.axes, 7, [fid]).as_dict())
    status, out, said, modules = start(tmp_path, *(["-m"] if many else []), *CHEAP)
    assert (status, said) == (0, "") and "skipped" in out and "compareRunsMode=CHART" in out
    assert not HEAVY & modules and "pandas" not in modules
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        assert connection.execute("SELECT status FROM runs").fetchall() == [("FINISHED",)]
