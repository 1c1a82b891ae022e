"""From the parts to one line for each candidate, and to the score on unseen rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from inn_experiments.measures.numbers.intervals import Bounded
from inn_experiments.recommending.gains import Judge
from inn_experiments.recommending.gate import certain, pooled
from inn_experiments.recommending.halving import FAILED
from inn_experiments.recommending.nested import Part


@dataclass(frozen=True)
class Line:
    """What was found of one candidate on inner splits.

    Attributes:
        gain: in macro F1 over real rows alone, with its interval; None where it could not be fitted.
        splits: inner splits that it was tried on, of all parts.
        rungs: that it was tried on, mean over parts.
        told: C2ST beside held-out rows; None where rows cannot be paired.
        gated: whether its rows are told from real ones with certainty.
        failed: why it could not be fitted; empty where it could.
        chosen: the number of parts it was chosen for.
        seconds: that it took in all.
    """

    name: str
    gain: Bounded | None
    splits: int
    rungs: float
    told: Bounded | None
    gated: bool
    failed: str
    chosen: int
    seconds: float

    @property
    def able(self) -> bool:
        """Whether it may lead."""
        return self.gain is not None and not self.gated and not self.failed


@dataclass(frozen=True)
class Unseen:
    """Scores on rows that the choices never saw, macro F1.

    `gain` is that of what was chosen without each part, 0 where nothing was; `none` counts those parts.
    """

    gain: Bounded
    real: float
    score: float
    nearest: float
    parts: int
    none: int


def lines(parts: Sequence[Part], judge: Judge, rows: int) -> list[Line]:
    """The candidates: those that may lead by their gain, then the gated ones, then those that cannot be fitted."""
    found = [_line(name, parts, judge, rows) for name in parts[0].choice.trails]
    return sorted(found, key=lambda line: (not line.able, line.gain is None, -(line.gain.value if line.gain else 0)))


def unseen(parts: Sequence[Part], lines: Sequence[Line], judge: Judge) -> Unseen:
    """The score of what was chosen without each part, on all parts of all repeats.

    What only all parts together show to be told from real rows, or not to be fitted, counts there as nothing chosen.
    """
    able = {line.name for line in lines if line.able}
    parts = [part if part.choice.best in able else _without(part) for part in parts]
    found = judge.gain([[part.labels for part in repeat] for repeat in _repeats(parts)])
    nearest = np.mean(
        [
            judge.score([part.labels.rows for part in repeat], [part.nearest for part in repeat])
            for repeat in _repeats(parts)
        ]
    )
    none = sum(part.choice.best is None for part in parts)
    return Unseen(found.gain, found.real, found.score, float(nearest), len(parts), none)


def _without(part: Part) -> Part:
    choice = replace(part.choice, best=None)
    return replace(part, choice=choice, gain=0.0, labels=part.labels._replace(made=part.labels.real))


def _repeats(parts: Sequence[Part]) -> list[list[Part]]:
    return [[part for part in parts if part.repeat == repeat] for repeat in sorted({part.repeat for part in parts})]


def _line(name: str, parts: Sequence[Part], judge: Judge, rows: int) -> Line:
    trails = [part.choice.trails[name] for part in parts]
    failed = next((trail.detail for trail in trails if trail.out == FAILED), "")
    told = pooled([each for trail in trails for each in trail.told], rows)
    gain = None
    if not failed:
        # Of the first rung alone, which all candidates are tried on: later ones are for those that were lucky there.
        first = [[each for part in repeat for each in part.choice.trails[name].first] for repeat in _repeats(parts)]
        gain = judge.gain(first).gain
    return Line(
        name=name,
        gain=gain,
        splits=sum(len(trail.gains) for trail in trails),
        rungs=float(np.mean([trail.rungs for trail in trails])),
        told=told,
        gated=certain(told),
        failed=failed,
        chosen=sum(part.choice.best == name for part in parts),
        seconds=float(sum(trail.seconds for trail in trails)),
    )
