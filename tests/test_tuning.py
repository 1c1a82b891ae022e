"""A search of settings with the real Optuna: what is told to the study, what goes on, and what is said in the end.

The cells are those of the command line, and their pipeline is a line of arithmetic.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import types
from pathlib import Path

import pytest

from inn_experiments.contracts import Number, Report, UserError
from inn_experiments.reports.__main__ import main as reports
from inn_experiments.running import job
from inn_experiments.tuning import store
from inn_experiments.tuning.aim import aim

optuna = pytest.importorskip("optuna", reason="the extra optuna is not installed")

SWD = ("utility=none", "objective=test/samples/swd", "hydra.sweeper.divisions=1", "tracking=none")
BASE = ("experiment=tune_smote", *SWD)
F1 = "utility/same_rows/real/f1_macro"


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch):
    """Lets each cell's value be what `found.value(cell)` says; `found.ran` lists those that were computed."""
    found = types.SimpleNamespace(ran=[], value=lambda cell: abs(cell.value("generator.neighbours") - 8) / 10)

    def compute(cell, run, begun) -> Report:
        found.ran.append(cell)
        number = Number(cell.value("objective"), found.value(cell))
        return Report(cell.name, cell.seed, cell.fingerprint, cell.axes, 0, [number])

    begun = types.SimpleNamespace(report=types.SimpleNamespace(split={}), split=types.SimpleNamespace(name="rows"))
    monkeypatch.setattr(job, "begin", lambda cell: begun)
    monkeypatch.setattr(job, "_pipeline", lambda: types.SimpleNamespace(build=lambda cell: None, run=compute))
    return found


def answer(tmp_path: Path) -> dict:
    """The newest study.json."""
    return json.loads(max((tmp_path / "out" / "hydra").glob("*/study.json")).read_text(encoding="utf-8"))


def ask(tmp_path: Path, query: str) -> list[tuple]:
    connection = sqlite3.connect(tmp_path / "out" / "mlflow.db")
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def stored(tmp_path: Path):
    """The one study, read from its file."""
    address = f"sqlite:///{tmp_path / 'out' / 'studies.db'}"
    (name,) = optuna.study.get_all_study_names(address)
    return optuna.load_study(study_name=name, storage=address)


def test_the_best_setting_is_found_told_and_run_on_test_rows_once(run, cells, tmp_path) -> None:
    status, out, err = run(*BASE, "tracking=mlflow", "hydra.sweeper.n_trials=7", "hydra.sweeper.test_seeds=2")
    assert status == 0 and err == "", err
    told = answer(tmp_path)
    # The usual setting is tried first, so that there is something to compare with.
    assert "[1/7] coffee-smote-inner0 seed 0 generator.neighbours=5 -> 0.3: finished" in out
    best = min(abs(cell.value("generator.neighbours") - 8) / 10 for cell in cells.ran)
    assert told["inner"]["best"] == best < told["inner"]["usual"] == 0.3
    assert told["trials"] == {"finished": 7, "pruned": 0, "failed": 0} and len(told["tried"]) == 7
    assert f"on inner rows: best {best:.4g} ({told['best'][0]}), usual settings 0.3" in out
    assert told["test"]["best"] == [best, best] and told["test"]["usual"] == [0.3, 0.3]
    inner = [cell.value("inner") for cell in cells.ran]
    assert set(inner[:-4]) == {0} and inner[-4:] == [None] * 4
    assert {cell.value("data.pool_seed") for cell in cells.ran} == {0}
    # What was searched is in the record of each run, and the command is that of the cell on test rows.
    names = [name for (name,) in ask(tmp_path, "SELECT name FROM runs WHERE name LIKE '%inner%'")]
    assert names and all("generator.neighbours=" in name for name in names)
    assert len(set(ask(tmp_path, "SELECT value FROM params WHERE key = 'generator.neighbours'"))) >= 3
    assert told["command"] in out
    # A report of this outputs folder is of the cells on test rows, unless it is asked for the trials.
    told_of = ["compare", "--outputs", str(tmp_path / "out"), "--rows", "data,generator.neighbours", "--to"]
    assert reports([*told_of, str(tmp_path / "r.md"), "--columns", "test/samples/swd"]) == 0
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert text.count("| coffee |") == 2 and "0.3" in text
    assert reports([*told_of, str(tmp_path / "i.md"), "--columns", "test/samples/swd", "--only", "inner=0"]) == 0
    status, out, _ = run(*told["command"].split()[3:])
    assert status == 0 and "skipped: a finished run" in out


