"""hydra/launcher=stacked: the trainings of a sweep once each and side by side, the numbers those of each cell alone."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from inn_experiments.contracts import UserError, once_each
from inn_experiments.running import fits, outcomes, stack
from inn_experiments.running.stack import Task, stacked
from inn_experiments.synthesizers import direction

GRID = (
    *("data=two_clusters", "data.rows=120", "method=implicit,svd", "sampling=gaussian,convex", "seed=0,1"),
    *("trainer.epochs=3", "trainer.batch=50", "network.hidden=8", "utility=none", "tracking=none"),
)
STACKED = ("hydra/launcher=stacked", "hydra.launcher.n_jobs=1")


def task(name: str, alike: str | None, work: float = 1.0, most: int = 4) -> Task:
    return Task(None, name, {"name": name}, alike, most, work)


def test_what_is_alike_is_stacked_and_the_longest_work_comes_first() -> None:
    tasks = [*(task(f"a{i}", "a") for i in range(6)), *(task(f"b{i}", "b", 9) for i in range(2)), task("c", None, 2)]
    found = [[one.title for one in part] for part in stacked(tasks, 2)]
    assert found == [["b0", "b1"], ["a0", "a2", "a4"], ["a1", "a3", "a5"], ["c"]]
    assert stacked([], 2) == []


def test_there_are_enough_stacks_for_the_jobs_and_no_more_networks_than_asked() -> None:
    tasks = [task(str(i), "same") for i in range(4)]
    assert [len(part) for part in stacked(tasks, 1)] == [4]
    assert [len(part) for part in stacked(tasks, 2)] == [2, 2]
    assert [len(part) for part in stacked(tasks, 9)] == [1, 1, 1, 1]
    assert [len(part) for part in stacked([task(str(i), "same", most=1) for i in range(3)], 1)] == [1, 1, 1]


def reports(folder: Path) -> dict[str, dict]:
    """Cell and seed -> its numbers."""
    found = [json.loads(path.read_text()) for path in folder.rglob("report.json")]
    keys = ("key", "reference", "of")
    return {
        f"{one['cell']} {one['seed']}": {
            tuple(number.get(key) for key in keys): number["value"] for number in one["numbers"]
        }
        for one in found
    }


@pytest.fixture
def sizes(monkeypatch) -> list[int]:
    """How many networks learned side by side in each training."""
    found, fit = [], direction.fit_together

    def count(directions) -> None:
        found.append(len(directions))
        fit(directions)

    for module in (direction, stack):
        monkeypatch.setattr(module, "fit_together", count)
    return found


def test_a_sweep_has_the_numbers_of_each_cell_alone(run, tmp_path, sizes) -> None:
    status, out, err = run(*GRID, *STACKED, "-m")
    assert status == 0, err
    assert sorted(sizes) == [4, 4], (
        "a forward and an inverse network for each corruption and seed, shared by both methods"
    )
    assert "8 trainings for 8 cells, in 2 stacks ...\n8 trainings for 8 cells, in 2 stacks: " in out
    assert "of 8 cells: 8 finished" in out
    together = reports(tmp_path / "out")
    status, out, _ = run(*GRID, f"paths.outputs={tmp_path / 'alone'}", "-m")
    assert status == 0 and "stacks" not in out and sorted(sizes) == [1] * 8 + [4, 4]
    alone = reports(tmp_path / "alone")
    assert together.keys() == alone.keys() and len(alone) == 8
    for cell, numbers in alone.items():
        assert together[cell] == pytest.approx(numbers, rel=1e-4, nan_ok=True), cell
    sizes.clear()
    status, out, _ = run(*GRID, *STACKED, "generator.level=0.3", "-m")
    assert status == 0 and not sizes and "stacks" not in out, "all of it was kept"


def test_other_generators_and_cells_that_cannot_be_made_are_left_to_themselves(run, tmp_path, sizes) -> None:
    other = ("data=two_clusters", "data.rows=120", "utility=none", "tracking=none", "trainer.epochs=1")
    status, out, _ = run(*other, *STACKED, "preset=convex,inn_svd", "-m")
    assert status == 0 and sizes == [1] and "1 trainings" in out
    status, _, err = run(*other, *STACKED, "method=svd", "network=point_unet", "network.hidden=0,4", "loss=mse", "-m")
    assert status == 2 and "network.hidden: 0 will not do" in err and sizes == [1, 1]


def test_of_a_stack_that_diverges_each_cell_tells_of_itself(run, tmp_path) -> None:
    status, out, err = run(*GRID, *STACKED, "trainer.learning_rate=1e25", "seed=0,1", "loss=mse", "method=svd", "-m")
    assert status == 2 and "of 4 cells: 4 failed" in out
    assert err.count("training diverged") >= 4 and "Traceback" not in err


def test_an_interrupted_stack_is_gone_on_with(run, tmp_path, monkeypatch, sizes) -> None:
    kept, keep = [], fits.keep

    def lose(fresh, *others) -> None:
        kept.append(fresh)
        if len(kept) == 2:
            raise KeyboardInterrupt
        keep(fresh, *others)

    with monkeypatch.context() as patched:
        patched.setattr(fits, "keep", lose)
        status, _, _ = run(*GRID, *STACKED, "-m")
    assert status == 1 and sizes == [4], "nothing runs after an interrupt"
    assert not [path for path in (tmp_path / "out" / "fits").iterdir() if path.name.endswith(".new")]
    status, out, _ = run(*GRID, *STACKED, "-m")
    assert status == 0 and "of 8 cells: 8 finished" in out


def test_several_targets_are_made_once(tmp_path) -> None:
    def make(fresh: dict[Path, Path]) -> None:
        for target, path in fresh.items():
            path.write_text(target.name)

    first, second, third = (tmp_path / name for name in "abc")
    assert once_each([second, first], make) == [first, second]
    assert once_each([third, first], make) == [third] and third.read_text() == "c"

    def half(fresh: dict[Path, Path]) -> None:
        next(iter(fresh.values())).write_text("half")
        raise UserError("no")

    with pytest.raises(UserError):
        once_each([tmp_path / "d", tmp_path / "e"], half)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".lock") == ["a", "b", "c"]


def test_rows_of_two_data_sets_are_not_mixed_up(run, tmp_path, sizes) -> None:
    """They may be alike in number and width, at one seed."""
    sweep = [word for word in GRID if not word.startswith(("method=", "sampling=", "seed="))]
    sweep += ["method=svd", "seed=0", "data.noise=0.1,2"]
    assert run(*sweep, *STACKED, "-m")[0] == 0 and sizes == [2]
    assert run(*sweep, f"paths.outputs={tmp_path / 'alone'}", "-m")[0] == 0 and sizes == [2, 1, 1]

    def curves(folder: Path) -> dict[str, object]:
        """Rows trained on -> the curves of the network."""
        kept = [json.loads(path.read_text()) for path in folder.glob("fits/*/trained.json")]
        return {one["recipe"]["key"]["rows"]: one["state"]["curves"]["train/loss"][1] for one in kept}

    together, alone = curves(tmp_path / "out"), curves(tmp_path / "alone")
    assert together.keys() == alone.keys() and len(alone) == 2
    for rows, values in alone.items():
        assert together[rows] == pytest.approx(values, rel=1e-4)


def test_what_cells_share_does_not_count_as_their_time(tmp_path) -> None:
    outcomes.begin_now(tmp_path)
    assert not list(tmp_path.iterdir())
    cells = tmp_path / outcomes.CELLS
    cells.write_text("[]")
    os.utime(cells, (0, 0))
    outcomes.begin_now(tmp_path)
    assert cells.stat().st_mtime > 0


def test_a_long_training_of_stacks_says_how_far_it_is(run, monkeypatch) -> None:
    monkeypatch.setattr(stack, "WORTH_A_LINE", 0.0)
    status, out, _ = run(*GRID, *STACKED, "-m")
    assert status == 0 and re.search(r"1 of 2 stacks in \d+ s; about .* left", out), out
