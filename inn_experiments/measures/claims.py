"""Statements of the sources as measured numbers, each beside what chance would give."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Number


def claim(
    key: str,
    text: str,
    value: float,
    low: float | None = None,
    high: float | None = None,
    *,
    n: int,
    chance: float | None = None,
    p: float | None = None,
) -> list[Number]:
    """A statement of a source as a number, and as its reference what chance would give, where that is known.

    Args:
        key: of the number, after `claims/`.
        text: the statement, for people.
        value: what was measured.
        low: the lower bound of its 95 % interval, None where there is none.
        high: the upper bound.
        n: paths, rows or pairs that were counted.
        chance: what to compare with.
        p: of the test against chance.
    """
    key = f"claims/{key}"
    found = [Number(key, value, low=low, high=high, p=p, n=n, label=text)]
    return found if chance is None else [*found, Number(key, chance, reference="chance")]


def share(key: str, text: str, hits: np.ndarray, chance: float | None = None, p: float | None = None) -> list[Number]:
    """The share of `hits` (n,), booleans, as a claim with Wilson's interval."""
    from scipy.stats import binomtest

    count, n = int(np.sum(hits)), len(hits)
    interval = binomtest(count, n).proportion_ci(method="wilson")
    return claim(key, text, count / n, float(interval.low), float(interval.high), n=n, chance=chance, p=p)


def mean(key: str, text: str, value: float, half: float | None, **more: float | None) -> list[Number]:
    """A claim with a symmetric interval, `value` plus and minus `half`, where that is known."""
    bounds = (None, None) if half is None else (float(value - half), float(value + half))
    return claim(key, text, float(value), *bounds, **more)
