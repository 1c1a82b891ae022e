"""Processor time of calls, in blocks that alternate: what else the machine does is the same for all of them."""

import time
from collections.abc import Callable, Mapping

STEPS, DROPPED = 12, 3


def least(works: Mapping[str, Callable[[], object]], blocks: int, steps: int = STEPS) -> dict[str, float]:
    """Processor seconds of a call of each of these, the least mean of several blocks of `steps`."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(blocks):
        for name, function in works.items():
            best[name] = min(best[name], seconds(function, steps))
    return best


def seconds(function: Callable[[], object], steps: int) -> float:
    """Mean processor seconds of a call in a block, whose first calls do not count."""
    for _ in range(min(steps, DROPPED)):
        function()
    started = time.thread_time()
    for _ in range(steps):
        function()
    return (time.thread_time() - started) / steps
