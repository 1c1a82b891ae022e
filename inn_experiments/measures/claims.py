"""Statements of the sources as measured numbers, each beside what chance would give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import Number


@dataclass(frozen=True)
class Claim:
    """A statement of a source as a number, with its 95 % interval.

    Attributes:
        key: its number's is `claims/<key>`.
        text: the statement, for people.
        value: what was measured.
        low, high: bounds of the interval; None where there is none.
        chance: what to compare with; None where there is nothing.
        p: of the test against chance; None where there is none.
        n: paths, rows or pairs that were counted.
    """

    key: str
    text: str
    value: float
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    p: float | None = None
    n: int = 0


def share(key: str, text: str, hits: np.ndarray, chance: float | None = None, p: float | None = None) -> Claim:
    """The share of `hits` (n,), booleans, as a claim with Wilson's interval."""
    from scipy.stats import binomtest

    count = int(np.sum(hits))
    interval = binomtest(count, len(hits)).proportion_ci(method="wilson")
    return Claim(key, text, count / len(hits), float(interval.low), float(interval.high), chance, p, len(hits))


def mean(
    key: str,
    text: str,
    value: float,
    half: float | None,
    *,
    n: int,
    chance: float | None = None,
    p: float | None = None,
) -> Claim:
    """A claim with a symmetric interval, `value` plus and minus `half`, where that is known."""
    low, high = (None, None) if half is None else (float(value - half), float(value + half))
    return Claim(key, text, float(value), low, high, chance, p, n)


def numbers(claims: Iterable[Claim]) -> list[Number]:
    """The claims as numbers, chance as a reference beside each."""
    found = []
    for one in claims:
        key = f"claims/{one.key}"
        found.append(Number(key, one.value, low=one.low, high=one.high, p=one.p, n=one.n, label=one.text))
        if one.chance is not None:
            found.append(Number(key, one.chance, reference="chance"))
    return found
