"""Each run has its model on record: whole or not at all, registered on demand, and found where the folder is now."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from served_examples import keep, logging

from inn_experiments.configuration.compose import compose
from inn_experiments.contracts import UserError
from inn_experiments.tracking import models, store
from inn_experiments.tracking.files import Files
from inn_experiments.tracking.mlflow import Mlflow

ASKED = pd.DataFrame({"label": ["chemical 1"], "n": [2]})


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("a folder with spaces") / "outputs"
    with logging(folder, limit=5):
        pass
    return folder


def logged(outputs: Path) -> list[mlflow.entities.LoggedModel]:
    client = store.connect(store.database(outputs))
    return list(client.search_logged_models([each.experiment_id for each in client.search_experiments()]))


def rows(outputs: Path, uri: str) -> pd.DataFrame:
    """What the model at `uri` answers to somebody who looks into the database of `outputs` with MLflow alone."""
    with models.at(store.address(store.database(outputs))):
        return mlflow.pyfunc.load_model(uri, suppress_warnings=True).predict(ASKED, params={"seed": 4})


def test_a_run_has_one_model_with_its_axes_numbers_and_link(outputs: Path) -> None:
    [model] = logged(outputs)
    assert (model.name, model.status.value) == ("synthesizer", "READY")
    assert model.params == {"generator": "convex", "seed": "0"} and model.tags["cell"] == "a"
    assert {metric.key: metric.value for metric in model.metrics} == {"test/samples/fid": 0.5}
    run = store.connect(store.database(outputs)).get_run(model.source_run_id)
    assert [output.model_id for output in run.outputs.model_outputs] == [model.model_id]
    assert run.info.status == "FINISHED"
    told = mlflow.models.Model.load(str(store.model_folder(outputs, model.model_id)))
    assert told.flavors["python_function"]["config"] == {"limit": 5}


def test_a_moved_folder_serves_and_registers_its_own_files(outputs: Path, tmp_path: Path) -> None:
    ((_, _, run),) = store.on_record(store.database(outputs))
    Mlflow().register(outputs, run, "moved")
    expected = rows(outputs, "models:/moved/1")
    shutil.copytree(outputs, tmp_path / "copy")
    shutil.move(outputs, outputs.with_name("gone"))
    try:
        Mlflow().prepare(tmp_path / "copy")
        [here] = logged(tmp_path / "copy")
        assert here.artifact_location.startswith((tmp_path / "copy").as_uri())
        for uri in ("models:/moved/1", f"models:/{here.model_id}", f"runs:/{here.source_run_id}/synthesizer"):
            pd.testing.assert_frame_equal(rows(tmp_path / "copy", uri), expected)
        assert "version 2" in Mlflow().register(
            tmp_path / "copy", tmp_path / "copy/runs" / run.parent.name / "artifacts", "moved"
        )
    finally:
        shutil.move(outputs.with_name("gone"), outputs)


def test_a_model_whose_files_cannot_be_written_is_failed_and_so_is_its_run(tmp_path: Path) -> None:
    def full(fresh: Path, model: object, limit: int | None) -> None:
        fresh.mkdir(parents=True)
        (fresh / "MLmodel").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError), Mlflow().open(tmp_path, "a", {"fingerprint": "a"}) as run:
        run.model(full)
    [model] = logged(tmp_path)
    assert model.status.value == "FAILED" and not list((tmp_path / "runs/models").iterdir())
    assert Mlflow().finished(tmp_path, "a") is None


def test_a_kill_while_the_model_is_written_leaves_no_finished_run_and_no_half_model(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from inn_experiments.tracking.mlflow import Mlflow\n"
        "def half(fresh, model, limit):\n"
        "    fresh.mkdir(parents=True); (fresh / 'MLmodel').write_text('half'); os.kill(os.getpid(), signal.SIGKILL)\n"
        "with Mlflow().open(Path(sys.argv[1]), 'gone', {'fingerprint': 'gone'}) as run:\n"
        "    run.model(half)"
    )
    line = [sys.executable, "-c", code, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    assert subprocess.run(line, check=False, env=environment).returncode == -signal.SIGKILL
    [model] = logged(tmp_path)
    assert model.status.value == "PENDING" and not store.model_folder(tmp_path, model.model_id).exists()
    with pytest.raises(UserError, match="has no MLflow model"):
        models.register(tmp_path, model.source_run_id, "half")
    Mlflow().prepare(tmp_path)
    [model] = logged(tmp_path)
    assert model.status.value == "FAILED" and not list((tmp_path / "runs/models").iterdir())
    assert store.connect(store.database(tmp_path)).get_run(model.source_run_id).info.status == "KILLED"
    assert Mlflow().finished(tmp_path, "gone") is None


def test_several_processes_may_register_at_once(outputs: Path) -> None:
    [model] = logged(outputs)
    code = (
        "import sys; from pathlib import Path; from inn_experiments.tracking import models\n"
        "print(models.register(Path(sys.argv[1]), sys.argv[2], 'many'))"
    )
    line = [sys.executable, "-c", code, str(outputs), model.source_run_id]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(line, env=environment, **pipes) for _ in range(2)]
    told = [process.communicate() for process in both]
    assert sorted(out for out, _ in told) == ["1\n", "2\n"] and [error for _, error in told] == ["", ""]
    with closing(sqlite3.connect(store.database(outputs))) as connection:
        sources = connection.execute("SELECT source FROM model_versions WHERE name = 'many'").fetchall()
    assert sources == [(f"models:/{model.model_id}",)] * 2


def test_registering_leaves_mlflows_own_address_alone(outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    before = mlflow.get_tracking_uri()
    models.register(outputs, logged(outputs)[0].source_run_id, "alone")
    assert mlflow.get_tracking_uri() == before and "MLFLOW_TRACKING_URI" not in os.environ


def test_a_name_that_the_registry_refuses_is_a_mistake_in_one_line(outputs: Path) -> None:
    run = logged(outputs)[0].source_run_id
    store.connect(store.database(outputs)).register_prompt("taken", "a prompt, which has its name there too")
    with pytest.raises(UserError, match="register=taken: "):
        models.register(outputs, run, "taken")


@pytest.mark.parametrize("name", ["a/b", "a:b", " ", "..", ""])
def test_a_bad_name_is_told_before_anything_is_trained(name: str) -> None:
    with pytest.raises(UserError, match="register"):
        compose(f"register='{name}'")


def test_a_name_does_not_change_what_a_cell_computes_and_needs_a_registry(tmp_path: Path) -> None:
    assert compose("register=mine").fingerprint == compose().fingerprint
    assert compose("tracking.limit=10").fingerprint == compose().fingerprint
    with pytest.raises(UserError, match="tracking=none keeps no registry"):
        compose("register=mine", "tracking=none")
    with pytest.raises(UserError, match="there is no registry"):
        Files().register(tmp_path, tmp_path, "mine")


def test_without_mlflow_no_model_is_written(tmp_path: Path) -> None:
    with Files().open(tmp_path, "a", {"fingerprint": "0123456789"}) as run:
        keep(run.folder)
        before = sorted(tmp_path.rglob("*"))
        run.model(lambda *_, **__: 1 / 0)
        assert sorted(tmp_path.rglob("*")) == before


def test_a_cell_registers_its_model_when_it_is_finished_and_when_it_is_found_so(run, tmp_path: Path) -> None:
    cell = ["data=coffee", "data.test_fraction=0.5", "generator=bootstrap", "utility=none", "register=coffee"]
    status, out, said = run(*cell)
    assert (status, said) == (0, "") and "registered as coffee, version 1\n" in out and "mlflow models serve -m" in out
    status, out, _ = run(*cell)
    assert status == 0 and "skipped" in out and "registered as coffee, version 2\n" in out
    assert len(logged(tmp_path / "out")) == 1
    page = (Path(__file__).parents[1] / "docs/mlflow.md").read_text(encoding="utf-8")
    loading, sweeps = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    code = loading.replace("RUN", logged(tmp_path / "out")[0].source_run_id).replace("outputs/", f"{tmp_path}/out/")
    found: dict[str, pd.DataFrame] = {}
    with models.at(store.address(store.database(tmp_path / "out"))):
        exec(code + sweeps, found)
    assert found["rows"]["label"].tolist() == ["Brasil"] * 10 + ["Vietnam"] * 5 and found["rows"].shape == (15, 1843)
    assert len(found["cells"]) == len(found["sweeps"]) == 0
