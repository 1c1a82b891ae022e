"""Scores with bounds as plain values, which are what is kept, and as numbers of a report."""

from collections.abc import Mapping

from inn_experiments.contracts import Number
from inn_experiments.measures.numbers.intervals import Bounded

LOW, HIGH, COUNT = "/low", "/high", "/n"


def with_bounds(key: str, found: Bounded, count: int | None = None) -> dict[str, float]:
    """The value under its `key`, its bounds, and of how many pairs it is, where that is told.

    >>> with_bounds("c2st", Bounded(0.5, 0.25, 0.75))
    {'c2st': 0.5, 'c2st/low': 0.25, 'c2st/high': 0.75}
    """
    counted = {} if count is None else {f"{key}{COUNT}": count}
    return {key: found.value, f"{key}{LOW}": found.low, f"{key}{HIGH}": found.high, **counted}


def bounds_of(scores: Mapping[str, float], key: str) -> Bounded | None:
    """A score with its bounds; None for one that has none."""
    low, high = scores.get(f"{key}{LOW}"), scores.get(f"{key}{HIGH}")
    return None if low is None or high is None else Bounded(scores[key], low, high)


def numbers_of(prefix: str, scores: Mapping[str, float], of: str | None = None) -> list[Number]:
    """The number `prefix/KEY` of each score, of the class `of` if it is of one, with its bounds and count, if any."""
    return [
        Number(f"{prefix}/{key}", value, low=scores.get(f"{key}{LOW}"), high=scores.get(f"{key}{HIGH}"), n=n, of=of)
        for key, value in scores.items()
        if not key.endswith((LOW, HIGH, COUNT))
        for n in [int(scores[f"{key}{COUNT}"]) if f"{key}{COUNT}" in scores else None]
    ]
