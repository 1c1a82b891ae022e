"""The cells of a sweep on Ray's machines: a worker, or a node, that is lost ends its own cell at most."""

import io
import json
import os
import socket
import sys
import time
from collections import Counter, deque
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn
from omegaconf import OmegaConf

from inn_experiments.contracts import UserError, stopping, write_text
from inn_experiments.contracts.lines import told
from inn_experiments.contracts.secrets import masked
from inn_experiments.running import failures, ray_cluster
from inn_experiments.running.sweep import RESULT, State
from inn_experiments.running.workers import Cells, answer, give_up

if TYPE_CHECKING:
    from hydra_plugins.hydra_ray_launcher.ray_launcher import RayLauncher

AHEAD = 2
"""Cells handed to Ray for each that can run, so that none of its places waits."""
PATIENCE = 10.0
"""Seconds that running cells have, after a signal, to write their checkpoints and that they were stopped."""
LOST = {"OutOfMemoryError": "was ended for lack of memory", "NodeDiedError": "went away with its machine"}
"""Ray's exception -> what became of a worker; any other one's process was killed."""


def launch(launcher: "RayLauncher", cells: Cells, first: int) -> list[JobReturn]:
    """Run the cells on Ray, whatever happens to its workers; returns what each gave the sweeper, cell by cell.

    A cell whose worker is lost is run again, `max_retries` times, and ends as killed then. Of thousands of cells only
    a few are in Ray's hands at a time.

    Args:
        launcher: of the sweep.
        cells: to be run.
        first: number of the first.

    Raises:
        UserError: Ray cannot be reached.
    """
    ray_cluster.begin(launcher.ray_cfg.init)
    remote = OmegaConf.to_container(launcher.ray_cfg.remote, resolve=True)
    batch = _Batch(launcher, remote, {first + place: list(overrides) for place, overrides in enumerate(cells)})
    try:
        return batch.run()
    except BaseException:
        batch.stop()
        ray_cluster.end()
        raise


class _Batch:
    """Cells that are run on Ray; `told` is number -> overrides."""

    def __init__(self, launcher: "RayLauncher", remote: dict[str, Any], told: dict[int, list[str]]) -> None:
        import ray

        self.told, self.remote = told, remote
        self.sweep = Path(str(launcher.config.hydra.sweep.dir)).absolute()
        self.again = remote.pop("max_retries", 0)
        # Tries are counted here: of lacking memory Ray itself would try for ever.
        self.cell = ray.remote(max_retries=0, **remote)(cell)
        given = (launcher.hydra_context, launcher.config, launcher.task_function, Singleton.get_state())
        self.shared = ray.put((*given, str(Path.cwd()), str(self.sweep)))
        self.running: dict[Any, int] = {}
        self.lost: Counter[int] = Counter()
        self.found: dict[int, JobReturn] = {}

    def run(self) -> list[JobReturn]:
        import ray

        waiting = deque(self.told)
        while waiting or self.running:
            room = AHEAD * ray_cluster.places(self.remote)
            while waiting and len(self.running) < room:
                self._submit(waiting.popleft())
            # So often a signal is asked for that Ray has swallowed.
            done, _ = ray.wait(list(self.running), timeout=1.0)
            stopping.check()
            for one in done:
                number = self.running.pop(one)
                if (found := self._ended(one, number)) is None:
                    # At once, before cells that have not begun.
                    waiting.appendleft(number)
                else:
                    self.found[number] = found
        return [self.found[number] for number in self.told]

    def stop(self) -> None:
        """Ask the cells that run to end as by Ctrl-C, which they note, and wait for a while."""
        import ray

        for one in self.running:
            ray.cancel(one, force=False)
        until = time.monotonic() + PATIENCE
        while self.running and time.monotonic() < until:
            done, _ = ray.wait(list(self.running), timeout=1.0)
            for one in done:
                del self.running[one]

    def _submit(self, number: int) -> None:
        # Of an earlier sweep in this folder, or of the try whose worker was lost.
        (self.sweep / str(number) / RESULT).unlink(missing_ok=True)
        self.running[self.cell.remote([self.shared], number, self.told[number])] = number

    def _ended(self, one: object, number: int) -> JobReturn | None:
        """What the cell gave; None where its worker was lost and it is to be tried again."""
        import ray

        try:
            value, out, err = ray.get(one)
        except ray.exceptions.RayTaskError as error:
            return self._failed(number, error.cause)
        except ray.exceptions.RayError as error:
            self.lost[number] += 1
            reason = LOST.get(type(error).__name__, "process was killed (out of memory?)")
            times = self.lost[number]
            if times > self.again:
                also = f" ({times} times)" if times > 1 else ""
                return give_up(self.told[number], number, self.sweep, f"its worker {reason}{also}")
            name = masked(" ".join(self.told[number]))
            print(told(f"again: {name}: its worker {reason}"), file=sys.stderr, flush=True)
            return None
        print(out, end="", flush=True)
        print(err, end="", file=sys.stderr, flush=True)
        return answer(self.told[number], {} if value is None else {"value": value})

    def _failed(self, number: int, error: Exception) -> JobReturn:
        """A cell that ended outside of the shell that notes outcomes."""
        outcome: dict[str, Any] = {"status": "failed", "exit": failures.show(error, State.outputs)}
        outcome["overrides"] = [masked(each) for each in self.told[number]]
        outcome["error"] = masked(failures.one_line(error) or repr(error))
        (self.sweep / str(number)).mkdir(exist_ok=True)
        write_text(self.sweep / str(number) / RESULT, json.dumps(outcome, indent=1) + "\n")
        return answer(self.told[number], {})


def cell(shared: list[Any], number: int, overrides: list[str]) -> tuple[float | None, str, str]:
    """In a worker: compose and run one cell; what it gave the sweeper, and what it printed.

    Args:
        shared: the reference of what all cells of the sweep have in common.
        number: of the cell.
        overrides: its own.

    Raises:
        UserError: this machine does not see the sweep's folder.
    """
    from hydra_plugins.hydra_joblib_launcher._core import execute_job

    context, config, task, state, folder, sweep = _read(shared[0])
    if not Path(sweep).is_dir():
        raise UserError(f"{sweep}: {socket.gethostname()} has no such folder; all machines have to share paths.outputs")
    if Path(folder).is_dir():
        # What is relative is so to where the command was called.
        os.chdir(folder)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        ended = execute_job(number, overrides, context, config, task, state)
    value = ended.return_value
    return (float(value) if isinstance(value, (int, float)) else None), out.getvalue(), err.getvalue()


@lru_cache(maxsize=1)
def _read(reference: object) -> tuple[Any, ...]:
    """What cells have in common, read once by each worker."""
    import ray

    return ray.get(reference)
