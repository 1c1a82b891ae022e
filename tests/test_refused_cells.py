"""Cells of a sweep that cannot be composed are named in its end like others that fail, and stop no other."""

from __future__ import annotations

from pathlib import Path

import pytest

CHEAP = ("tracking=none", "data=two_clusters", "generator=bootstrap", "trainer=smoke", "utility=none")
OPTIONS = {
    "secret": "objective: ${oc.env:HOME}",
    "broken": "seed: [",
    "foreign": "hydra: {launcher: {_target_: os.system}}",
    "moved": "hydra: {sweep: {dir: '${paths.outputs}/elsewhere'}}",
    "list": "[1, 2]",
}
REASONS = {
    "secret": "objective: only paths.outputs",
    "broken": "while parsing",
    "foreign": "hydra.launcher: _target_ 'os.system'",
    "moved": "hydra.sweep.dir: ",
    "list": "",
    "nonsense": "there is no option experiment/nonsense",
}


@pytest.fixture(autouse=True)
def _options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("conf", "experiment")
    folder.mkdir(parents=True)
    for name, text in OPTIONS.items():
        (folder / f"{name}.yaml").write_text(f"# @package _global_\n{text}\n")


def test_a_cell_that_is_refused_is_named_and_the_others_run(run, tmp_path: Path) -> None:
    swept = f"experiment={','.join(REASONS)},smoke"
    status, out, err = run(*CHEAP, swept, "--config-dir=conf", "-m")
    assert status == 2 and "Traceback" not in err, err
    assert f"of {len(REASONS) + 1} cells: {len(REASONS)} failed, 1 finished" in out
    for name, reason in REASONS.items():
        assert any(line.startswith(f"failed: experiment={name}: ") and reason in line for line in err.splitlines()), err
    assert [*(tmp_path / "out/runs").iterdir()] and not (tmp_path / "out/elsewhere").exists()


def test_a_sweep_all_of_whose_cells_are_refused_is_a_mistake_of_the_input(run) -> None:
    status, out, err = run(*CHEAP, "experiment=nonsense,broken", "--config-dir=conf", "-m")
    assert status == 2 and "of 2 cells: 2 failed" in out, err


@pytest.mark.parametrize("launcher", ["joblib", "stacked"])
def test_workers_name_refused_cells_as_well(run, launcher: str) -> None:
    parallel = (f"hydra/launcher={launcher}", "hydra.launcher.n_jobs=2", "--config-dir=conf", "-m")
    status, out, err = run(*CHEAP, "experiment=smoke,foreign", *parallel)
    assert status == 2 and "of 2 cells: 1 failed, 1 finished" in out, (out, err)
    assert "failed: experiment=foreign: hydra.launcher: _target_ 'os.system'" in err
    assert "Traceback" not in err


def test_a_folder_of_outputs_for_each_cell_is_refused_by_name(run, tmp_path: Path) -> None:
    status, _, err = run(*CHEAP, f"paths.outputs={tmp_path / 'a'},{tmp_path / 'b'}", "-m")
    assert status == 2 and "hydra.sweep.dir: " in err and not (tmp_path / "a").exists(), err


def test_a_cell_in_order_is_not_taken_for_one_that_was_refused_before(run) -> None:
    chosen = ("experiment=smoke,nonsense", "--config-dir=conf", "-m")
    assert "1 failed, 1 finished" in run(*CHEAP, *chosen)[1]
    Path("conf/experiment/nonsense.yaml").write_text("# @package _global_\nseed: 5\n")
    status, out, err = run(*CHEAP, *chosen)
    assert status == 0 and "of 2 cells: 2 finished" in out, (out, err)


@pytest.mark.parametrize("name", ["runs", "fits", "mlflow.db"])
def test_a_link_in_the_outputs_that_leads_out_of_them_is_not_followed(run, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "away").mkdir()
    (tmp_path / "out" / name).symlink_to("../away")
    status, _, err = run(*CHEAP)
    assert status == 2 and f"{name}: this link leads out" in err and not [*(tmp_path / "away").iterdir()], err
