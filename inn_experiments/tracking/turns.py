"""One process at a time is at a cell: who comes second waits, and finds it finished."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import Timeout

from inn_experiments.contracts import held, stopping

SOON, STEP = 1.0, 10.0
"""Seconds that are waited without a word, and after which a waiting process asks whether it is to stop."""


@contextmanager
def turn(outputs: Path, fingerprint: str, title: str) -> Iterator[bool]:
    """Hold the lock of a cell as long as the block lasts; answers whether another process had it for a while.

    It is a file of the kernel's: a process that is killed loses it, and one that ends removes it. A cell whose own
    lock is held takes those of trainings and never one of a cell, so that nobody waits in a circle.

    Args:
        outputs: the folder that the cell writes to.
        fingerprint: of the cell.
        title: what the cell is called in the line that says on whom it waits.
    """
    target, waited = outputs / "runs" / fingerprint, False
    with ExitStack() as mine:
        while True:
            stopping.check()
            try:
                mine.enter_context(held(target, patience=STEP if waited else SOON))
                break
            except Timeout:
                if not waited:
                    print(f"{title}: another process is at this cell; waiting for it", file=sys.stderr, flush=True)
                waited = True
        yield waited
