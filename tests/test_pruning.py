"""Trainings that a search gives up: asked at each look at the validation rows, PRUNED and not FAILED in the record."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.space import divided
from inn_experiments.contracts import Pruned, pruning
from inn_experiments.tuning import pruning as rules
from inn_experiments.tuning.plan import plan_of

optuna = pytest.importorskip("optuna", reason="the extra optuna is not installed")

STUB = Path(__file__).parent / "stub"
TUNED = sorted(path.stem for path in (config.CONF / "experiment").glob("tune_*.yaml"))


def statuses(tmp_path: Path, query: str = "SELECT name, status FROM runs WHERE name LIKE '%inner%'") -> list[tuple]:
    connection = sqlite3.connect(tmp_path / "out" / "mlflow.db")
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def test_nobody_is_asked_outside_of_a_search_and_after_its_training() -> None:
    seen = []
    pruning.look(1, 0.5)
    with pruning.asking(lambda *point: seen.append(point)):
        pruning.look(20, 0.5)
        pruning.over()
        pruning.look(40, 0.4)
    with pruning.asking(None):
        pruning.look(60, 0.3)
    assert seen == [(20, 0.5)]

    def give_up(epoch: int, loss: float) -> None:
        raise Pruned(f"epoch {epoch}")

    with pytest.raises(Pruned, match="epoch 20"), pruning.asking(give_up):
        pruning.look(20, 0.5)
    pruning.look(40, 0.4)


def test_a_bad_training_is_given_up_and_is_neither_failed_nor_finished(run, tmp_path) -> None:
    rng, y = np.random.default_rng(0), np.repeat(np.arange(2), 15)
    np.savez(tmp_path / "two.npz", X=rng.random((30, 6)) + np.eye(2, 6)[y], y=y.astype(str))
    small = (
        "trainer.epochs=20",
        "trainer.batch=4",
        "network.hidden=16",
        "network.layers=2",
        "sampler.steps=2",
        "utility=none",
    )
    given = (f"data.path={tmp_path / 'two.npz'}", "data=table", "data.label=y", *small, "generator.ema=0")
    sweeper = ("hydra.sweeper.startup=1", "hydra.sweeper.test_seeds=0", "objective=test/samples/swd")
    # The first trial is the usual setting; at the other rates nothing is learned.
    space = "trainer.learning_rate=choice(0.001,1e-9,1e-8)"
    status, out, err = run("experiment=tune_diffusion", *given, *sweeper, space, "hydra.sweeper.n_trials=4")
    assert status == 0 and err == "", err
    assert "PRUNED at epoch 20: validation loss" in out and " pruned\n" in out
    found = statuses(tmp_path)
    pruned = [status for name, status in found if "learning_rate=1e-0" in name]
    assert "KILLED" in pruned and "FAILED" not in [status for _, status in found]
    tags = "SELECT COUNT(*) FROM tags JOIN runs USING (run_uuid) WHERE key = 'pruned' AND value = 'true' AND status = "
    assert statuses(tmp_path, f"{tags} 'KILLED'") == [(pruned.count("KILLED"),)]
    assert statuses(tmp_path, f"{tags} 'FINISHED'") == [(0,)]
    assert not [*(tmp_path / "out" / "fits").glob("*.unfinished")]


def test_a_worker_that_is_killed_ends_its_trial_and_the_study_goes_on_in_parallel(tmp_path) -> None:
    line = [sys.executable, "-m", "inn_experiments", "experiment=tune_nothing", "utility=none", "data.pool_seed=0"]
    line += ["objective=test/samples/fid", "seed=choice(0,1,2)", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
    line += ["hydra.sweeper.n_trials=5", "hydra.sweeper.test_seeds=0", f"paths.outputs={tmp_path / 'out'}"]
    where = {**os.environ, "PYTHONPATH": f"{STUB}{os.pathsep}{STUB.parents[1]}", "STUB": "1=kill"}
    done = subprocess.run(line, env=where, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    storage = f"sqlite:///{tmp_path / 'out' / 'studies.db'}"
    study = optuna.load_study(study_name=optuna.study.get_all_study_names(storage)[0], storage=storage)
    ends = {(trial.params["seed"], trial.state.name) for trial in study.trials}
    assert len(study.trials) == 5 and ("1", "FAIL") in ends and ("0", "COMPLETE") in ends
    assert {state for seed, state in ends if seed != "1"} == {"COMPLETE"}
    assert "killed: " in done.stderr and " killed" in done.stdout and "database is locked" not in done.stderr


@pytest.mark.parametrize("name", TUNED)
def test_every_ready_search_can_be_composed_at_the_ends_of_its_space(run, name) -> None:
    node = yaml.safe_load((config.CONF / "experiment" / f"{name}.yaml").read_text(encoding="utf-8"))["hydra"]["sweeper"]
    usual = yaml.safe_load((config.CONF / "hydra" / "sweeper" / "optuna.yaml").read_text(encoding="utf-8"))
    plan = plan_of({**usual, "storage": "x.db", **node})
    ends = {key: text.replace(" ", "").rstrip(")").rpartition("(")[2].split(",") for key, text in plan.params.items()}
    last = {key: values[-1] if "choice" in plan.params[key] else values[0] for key, values in ends.items()}
    for settings in ({key: values[0] for key, values in ends.items()}, last):
        cell = config.compose(f"experiment={name}", *(f"{key}={value}" for key, value in settings.items()), "inner=0")
        assert all(
            str(cell.value(key)) == value or float(cell.value(key)) == float(value) for key, value in settings.items()
        )
    rules.check(plan, cell.choices["generator"], "autoencoder" in cell.plain, plan.params)
    # The usual setting is tried first, so it has to be one of the space.
    space, usual = divided(plan.params, [], None)[0], config.compose(f"experiment={name}")
    assert [key for key, values in space.items() if not values.holds(usual.value(key))] == []
    assert cell.value("objective").startswith("utility/")
