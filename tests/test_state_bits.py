"""One seed gives the same bits: in every process, after an interruption, whatever the number of processors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "scripts"))
from torture.sweeps import ROOT, Sweep, differences, write_table

CELLS = {"implicit": ["method=implicit", "loss=mse"], "diffusion": ["generator=diffusion"]}
SMOKE = ["experiment=smoke", "data=table", "data.label=label", "final_fit=false"]
SMOKE += ["trainer.epochs=20", "trainer.checkpoint_minutes=0", "trainer.progress=false"]
PROCESSORS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
NEAR = 1e-3
"""How far a number may move, over its size, where sums are added up in another order."""


class Cell:
    """A small cell in the folder `work`, which is run in processes of its own."""

    def __init__(self, name: str, work: Path) -> None:
        self.told, self.work, self.table = CELLS[name], work, write_table(work / "table.csv")
        self.wanted = found(*self.begin("first", 1))

    def begin(self, name: str, offered: int, *more: str) -> tuple[subprocess.Popen, Sweep]:
        """A process that writes to the folder `name`, to whom the environment offers so many threads."""
        told = [*SMOKE, *self.told, f"data.path={self.table}", f"paths.outputs={self.work / name}", *more]
        environment = {**os.environ, **dict.fromkeys(PROCESSORS, str(offered)), "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-m", "inn_experiments", *told],
            env=environment,
            cwd=self.work,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        return process, Sweep("short", self.work / name, self.table)


@pytest.fixture(scope="module", params=CELLS)
def cell(request, tmp_path_factory) -> Cell:
    return Cell(request.param, tmp_path_factory.mktemp(request.param))


def found(process: subprocess.Popen, sweep: Sweep) -> dict:
    """The report, without what is of the clock, and marks of samples and figures, of the one FINISHED run."""
    _, said = process.communicate()
    assert process.returncode == 0, said
    ((run,),) = (runs.values() for runs in sweep.results().values())
    return run


def kill_in_training(process: subprocess.Popen, sweep: Sweep) -> None:
    """Kill the process once a checkpoint lies on the disk."""
    end = time.monotonic() + 300
    while not list(sweep.outputs.glob("fits/*.unfinished/**/*.ckpt")):
        assert process.poll() is None and time.monotonic() < end, "it ended before a checkpoint was there"
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_a_process_that_is_offered_four_threads_finds_the_same_bits(cell) -> None:
    """A cell works with trainer.threads of them, which is one."""
    assert differences(cell.wanted, found(*cell.begin("second", 4))) == []


def test_a_training_that_was_killed_goes_on_to_the_same_bits(cell) -> None:
    kill_in_training(*(lost := cell.begin("third", 1)))
    assert not lost[1].results(), "it was killed before its end"
    assert differences(cell.wanted, found(*cell.begin("third", 1))) == []


def test_four_threads_find_numbers_that_are_near(cell) -> None:
    """Sums in another order have other last digits, so that bits are promised for one number of threads alone."""
    four = found(*cell.begin("four", 4, "trainer.threads=4"))
    assert [number["key"] for number in cell.wanted["numbers"]] == [number["key"] for number in four["numbers"]]
    for one, other in zip(cell.wanted["numbers"], four["numbers"], strict=True):
        assert other["value"] == pytest.approx(one["value"], rel=NEAR, abs=NEAR), one["key"]
