"""How many cores a measure may use: all that are free."""

import multiprocessing


def workers() -> int:
    """Threads for scikit-learn: one in a worker process of a sweep, whose neighbours have the other cores, else -1.

    -1 is all that this process may run on: what `taskset`, a container and LOKY_MAX_CPU_COUNT leave.
    """
    return -1 if multiprocessing.parent_process() is None else 1
