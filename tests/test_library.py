"""What Python programs use of finished runs: rows as a DataFrame, and the runs as one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from artifact_examples import example, finished

from inn_experiments import sample
from inn_experiments.contracts import UserError
from inn_experiments.library.listing import runs
from inn_experiments.library.loading import load


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished") / "out"
    for seed in (0, 1):
        finished(folder, "convex", seed)
    return folder


def test_rows_in_python_are_those_of_the_command(tmp_path, outputs, capsys) -> None:
    made = load("latest", outputs)
    assert repr(made) == "<rows-convex-seed1: 3 classes, trained on 36 rows (all)>"
    assert made.classes == ("chemical 0", "chemical 1", "chemical 2") and made.columns[:2] == ("0", "1")
    rows = made.sample({"chemical 1": 5, "chemical 0": 2}, seed=3)
    want = ["run=latest", f"outputs={outputs}", "classes={chemical 1: 5, chemical 0: 2}", "seed=3"]
    assert sample.main([*want, f"to={tmp_path / 'a.parquet'}"]) == 0, capsys.readouterr().err
    pd.testing.assert_frame_equal(rows, pd.read_parquet(tmp_path / "a.parquet"), check_dtype=False)
    saved = made.save(tmp_path / "b.parquet", {"chemical 1": 5, "chemical 0": 2}, seed=3, piece=2)
    pd.testing.assert_frame_equal(rows, pd.read_parquet(saved), check_dtype=False)
    assert made.sample(2)["kind"].tolist() == [name for name in made.classes for _ in range(2)]
    assert made.sample(1, classes=["chemical 2"])["kind"].tolist() == ["chemical 2"]
    assert made.config["generator"]["_target_"].endswith("Convex")


def test_finished_runs_are_a_frame(outputs) -> None:
    found = runs(outputs)
    table = found.frame()
    assert len(found) == len(table) == 2 and table["seed"].tolist() == [1, 0]
    assert set(table["cell"]) == {"rows-convex"} and set(table["generator"]) == {"convex"}
    report = next(iter(found))
    key = "test/samples/fid"
    assert table[key].tolist() == [2.5, 1.5] and report.metrics[key] == 2.5
    assert table["parameters"].tolist() == [7, 7]
    numbers = found.numbers()
    assert {"key", "value", "half", "of", "reference", "seed", "folder"} <= {*numbers}
    assert numbers[numbers["seed"] == 1]["value"].tolist() == [2.5, 2.0]
    assert numbers["of"].isna().tolist() == [True, False] * 2
    assert found.load(1).facts.seed == 0 and found.folders[0] == load("latest", outputs)._kept.folder.parent


def test_what_is_not_there_is_named(tmp_path, outputs) -> None:
    with pytest.raises(UserError, match="nowhere: there is no such folder"):
        runs(tmp_path / "nowhere")
    with pytest.raises(UserError, match="nowhere: there is no such folder"):
        load("latest", tmp_path / "nowhere")
    with pytest.raises(UserError, match="'chemical 9' is no class"):
        load("latest", outputs).sample({"chemical 9": 1})
    with pytest.raises(UserError, match="say how many rows"):
        load("latest", outputs).sample()
    (tmp_path / "empty").mkdir()
    assert len(runs(tmp_path / "empty")) == 0 and runs(tmp_path / "empty").frame().empty


def test_a_loaded_one_is_asked_more_than_once(tmp_path) -> None:
    example(tmp_path)
    made = load(tmp_path)
    first, second = made.sample(3), made.sample(3)
    pd.testing.assert_frame_equal(first, second)
    assert not np.array_equal(first.iloc[:, 1:-1], made.sample(3, seed=1).iloc[:, 1:-1])
