"""From the parts to one line for each candidate, and to the score on unseen rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inn_experiments.measures.numbers.intervals import Bounded, corrected_interval
from inn_experiments.recommending.gate import certain, pooled
from inn_experiments.recommending.halving import FAILED
from inn_experiments.recommending.nested import Part


@dataclass(frozen=True)
class Line:
    """What was found of one candidate on inner splits.

    Attributes:
        gain: in macro F1 over real rows alone, with its corrected interval; None where it could not be fitted.
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


def lines(parts: Sequence[Part], rows: int) -> list[Line]:
    """The candidates: those that may lead by their gain, then the gated ones, then those that cannot be fitted."""
    names = list(parts[0].choice.trails)
    found = [_line(name, parts, rows) for name in names]
    return sorted(found, key=lambda line: (not line.able, line.gain is None, -(line.gain.value if line.gain else 0)))


def unseen(parts: Sequence[Part]) -> Unseen:
    """The mean over all parts, with the corrected interval of repeated divisions."""
    sizes = np.mean([part.sizes for part in parts], axis=0)
    real, score, nearest = np.mean([(part.real, part.score, part.nearest) for part in parts], axis=0)
    none = sum(part.choice.best is None for part in parts)
    gain = _bounded([part.gain for part in parts], *sizes)
    return Unseen(gain, float(real), float(score), float(nearest), len(parts), none)


def _bounded(gains: Sequence[float], n_train: float, n_test: float) -> Bounded:
    mean, half = corrected_interval(gains, max(1, round(n_train)), max(1, round(n_test)))
    half = 2.0 if half is None else half
    return Bounded(mean, max(-1.0, mean - half), min(1.0, mean + half))


def _line(name: str, parts: Sequence[Part], rows: int) -> Line:
    trails = [part.choice.trails[name] for part in parts]
    gains = [gain for trail in trails for gain in trail.gains]
    told = pooled([each for trail in trails for each in trail.told], rows)
    failed = next((trail.detail for trail in trails if trail.out == FAILED), "")
    sizes = np.mean([part.choice.sizes for part in parts], axis=0)
    return Line(
        name=name,
        gain=_bounded(gains, *sizes) if gains and not failed else None,
        splits=len(gains),
        rungs=float(np.mean([trail.rungs for trail in trails])),
        told=told,
        gated=certain(told),
        failed=failed,
        chosen=sum(part.choice.best == name for part in parts),
        seconds=float(sum(trail.seconds for trail in trails)),
    )
