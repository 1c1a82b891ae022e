"""Parallel cells of a sweep when a worker process is killed: its cell ends, and the others go on."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from joblib.externals.loky.process_executor import TerminatedWorkerError

from inn_experiments.contracts import write_text
from inn_experiments.running.sweep import RESULT, outcome_of

ENDED = ("finished", "skipped", "failed", "pruned")
"""Outcomes that a cell itself has written."""
TRIES = 3
"""Pools in a row of which a worker is killed before any cell of theirs has begun."""
KILLED = "its worker process was killed, also when it ran alone (out of memory?)"

Cells = Sequence[Sequence[str]]
"""The overrides of each cell."""
Launch = Callable[[Cells, int], Sequence[JobReturn]]
"""Runs the cells, which are numbered from there on; raises TerminatedWorkerError when one of the workers is killed."""


def launch(run: Launch, cells: Cells, first: int, sweep: Path) -> list[JobReturn]:
    """Run the cells in parallel, whatever happens to their workers; returns what `run` does, cell by cell.

    The pool breaks with any of its workers, and who was killed it does not say. So the cells that had begun are run
    again, each alone; one whose worker is killed again ends with that, and the rest goes on in parallel.

    Args:
        run: of the launcher.
        cells: to be run.
        first: number of the first.
        sweep: folder of the sweep, in which each cell has one of its number.

    Raises:
        TerminatedWorkerError: workers are killed before they have begun a cell, again and again.
    """
    told = {first + place: list(overrides) for place, overrides in enumerate(cells)}
    for number in told:
        (sweep / str(number) / RESULT).unlink(missing_ok=True)
    found: dict[int, JobReturn] = {}
    fruitless = 0
    while left := [number for number in told if number not in found]:
        before = _begun(sweep, left)
        for block in _blocks(left):
            try:
                found |= zip(block, run([told[number] for number in block], block[0]), strict=True)
            except TerminatedWorkerError:
                found |= {number: answer(told[number], outcome) for number, outcome in _ended(sweep, block)}
                lost = [number for number in _begun(sweep, block) if number not in found]
                fruitless = 0 if lost or _begun(sweep, block) - before else fruitless + 1
                if fruitless == TRIES:
                    raise
                _say(len(lost))
                found |= {number: _alone(run, told[number], number, sweep) for number in lost}
                break
    return [found[number] for number in told]


def _alone(run: Launch, overrides: list[str], number: int, sweep: Path) -> JobReturn:
    try:
        return run([overrides], number)[0]
    except TerminatedWorkerError:
        return give_up(overrides, number, sweep, KILLED)


def give_up(overrides: list[str], number: int, sweep: Path, reason: str) -> JobReturn:
    """Let the cell of this number end as killed for this reason; returns what that gives a sweeper."""
    outcome = {"status": "killed", "exit": 1, "overrides": overrides, "error": reason}
    folder = sweep / str(number)
    folder.mkdir(exist_ok=True)
    write_text(folder / RESULT, json.dumps(outcome, indent=1) + "\n")
    return answer(overrides, outcome)


def _begun(sweep: Path, numbers: Iterable[int]) -> set[int]:
    """Those whose folder is there: Hydra makes it when a cell begins."""
    return {number for number in numbers if (sweep / str(number)).is_dir()}


def _ended(sweep: Path, numbers: Iterable[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number in numbers:
        outcome = outcome_of(sweep / str(number))
        if outcome["status"] in ENDED:
            yield number, outcome


def answer(overrides: list[str], outcome: dict[str, Any]) -> JobReturn:
    """What a cell gives a sweeper, from its outcome: NaN for one that failed."""
    found = JobReturn(overrides=overrides, status=JobStatus.COMPLETED)
    found.return_value = outcome.get("value", float("nan"))
    return found


def _blocks(numbers: list[int]) -> Iterator[list[int]]:
    """The numbers in runs without a gap."""
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield numbers[start:place]
            start = place


def _say(count: int) -> None:
    again = f"{count} cells that had begun are run again, each alone" if count else "no cell was lost"
    print(f"a worker process was killed (out of memory?): {again}", file=sys.stderr, flush=True)
