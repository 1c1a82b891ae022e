"""Statements of the sources as measured numbers, each beside what chance would give."""

import numpy as np
import scipy

from inn_experiments.contracts import Number


def claim(key: str, text: str, value: float, *, chance: float | None = None, **more: float | None) -> list[Number]:
    """The statement `text` of a source as the number `claims/KEY`, and beside it what `chance` gives, where known.

    `more` are fields of the number: `low` and `high` of its 95 % interval, `n` paths, rows or pairs that were counted,
    and `p` of the test against chance.
    """
    found = [Number(f"claims/{key}", value, label=text, **more)]
    return found if chance is None else [*found, Number(f"claims/{key}", chance, reference="chance")]


def share(key: str, text: str, hits: np.ndarray, chance: float | None = None, p: float | None = None) -> list[Number]:
    """The share of `hits` (n,), booleans, as a claim with Wilson's interval."""
    count, n = int(np.sum(hits)), len(hits)
    interval = scipy.stats.binomtest(count, n).proportion_ci(method="wilson")
    return claim(key, text, count / n, low=float(interval.low), high=float(interval.high), n=n, chance=chance, p=p)


def mean(key: str, text: str, value: float, half: float | None, **more: float | None) -> list[Number]:
    """A claim with a symmetric interval, `value` plus and minus `half`, where that is known."""
    if half is not None:
        more |= {"low": float(value - half), "high": float(value + half)}
    return claim(key, text, float(value), **more)
