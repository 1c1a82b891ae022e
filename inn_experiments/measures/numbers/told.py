"""Scores with bounds as plain values, which are what is kept, and as numbers of a report."""

from collections.abc import Mapping

from inn_experiments.contracts import Number
from inn_experiments.measures.numbers.intervals import Bounded

LOW, HIGH = "/low", "/high"


def with_bounds(key: str, found: Bounded) -> dict[str, float]:
    """The value under its `key`, and its bounds.

    >>> with_bounds("c2st", Bounded(0.5, 0.25, 0.75))
    {'c2st': 0.5, 'c2st/low': 0.25, 'c2st/high': 0.75}
    """
    return {key: found.value, f"{key}{LOW}": found.low, f"{key}{HIGH}": found.high}


def bounds_of(scores: Mapping[str, float], key: str) -> Bounded | None:
    """A score with its bounds; None for one that has none."""
    low, high = scores.get(f"{key}{LOW}"), scores.get(f"{key}{HIGH}")
    return None if low is None or high is None else Bounded(scores[key], low, high)


def numbers_of(prefix: str, scores: Mapping[str, float], of: str | None = None) -> list[Number]:
    """The number `prefix/KEY` of each score, and of the class `of`, where it is of one, with its bounds, if any."""
    return [
        Number(f"{prefix}/{key}", value, low=scores.get(f"{key}{LOW}"), high=scores.get(f"{key}{HIGH}"), of=of)
        for key, value in scores.items()
        if not key.endswith((LOW, HIGH))
    ]