def test_a_repeated_command_goes_on_to_so_many_trials_and_skips_finished_cells(run, cells, tmp_path) -> None:
    given = (*BASE, "tracking=mlflow", "hydra.sweeper.test_seeds=1")
    assert run(*given, "hydra.sweeper.n_trials=2")[0] == 0
    status, out, _ = run(*given, "hydra.sweeper.n_trials=3")
    assert status == 0 and "3 trials, 2 of them done" in out and "[3/3]" in out and "[2/3]" not in out
    assert len(stored(tmp_path).trials) == 3
    before = len(cells.ran)
    status, out, _ = run(*given, "hydra.sweeper.n_trials=3")
    assert status == 0 and len(cells.ran) == before and "skipped" in out


def test_other_fixed_settings_are_another_study(run, cells, tmp_path) -> None:
    given = (*BASE, "hydra.sweeper.test_seeds=0", "hydra.sweeper.n_trials=1")
    assert run(*given)[0] == 0 and run(*given, "data.test_fraction=0.4")[0] == 0
    known = optuna.study.get_all_study_names(f"sqlite:///{tmp_path / 'out' / 'studies.db'}")
    assert len(known) == 2
    status, _, err = run(*given, f"hydra.sweeper.study_name={known[0]}", f"seed={3}")
    assert status == 2 and f"study_name={known[0]}" in err and err.count("\n") == 1


def test_a_trial_that_was_cut_off_is_tried_again_and_counts_once(run, cells, tmp_path) -> None:
    given = (*BASE, "hydra.sweeper.test_seeds=0")
    assert run(*given, "hydra.sweeper.n_trials=1")[0] == 0
    cut = stored(tmp_path).ask({"generator.neighbours": optuna.distributions.IntDistribution(1, 11)})
    status, out, _ = run(*given, "hydra.sweeper.n_trials=2")
    assert status == 0 and f"[2/2] coffee-smote-inner0 seed 0 generator.neighbours={cut.params.popitem()[1]}" in out
    assert answer(tmp_path)["trials"]["finished"] == 2 and answer(tmp_path)["test"] is None


def test_failing_trials_are_told_to_the_study_which_goes_on(run, cells, tmp_path) -> None:
    def value(cell) -> float:
        neighbours = cell.value("generator.neighbours")
        if neighbours == 6:
            raise UserError("six will not do")
        if neighbours == 7:
            raise RuntimeError("seven breaks")
        return float("nan") if neighbours == 8 else neighbours / 10

    cells.value = value
    space = "generator.neighbours=choice(6,7,8,5,no)"
    status, out, err = run(*BASE, space, "hydra.sweeper.n_trials=14", "hydra.sweeper.sampler=random")
    study = stored(tmp_path)
    ends = {trial.params["generator.neighbours"]: trial.state.name for trial in study.trials}
    assert len(study.trials) == 14 and ends.pop("5") == "COMPLETE" and set(ends.values()) == {"FAIL"} and len(ends) == 4
    assert status == 1 and "six will not do" in err and "seven breaks" in err and "these count as trials" in err
    counts = answer(tmp_path)["trials"]
    assert counts["failed"] + counts["finished"] == 14 and f"{counts['failed']} failed" in out
    assert any("not finite" in one.get("why", "") for one in answer(tmp_path)["tried"])
    assert "usual settings are the best of the trials: nothing is gained" in out


def test_the_direction_follows_from_the_metric(run, cells, tmp_path) -> None:
    assert aim("test/samples/c2st").told(0.3) == pytest.approx(0.2)
    given = (*BASE, "utility=smoke", f"objective={F1}", "hydra.sweeper.test_seeds=0")
    status, out, _ = run(*given, "hydra.sweeper.n_trials=4")
    assert status == 0 and "higher is better" in out and stored(tmp_path).direction.name == "MAXIMIZE"
    assert answer(tmp_path)["inner"]["best"] == max(trial.value for trial in stored(tmp_path).trials)


