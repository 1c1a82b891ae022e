"""A sweep is found from its cells and its cells from the sweep, and it is no row among the cells."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from inn_experiments.tracking import experiments, origin, store
from inn_experiments.tracking.files import Files
from inn_experiments.tracking.mlflow import Mlflow


def cell(outputs: Path, seed: int, sweep: str) -> dict[str, object]:
    """A cell on record, and what its worker notes of it."""
    with Mlflow().open(
        outputs, f"smote-seed{seed}", {"fingerprint": f"f{seed}", "cell": "smote", "sweep": sweep}
    ) as run:
        run.json("report.json", {})
    told = {"cell": "smote", "fingerprint": f"f{seed}", "overrides": ["generator=smote", f"seed={seed}"]}
    return {"status": "finished", "exit": 0, **told}


def test_a_sweep_and_its_cells_are_found_from_each_other(tmp_path: Path) -> None:
    first = cell(tmp_path, 0, "monday")
    outcomes = [{**first, "status": "skipped"}, cell(tmp_path, 1, "tuesday")]
    outcomes.append({"status": "missing", "exit": 1, "overrides": ["generator=smote", "seed=2"]})
    line = Mlflow().sweep(tmp_path, "tuesday", outcomes, "FAILED", 1000.0)
    client = store.connect(store.database(tmp_path))
    cells = client.get_experiment_by_name(store.EXPERIMENT).experiment_id
    where = client.get_experiment_by_name(store.SWEEPS).experiment_id
    [own] = client.search_runs([cells], "tags.sweep = 'tuesday'")
    [parent] = client.search_runs([where], f"attributes.run_name = '{own.data.tags['sweep']}'")
    assert line.endswith(f"#/experiments/{where}/runs/{parent.info.run_id}")
    assert parent.data.params == {"generator": "smote", "seed": "0, 1, 2"} and parent.info.status == "FAILED"
    assert parent.data.metrics == {"cells": 3, "skipped": 1, "finished": 1, "missing": 1}
    assert "tags.sweep = 'tuesday'" in parent.data.tags[origin.NOTE]
    told = json.loads((store.folder_of(tmp_path, "", parent.info.artifact_uri) / "cells.json").read_text())
    assert [client.get_run(each["run"]).info.run_name for each in told[:2]] == ["smote-seed0", "smote-seed1"]
    assert told[2]["run"] is None and len(client.search_runs([cells])) == 2
    assert len(store.finished(store.database(tmp_path))) == 2


def test_a_sweep_that_computed_nothing_leaves_no_record(tmp_path: Path) -> None:
    assert Mlflow().sweep(tmp_path, "no database", [], "FINISHED", 0.0) == ""
    outcome = {**cell(tmp_path, 0, "monday"), "status": "skipped"}
    assert Mlflow().sweep(tmp_path, "tuesday", [outcome], "FINISHED", 0.0) == ""
    assert store.connect(store.database(tmp_path)).get_experiment_by_name(store.SWEEPS) is None
    assert Files().sweep(tmp_path, "tuesday", [outcome], "FINISHED", 0.0) == ""


def test_whoever_deletes_the_sweeps_gets_no_more_of_them(tmp_path: Path) -> None:
    outcomes = [cell(tmp_path, 0, "monday")]
    assert Mlflow().sweep(tmp_path, "monday", outcomes, "FINISHED", 0.0)
    store.connect(store.database(tmp_path)).delete_experiment(experiments.sweeps_id(tmp_path))
    assert Mlflow().sweep(tmp_path, "tuesday", outcomes, "FINISHED", 0.0) == ""


def test_the_sweeps_of_a_moved_folder_move_with_it(tmp_path: Path) -> None:
    Mlflow().sweep(tmp_path / "out", "monday", [cell(tmp_path / "out", 0, "monday")], "FINISHED", 0.0)
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    Mlflow().prepare(tmp_path / "copy")
    client = store.connect(store.database(tmp_path / "copy"))
    [parent] = client.search_runs([experiments.sweeps_id(tmp_path / "copy")])
    assert parent.info.artifact_uri.startswith((tmp_path / "copy").as_uri())
    assert [item.path for item in client.list_artifacts(parent.info.run_id)] == ["cells.json"]
