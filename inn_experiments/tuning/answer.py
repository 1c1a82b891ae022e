"""What a study says in the end: the inner best is a lucky number, and the test rows decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from inn_experiments.measures.numbers.intervals import ROUNDING, mean_interval
from inn_experiments.tuning.aim import Aim

NO_TRIAL, SAME, LUCKY, UNKNOWN, ONE, ALIKE, NONE, GAIN, LOSS = (
    "no trial finished, so there is no best setting",
    "the usual settings are the best of the trials: nothing is gained",
    "a seed is luck, and no setting: nothing is gained",
    "the test rows were not asked: nothing is known of a gain",
    "one seed: no gain is shown",
    "all seeds alike, so that there is no interval: no gain is shown",
    "no gain is shown",
    "a gain, on these test rows",
    "a loss, on these test rows",
)


@dataclass(frozen=True)
class Tested:
    """Best and usual settings on the test rows, seed by seed; every seed in both.

    Attributes:
        seeds: (n,).
        best, usual: (n,) of the metric.
        gain: mean improvement, above 0 where the best settings are better.
        half: half width of its 95 % interval (Student's t over seeds); None for one seed.
    """

    seeds: tuple[int, ...]
    best: tuple[float, ...]
    usual: tuple[float, ...]
    gain: float
    half: float | None


def tested(
    aim: Aim, seeds: Sequence[int], best: Sequence[float | None], usual: Sequence[float | None]
) -> Tested | None:
    """The paired comparison over the seeds that have both values; None where none has."""
    pairs = [each for each in zip(seeds, best, usual, strict=True) if None not in each]
    if not pairs:
        return None
    kept, first, second = (tuple(column) for column in zip(*pairs, strict=True))
    gain, half = mean_interval([aim.gain(a, b) for a, b in zip(first, second, strict=True)])
    return Tested(kept, first, second, gain, half)


def verdict(found: Tested | None, same: bool, lucky: bool = False) -> str:
    """In words, whether the search gained anything.

    Args:
        found: the comparison on test rows.
        same: whether the best settings are the usual ones.
        lucky: whether a seed alone was searched.

    >>> verdict(Tested((0, 1), (0.8, 0.9), (0.7, 0.8), 0.1, 0.02), same=False)
    'a gain, on these test rows'
    >>> verdict(Tested((0, 1), (0.8, 0.7), (0.7, 0.8), 0.0, 0.2), same=False)
    'no gain is shown'
    """
    if same:
        return LUCKY if lucky else SAME
    if found is None:
        return UNKNOWN
    if found.half is None:
        return ONE
    if found.half < ROUNDING and found.gain:
        return ALIKE
    return GAIN if found.gain - found.half > 0 else LOSS if found.gain + found.half < 0 else NONE


def line(found: Tested, same: bool) -> str:
    """The comparison in one line; where the settings are the `same`, there is nothing to compare."""
    best, usual = (sum(values) / len(values) for values in (found.best, found.usual))
    half = "" if found.half is None else f" ({found.gain - found.half:+.4g} to {found.gain + found.half:+.4g})"
    seeds = f"{len(found.seeds)} seeds" if len(found.seeds) > 1 else "1 seed"
    if same:
        return f"usual settings {usual:.4g}, {seeds}"
    return f"best {best:.4g}, usual {usual:.4g}, better by {found.gain:+.4g}{half}, {seeds}"
