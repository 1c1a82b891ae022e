"""Gains in macro F1 over all held-out rows, with intervals for the choice of rows and for all that is drawn anew."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inn_experiments.contracts import Rows
from inn_experiments.measures.numbers.intervals import Bounded, Ranged
from inn_experiments.measures.utility.scores import (
    RESAMPLES,
    Held,
    Scores,
    confusion,
    measures,
    resampling_weights,
    units_of,
)
from inn_experiments.recommending.scene import Labels

WIDEST = 1.0
"""What a gain lies within, on either side of 0."""


class Gain(NamedTuple):
    """Macro F1 of real rows alone, of those with others added, and the gain."""

    real: float
    score: float
    gain: Bounded


class Judge:
    """Scores labels of held-out rows, each of which is resampled as one, however often it was held out.

    Args:
        y: (n,) the true labels of all rows.
        group: (n,) of rows that are resampled together; None where each stands for itself.
        index: the numbers of the rows that are used.
        seed: of the resamples.
    """

    def __init__(self, y: np.ndarray, group: np.ndarray | None, index: np.ndarray, seed: int) -> None:
        self.y, self.classes = y, int(y.max()) + 1
        held = Rows(np.empty((len(index), 0)), y[index], None if group is None else group[index])
        weights, stratum = resampling_weights(held, RESAMPLES, seed)
        self.held = Held(units_of(held, self.classes), stratum, None, group is not None)
        # The first row of weights is the rows as they are.
        self.weights = np.zeros((1 + RESAMPLES, len(y)))
        self.weights[0, index], self.weights[1:, index] = 1.0, weights

    def gain(self, repeats: Sequence[Sequence[Labels]]) -> Gain:
        """The mean over repeats, in each of which all rows have been held out, of what the labels of them all score.

        The interval is `score_interval`'s: the spread of the parts' gains is the error of all that is drawn anew in
        each, which resamples of the rows do not see; both variances add. Rows are in either of them, which makes the
        interval a little too wide, as it has to be: the parts learn from rows that they share.
        """
        real, made = (np.mean([self._f1(found, arm) for found in repeats], axis=0) for arm in ("real", "made"))
        gains = made - real
        parts = np.array([self._gain(part) for found in repeats for part in found])
        around = parts - parts.mean() + gains[0]
        found = self.held.interval("difference_f1_macro", Scores(around, gains[1:]))
        return Gain(float(real[0]), float(made[0]), bounded(found))

    def score(self, rows: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> float:
        """Macro F1 of labels (m,) of these rows."""
        place = np.concatenate(rows)
        return float(self._measured(place, np.concatenate(labels), self.weights[:1])[0])

    def _f1(self, found: Sequence[Labels], arm: str) -> np.ndarray:
        """Macro F1 (1 + b,), of the rows and of each resample, mean over draws."""
        place = np.concatenate([each.rows for each in found])
        labels = np.concatenate([each._asdict()[arm] for each in found], axis=1)
        return np.mean([self._measured(place, each, self.weights) for each in labels], axis=0)

    def _gain(self, part: Labels) -> float:
        real, made = (
            np.mean([self._measured(part.rows, each, self.weights[:1]) for each in arm])
            for arm in (part.real, part.made)
        )
        return float(made - real)

    def _measured(self, rows: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return measures(confusion(self.y[rows], labels, self.classes, weights[:, rows]))["f1_macro"]


def bounded(found: Ranged) -> Bounded:
    """A gain with bounds, those of all that it can be where rows are too few for others.

    >>> bounded(Ranged(0.25, 0.125)), bounded(Ranged(0.25))
    (Bounded(value=0.25, low=0.125, high=0.375), Bounded(value=0.25, low=-1.0, high=1.0))
    """
    if found.half is not None:
        return Bounded(found.value, found.value - found.half, found.value + found.half)
    if found.low is None or found.high is None:
        return Bounded(found.value, -WIDEST, WIDEST)
    return Bounded(found.value, found.low, found.high)