def test_a_value_of_several_divisions_is_their_mean(run, cells, tmp_path) -> None:
    cells.value = lambda cell: 1.0 + (cell.value("inner") or 0)
    status, out, _ = run(*BASE, "hydra.sweeper.divisions=3", "hydra.sweeper.n_trials=1", "hydra.sweeper.test_seeds=0")
    assert status == 0 and "[1/1 part 3/3]" in out and answer(tmp_path)["inner"]["best"] == 2.0


def test_a_search_among_seeds_gains_nothing_however_lucky_its_best(run, cells, tmp_path) -> None:
    cells.value = lambda cell: 1.0 / (1 + cell.seed)
    status, out, _ = run("experiment=tune_nothing", *SWD, "hydra.sweeper.n_trials=5")
    told = answer(tmp_path)
    assert status == 0 and told["inner"]["best"] < told["inner"]["usual"]
    assert told["test"]["gain"] == 0 and "a seed is luck, and no setting: nothing is gained" in out
    assert "seed=" not in told["command"].replace("pool_seed=", "")


def test_a_setting_that_changes_nothing_but_luck_shows_no_gain_on_test_rows(run, cells, tmp_path) -> None:
    # Inside, the value follows the setting; on test rows, the draws alone.
    draws = iter([0.3, 0.5, 0.4, 0.5, 0.3, 0.4])
    cells.value = lambda cell: cell.value("generator.neighbours") / 10 if "inner" in cell.plain else next(draws)
    status, out, _ = run(*BASE, "hydra.sweeper.n_trials=6")
    told = answer(tmp_path)
    assert status == 0 and told["inner"]["best"] < told["inner"]["usual"] and told["verdict"] == "no gain is shown"
    assert "the best of 6 trials is partly luck" in out and len(told["test"]["seeds"]) == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["objective=test/samples/nothing"], ["no measure says which way it is better"]),
        (["objective=[test/samples/fid,test/samples/swd]"], ["one metric", "a search has one direction"]),
        (["data=two_clusters"], ["data=two_clusters draws its rows"]),
        (["inner=1"], ["inner: a study decides it itself"]),
        (["register=name"], ["register: a study decides it itself"]),
        (["generator.neighbour=range(1,5)"], ["neighbour"]),
        (["generator.neighbours=interval(5,1)"], ["generator.neighbours=interval(5,1) is empty"]),
        (["generator.neighbours=range(5,1)"], ["has no values in rising order"]),
        (["generator.neighbours=5"], ["there is nothing to search"]),
        (["hydra.sweeper.n_trials=0"], ["hydra.sweeper.n_trials: 0", "greater than or equal to 1"]),
        (["hydra.sweeper.sampler=grid"], ["hydra.sweeper.sampler: 'grid'"]),
        (["+hydra.sweeper.direction=maximize"], ["unknown key 'direction'"]),
        (["hydra.sweeper.pruner=median"], ["generator=smote has no single training"]),
        (["hydra.sweeper.storage=/elsewhere.db"], ["below paths.outputs"]),
        (["hydra.sweeper.storage=sqlite:////elsewhere.db"], ["below paths.outputs"]),
        (["hydra.sweeper.storage=postgresql://me:secret@host/db"], ["holds a password"]),
    ],
)
def test_a_mistake_is_one_line_before_the_first_trial(run, cells, tmp_path, given, words) -> None:
    status, out, err = run(*BASE, *given)
    assert status == 2 and not cells.ran and "secret" not in out + err
    assert err.startswith("error: ") and err.count("\n") == 1 and all(word in err for word in words), err
    assert "of 0 cells" not in out


def test_without_optuna_a_line_says_what_to_install(run, cells, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    store.optuna.cache_clear()
    status, _, err = run(*BASE)
    assert status == 2 and "pip install 'inn-experiments[optuna]'" in err and err.count("\n") == 1
    store.optuna.cache_clear()


def test_a_file_that_is_no_study_is_named(run, cells, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "studies.db").write_text("not a database, but a text of some length " * 9)
    status, _, err = run(*BASE)
    assert status == 2 and "studies.db: Optuna cannot use this database" in err and err.count("\n") == 1
