"""The cells of a sweep as jobs of submitit, in Slurm's queue or as processes here: each tells how it ends.

Submitit carries what it runs, and what that gives, as pickles of its own. What a cell gave is read from its
`result.json`, as everywhere: nothing is unpickled here.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher

from inn_experiments.contracts import stopping, write_text
from inn_experiments.contracts.lines import told
from inn_experiments.running.executors import Jobs
from inn_experiments.running.sweep import RESULT, expected, outcome_of
from inn_experiments.running.workers import ENDED, Cells, answer, give_up

if TYPE_CHECKING:
    from submitit import Job

PATIENCE = 20.0
"""Seconds that jobs have, after a signal to the sweep, to keep their trainings and to end."""
OWN = re.compile(r"\[(\d+/\d+|#\d+)[^]]*\] .*")
"""The line that a cell prints at its end."""


@contextmanager
def within_job(local: bool) -> Iterator[None]:
    """Around a cell, in its job: what an earlier start left half written goes, and what comes late is not heard.

    Args:
        local: the job is a process of the sweep's own machine, where SIGTERM ends it; a queue sends it in advance of
            its real signal, and submitit lets it pass.
    """
    import submitit

    paths = submitit.JobEnvironment().paths
    for path in (paths.result_pickle, paths.submitted_pickle):
        # Submitit would refuse to write beside it, and nobody would hear of the cell.
        path.with_suffix(f"{path.suffix}.save_tmp").unlink(missing_ok=True)
    if local:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        yield
    finally:
        # The cell is done: only its end is left to be noted, in which submitit must not be broken off.
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, signal.SIG_IGN)


def launch(launcher: Launcher, jobs: type[Jobs], cells: Cells, first: int) -> list[JobReturn]:
    """Submit the cells and wait for all, whatever happens to their jobs; returns what each gave, cell by cell.

    Args:
        launcher: of the sweep, which is called with each cell in its job.
        jobs: how they are submitted.
        cells: to be run.
        first: number of the first.

    Raises:
        UserError: the jobs cannot be submitted.
    """
    batch = _Batch(launcher, jobs, {first + place: list(overrides) for place, overrides in enumerate(cells)})
    try:
        return batch.run()
    except BaseException:
        batch.stop()
        raise


class _Batch:
    """Cells that are submitted; `told` is number -> overrides."""

    def __init__(self, launcher: Launcher, jobs: type[Jobs], told: dict[int, list[str]]) -> None:
        self.launcher, self.told = launcher, told
        self.sweep = Path(str(launcher.config.hydra.sweep.dir)).absolute()
        self.sweep.mkdir(parents=True, exist_ok=True)
        self.jobs = jobs(launcher.params, self.sweep)
        self.count = len(expected(self.sweep) or ())
        self.living: dict[int, Job] = {}
        self.requeues: dict[int, int] = {}
        self.found: dict[int, JobReturn] = {}

    def run(self) -> list[JobReturn]:
        waiting = deque(self.told)
        while waiting or self.living:
            while waiting and len(self.living) < self.jobs.at_once:
                size = min(self.jobs.block, len(waiting))
                self._submit([waiting.popleft() for _ in range(size)])
            time.sleep(self.jobs.every)
            stopping.check()
            gone = self.jobs.gone(self.living)
            for number, job in list(self.living.items()):
                self._look(number, job, number in gone)
        return [self.found[number] for number in self.told]

    def stop(self) -> None:
        """Ask the jobs that run to keep their trainings and end, take back those that wait, and wait for a while."""
        if not self.living:
            return
        self.jobs.stop(self.living.values())
        print(f"jobs asked to keep their trainings and end: {len(self.living)}", file=sys.stderr, flush=True)
        until = time.monotonic() + PATIENCE
        while self.living and time.monotonic() < until:
            time.sleep(self.jobs.every)
            gone = self.jobs.gone(self.living)
            for number, job in list(self.living.items()):
                if number in gone or job.paths.result_pickle.exists():
                    del self.living[number]

    def _submit(self, numbers: list[int]) -> None:
        for number in numbers:
            # Of an earlier sweep in this folder.
            (self.sweep / str(number) / RESULT).unlink(missing_ok=True)
        state = Singleton.get_state()
        given = [(self.told[number], "hydra.sweep.dir", number, f"job_id_for_{number}", state) for number in numbers]
        self.living |= zip(numbers, self.jobs.submit(self.launcher, given), strict=True)

    def _look(self, number: int, job: Job, gone: bool) -> None:
        """Tell what became of a job since the last look."""
        # First of all: what a job has written by the time that it has ended is whole.
        ended, folder = job.paths.result_pickle.exists(), self.sweep / str(number)
        outcome = outcome_of(folder)
        if outcome["status"] == "requeued" and not (ended or gone):
            written = (folder / RESULT).stat().st_mtime_ns
            if self.requeues.get(number) != written:
                self.requeues[number] = written
                self._tell(number, "requeued: it goes on from what is kept", sys.stderr)
        elif ended or gone:
            del self.living[number]
            self.found[number] = self._ended(number, job, outcome, ended)

    def _ended(self, number: int, job: Job, outcome: dict[str, Any], whole: bool) -> JobReturn:
        overrides, status = self.told[number], outcome["status"]
        if status in ENDED and status != "failed":
            own = _own_line(job.paths.stdout)
            self._tell(number, own or status, None if own else sys.stdout)
        elif status == "failed" or (status == "killed" and whole):
            self._tell(number, f"{status}: {outcome.get('error') or 'stopped by a signal'}", sys.stderr)
        elif whole:
            outcome = {"status": "failed", "exit": 1, "overrides": overrides, "error": _last_line(job.paths.stderr)}
            folder = self.sweep / str(number)
            folder.mkdir(exist_ok=True)
            write_text(folder / RESULT, json.dumps(outcome, indent=1) + "\n")
            self._tell(number, f"failed: {outcome['error']}", sys.stderr)
        else:
            reason = f"its job {job.job_id} was killed or cancelled (out of memory or time?), see {job.paths.stderr}"
            self._tell(number, f"killed: {reason}", sys.stderr)
            return give_up(overrides, number, self.sweep, reason)
        return answer(overrides, outcome)

    def _tell(self, number: int, line: str, stream: TextIO | None = None) -> None:
        if stream is not None:
            common = set.intersection(*map(set, self.told.values())) if len(self.told) > 1 else set()
            name = " ".join(one for one in self.told[number] if one not in common)
            count = f"{number + 1}/{self.count}" if self.count else f"#{number}"
            line = told(f"[{count}] {name}: {line.splitlines()[0]}")
        print(line, file=stream or sys.stdout, flush=True)


def _own_line(log: Path) -> str:
    """What the cell itself said at its end; nothing where that is not there."""
    return ["", *(line for line in _lines(log) if OWN.fullmatch(line))][-1]


def _last_line(log: Path) -> str:
    return ["it ended before its cell began", *(line for line in _lines(log) if line.strip())][-1]


def _lines(log: Path) -> list[str]:
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
