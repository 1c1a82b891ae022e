"""The one sentence: which preset to take, or none; a pure function of what was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from inn_experiments.measures.numbers.intervals import Bounded
from inn_experiments.recommending.summary import Line, Unseen

CEILING = 0.995
"""Macro F1 of real rows alone from which on nothing is left to gain."""


@dataclass(frozen=True)
class Verdict:
    """The preset to take, None for none, and the sentence that says so."""

    preset: str | None
    sentence: str


def verdict(lines: Sequence[Line], unseen: Unseen, worth: float) -> Verdict:
    """Take what most choices took, if its gain is above 0 on inner splits and that of the choices on unseen rows is.

    Args:
        lines: of all candidates, in the order of `summary.lines`.
        unseen: the score of what was chosen, on rows that the choices never saw.
        worth: the least gain worth a recommendation.
    """
    able = [line for line in lines if line.able]
    # The first of those as often chosen is the one with the larger gain.
    best = max(able, key=lambda line: line.chosen, default=None)
    if best is None:
        return _none("no preset makes rows that are not told from real ones with certainty")
    if unseen.real >= CEILING:
        return _none(f"real rows alone score {unseen.real:.3f} macro F1")
    if not best.chosen:
        return _none(f"no preset gained on inner splits; the best of them, {best.name}, came to {spoken(best.gain)}")
    told = f"what was chosen, mostly {best.name}, adds {spoken(unseen.gain)} to macro F1 on rows that no choice saw"
    if unseen.none * 2 >= unseen.parts:
        return _none(f"in {unseen.none} of {unseen.parts} choices no preset gained")
    if unseen.gain.low <= 0:
        return _none(told)
    if best.gain.low <= 0:
        return _none(f"{best.name} adds {spoken(best.gain)} on inner splits, which may be nothing")
    if unseen.gain.value < worth:
        return _none(f"{told}, less than is worth it ({worth:g})")
    return Verdict(best.name, f"take {best.name}: it adds {spoken(unseen.gain)} to macro F1 over real rows alone")


def spoken(gain: Bounded) -> str:
    """A gain with its interval.

    >>> spoken(Bounded(0.04, 0.02, 0.06)), spoken(Bounded(-0.01, -0.05, 0.03))
    ('+0.04 (0.02 to 0.06)', '-0.01 (-0.05 to 0.03)')
    >>> spoken(Bounded(0.04, -0.002, 0.082))
    '+0.040 (-0.002 to 0.082)'
    """
    # A bound near 0 is told by its side of it.
    near = min(abs(gain.low), abs(gain.high)) < 0.005
    digits = 3 if near or gain.high - gain.low < 0.02 else 2
    value, low, high = (round(number, digits) + 0.0 for number in gain)
    return f"{value:+.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _none(why: str) -> Verdict:
    return Verdict(None, f"nothing helps on these data, use none: {why}")
