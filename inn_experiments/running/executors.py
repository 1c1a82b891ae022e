"""How submitit's jobs are submitted, found alive and asked to end: in Slurm's queue, or as processes here."""

import os
import signal
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hydra.plugins.launcher import Launcher

from inn_experiments.contracts import UserError

if TYPE_CHECKING:
    from submitit import Job

NUMBERS = ("timeout_min", "array_parallelism", "cpus_per_task")


class Jobs(Protocol):
    """Jobs of a sweep; `settings` are the launcher's, `sweep` the folder.

    Attributes:
        at_once: jobs that may be there before more are submitted.
        block: how many are submitted together at most.
        every: seconds between two looks at them.
    """

    at_once: int
    block: int
    every: float

    def __init__(self, settings: Mapping[str, Any], sweep: Path) -> None: ...

    def submit(self, call: Launcher, given: Sequence[tuple[Any, ...]]) -> "list[Job]":
        """Submit `call` with each of these arguments; raises UserError where that cannot be."""

    def gone(self, jobs: "Mapping[int, Job]") -> Collection[int]:
        """The numbers of those that run no longer, nor wait."""

    def stop(self, jobs: "Iterable[Job]") -> None:
        """Take back those that wait, and ask those that run to end."""


class Local:
    """Processes of this machine."""

    block, every = 1, 0.2

    def __init__(self, settings: Mapping[str, Any], sweep: Path) -> None:
        import submitit

        check(settings, sweep)
        self.at_once = settings["array_parallelism"]
        self.executor = submitit.LocalExecutor(settings["submitit_folder"], settings["max_num_timeout"])
        names = ("timeout_min", "signal_delay_s", "stderr_to_stdout", "gpus_per_node")
        given = {name: settings[name] for name in names if settings.get(name) is not None}
        self.executor.update_parameters(tasks_per_node=1, **given)

    def submit(self, call: Launcher, given: Sequence[tuple[Any, ...]]) -> "list[Job]":
        """Start them."""
        with _unheard(signal.SIGINT):
            return [self.executor.submit(call, *each) for each in given]

    def gone(self, jobs: "Mapping[int, Job]") -> set[int]:
        """Those whose process has ended."""
        return {number for number, job in jobs.items() if job.get_info()["jobState"] != "RUNNING"}

    def stop(self, jobs: "Iterable[Job]") -> None:
        """Send them SIGTERM."""
        for job in jobs:
            # Submitit's process hands it on to that of the cell, and bears its number.
            try:
                os.kill(int(job.job_id), signal.SIGTERM)
            except ProcessLookupError:
                continue


class Slurm:
    """Job arrays in the queue of Slurm, whose commands tell what is there: accounting need not be on."""

    block, every = 1000, 2.0

    def __init__(self, settings: Mapping[str, Any], sweep: Path) -> None:
        import submitit

        check(settings, sweep)
        self.at_once = settings["array_parallelism"]
        try:
            self.executor = submitit.SlurmExecutor(settings["submitit_folder"], settings["max_num_timeout"])
        except RuntimeError:
            raise UserError(
                "hydra/launcher=submitit_slurm: there is no srun on this machine; call it where Slurm's commands are"
            ) from None
        names = {"name": "job_name", "timeout_min": "time", "tasks_per_node": "ntasks_per_node"}
        given = {names.get(name, name): value for name, value in settings.items() if value is not None}
        memory = given.pop("mem_gb", None)
        if memory is not None:
            given["mem"] = f"{memory}GB"
        for name in ("submitit_folder", "max_num_timeout", "_target_"):
            given.pop(name, None)
        self.executor.update_parameters(**given)
        self.absent: set[str] = set()
        self.asked = 0

    def submit(self, call: Launcher, given: Sequence[tuple[Any, ...]]) -> "list[Job]":
        """Submit them as one array, and say its number."""
        from submitit.core.utils import FailedJobError, FailedSubmissionError

        try:
            jobs = self.executor.map_array(call, *zip(*given, strict=True))
        except (FailedJobError, FailedSubmissionError) as error:
            reason = " ".join(str(error).split())
            raise UserError(f"hydra/launcher=submitit_slurm: Slurm did not take the jobs: {reason}") from None
        array = jobs[0].job_id.partition("_")[0]
        print(f"Slurm's job {array}: {len(jobs)} cells; files of the jobs: {self.executor.folder}", flush=True)
        return jobs

    def gone(self, jobs: "Mapping[int, Job]") -> set[int]:
        """Those that the queue does not have, twice in a row; none where it cannot be asked."""
        self.asked += 1
        if self.asked % 4:
            return set()
        # One line for each job, of an array or not.
        answer = _command("squeue", "--me", "--noheader", "--array", "--format=%F_%K")
        if answer.returncode:
            return set()
        there = {line.removesuffix("_N/A") for line in answer.stdout.split()}
        before, self.absent = self.absent, {job.job_id for job in jobs.values() if job.job_id not in there}
        return {number for number, job in jobs.items() if job.job_id in self.absent & before}

    def stop(self, jobs: "Iterable[Job]") -> None:
        """Cancel those that wait, and send the others SIGINT: SIGTERM they let pass."""
        names = [job.job_id for job in jobs]
        _command("scancel", "--state=PENDING", *names)
        _command("scancel", "--signal=INT", *names)


def check(settings: Mapping[str, Any], sweep: Path) -> None:
    """Raise UserError for settings of a launcher that submitit would meet with a traceback."""
    for name in NUMBERS:
        value = settings.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UserError(f"hydra.launcher.{name}={value}: must be a whole number, 1 or more")
    for name in ("tasks_per_node", "nodes"):
        if settings.get(name, 1) != 1:
            raise UserError(f"hydra.launcher.{name}={settings[name]}: a cell is one process; leave it at 1")
    folder = str(settings["submitit_folder"])
    if not Path(os.path.normpath(Path(folder).absolute())).is_relative_to(sweep):
        raise UserError(f"hydra.launcher.submitit_folder={folder}: it has to lie below the sweep's folder {sweep}")


def _command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


@contextmanager
def _unheard(number: signal.Signals) -> Iterator[None]:
    """What is started within never hears this signal: Ctrl-C is the sweep's, which asks its jobs to end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
