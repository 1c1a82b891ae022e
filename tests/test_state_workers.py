"""Cells of a parallel sweep whose workers are killed: what is run again, what is given up, and in which order."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hydra.core.utils import JobReturn, JobStatus
from joblib.externals.loky.process_executor import TerminatedWorkerError

from inn_experiments.running import sweep, workers


class Pool:
    """A launcher whose workers are killed at some cells, for so many times; others of a pool begin and are lost."""

    def __init__(self, folder: Path, killed: dict[str, int]) -> None:
        self.folder, self.killed, self.launched = folder, killed, []

    def __call__(self, cells, first) -> list[JobReturn]:
        self.launched.append([cell[0] for cell in cells])
        found = []
        for place, (cell,) in enumerate(cells):
            number = first + place
            (self.folder / str(number)).mkdir(exist_ok=True)
            if self.killed.get(cell, 0):
                self.killed[cell] -= 1
                if place + 1 < len(cells):
                    # The next one had begun, too.
                    (self.folder / str(number + 1)).mkdir(exist_ok=True)
                raise TerminatedWorkerError("killed")
            outcome = {"status": "finished", "exit": 0, "value": number / 2}
            (self.folder / str(number) / workers.RESULT).write_text(json.dumps(outcome), encoding="utf-8")
            made = JobReturn(overrides=[cell], status=JobStatus.COMPLETED)
            made.return_value = number / 2
            found.append(made)
        return found


def values(pool: Pool, *cells: str, first: int = 0) -> list[float]:
    return [one.return_value for one in workers.launch(pool, [[cell] for cell in cells], first, pool.folder)]


def test_without_a_killed_worker_cells_are_launched_at_once(tmp_path, capsys) -> None:
    pool = Pool(tmp_path, {})
    assert values(pool, "a", "b", first=3) == [1.5, 2.0] and pool.launched == [["a", "b"]]
    assert capsys.readouterr().err == ""


def test_who_had_begun_runs_again_alone_and_the_rest_together(tmp_path, capsys) -> None:
    pool = Pool(tmp_path, {"b": 1})
    assert values(pool, "a", "b", "c", "d", "e") == [0, 0.5, 1, 1.5, 2]
    assert pool.launched == [["a", "b", "c", "d", "e"], ["b"], ["c"], ["d", "e"]]
    assert "2 cells that had begun are run again, each alone" in capsys.readouterr().err


def test_a_cell_whose_worker_is_killed_again_ends_with_its_reason(tmp_path) -> None:
    pool = Pool(tmp_path, {"b": 2, "e": 2})
    found = values(pool, "a", "b", "c", "d", "e")
    assert [place for place, value in enumerate(found) if math.isnan(value)] == [1, 4]
    outcome = json.loads((tmp_path / "1" / sweep.RESULT).read_text())
    assert (outcome["status"], outcome["exit"], outcome["overrides"]) == ("killed", 1, ["b"])
    assert "also when it ran alone" in outcome["error"]


def test_workers_that_are_killed_again_and_again_before_any_cell_end_the_sweep(tmp_path) -> None:
    launched = []

    def run(cells, first):
        launched.append(first)
        raise TerminatedWorkerError("killed")

    with pytest.raises(TerminatedWorkerError):
        workers.launch(run, [["a"], ["b"]], 0, tmp_path)
    assert len(launched) == workers.TRIES


def test_a_worker_that_is_killed_before_its_first_cell_hinders_none(tmp_path, capsys) -> None:
    pool, killed = Pool(tmp_path, {}), []

    def run(cells, first):
        if not killed:
            killed.append(first)
            raise TerminatedWorkerError("killed")
        return pool(cells, first)

    found = workers.launch(run, [["a"], ["b"]], 0, tmp_path)
    assert [one.return_value for one in found] == [0, 0.5] and "no cell was lost" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"status": "finished"}', '{"status": "finished", "exit": []}']
)
def test_a_result_that_cannot_be_read_is_a_missing_one(tmp_path, content) -> None:
    (tmp_path / sweep.RESULT).write_text(content, encoding="utf-8")
    assert sweep.outcome_of(tmp_path) == {"status": "missing", "exit": 1}
    (tmp_path / sweep.CELLS).write_text(content, encoding="utf-8")
    assert not sweep.expected(tmp_path) or content.startswith('{"')


def test_a_result_of_an_earlier_sweep_in_the_same_folder_is_not_taken_for_todays(tmp_path) -> None:
    (tmp_path / "1").mkdir()
    old = json.dumps({"status": "finished", "value": 99.0})
    (tmp_path / "1" / workers.RESULT).write_text(old, encoding="utf-8")
    assert values(Pool(tmp_path, {"a": 2}), "a", "b")[1] == 0.5
