"""From the predictions of all repeats to the numbers of each treatment and class, with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from inn_experiments.contracts import Number, Rows
from inn_experiments.measures.numbers.intervals import Interval, corrected_interval, shared_test_interval
from inn_experiments.measures.utility.scores import MEASURES, confusion, measures, resampling_weights, units_of
from inn_experiments.measures.utility.treatments import TREATMENTS

RESAMPLES = 200
PAIRED = "f1_macro"
CLASSWISE = ("real", "synthetic", "convex", "reconstructed", "reconstructed_synthetic")
"""Treatments that are told class by class; with more of them the report would grow large."""

Intervals = Callable[[np.ndarray, np.ndarray | None, int], Interval]
"""(values (r,), resampled (b,) or None, units that resamples draw from) -> mean and half width."""


@dataclass
class Outcome:
    """All repeats of one protocol and treatment: training labels, test rows, predicted labels."""

    labels: list[np.ndarray] = field(default_factory=list)
    tests: list[Rows] = field(default_factory=list)
    predicted: list[np.ndarray] = field(default_factory=list)

    def add(self, train: Rows, test: Rows, predicted: np.ndarray) -> None:
        """One more repeat."""
        self.labels.append(train.y)
        self.tests.append(test)
        self.predicted.append(predicted)

    @property
    def size(self) -> int:
        """Training rows, the mean over repeats."""
        return round(np.mean([len(labels) for labels in self.labels]))


@dataclass(frozen=True)
class Scores:
    """One measure of all repeats.

    Attributes:
        values: per repeat (r,); (r, c) of the measure of each class, NaN where there are no test rows of it.
        resampled: (b,) or (b, c), the mean over repeats on each resample of test rows; None where they differ.
    """

    values: np.ndarray
    resampled: np.ndarray | None

    def __sub__(self, other: Scores) -> Scores:
        resampled = None if self.resampled is None else self.resampled - other.resampled
        return Scores(self.values - other.values, resampled)


def utility_numbers(
    protocol: str, outcomes: Mapping[str, Outcome], classes: tuple[str, ...], *, shared: bool, seed: int
) -> Iterator[Number]:
    """The numbers of one protocol: each treatment's measures, gain over `real`, and classes.

    Args:
        protocol: its name.
        outcomes: treatment -> its repeats; `real` is among them.
        classes: names of the labels.
        shared: all repeats have the same training and test rows, so that test rows are resampled.
        seed: of the resamples.
    """
    tests, n_real = outcomes["real"].tests, outcomes["real"].size
    n_test = round(np.mean([len(test) for test in tests]))
    drawn, every = resampling_weights(tests[0], RESAMPLES, seed) if shared else (None, 0)

    def interval(values: np.ndarray, resampled: np.ndarray | None, units: int) -> Interval:
        if resampled is None:
            return corrected_interval(values, n_real, n_test)
        return shared_test_interval(values, resampled, units)

    scored = {name: _scored(outcomes[name], len(classes), drawn) for name in TREATMENTS if name in outcomes}
    trained, tested = (
        np.mean([np.bincount(labels, minlength=len(classes)) for labels in parts], axis=0)
        for parts in (outcomes["real"].labels, [test.y for test in tests])
    )
    for name, scores in scored.items():
        prefix = f"utility/{protocol}/{name}"
        counts = {"n_train": outcomes[name].size, "n_test": n_test, "repeats": len(tests)}
        yield from (Number(f"{prefix}/{key}", count) for key, count in counts.items())
        told = {measure: scores[measure] for measure in MEASURES}
        told[f"difference_{PAIRED}"] = scores[PAIRED] - scored["real"][PAIRED]
        for key, one in told.items():
            mean, half = interval(one.values, one.resampled, every)
            yield Number(f"{prefix}/{key}", mean, half=half)
        if name in CLASSWISE:
            by_class = {"f1": scores["f1"], "difference_f1": scores["f1"] - scored["real"]["f1"]}
            units = units_of(tests[0], len(classes))
            yield from class_numbers(prefix, by_class, classes, trained, tested, units, interval)


def class_numbers(
    prefix: str,
    scores: Mapping[str, Scores],
    classes: tuple[str, ...],
    trained: np.ndarray,
    tested: np.ndarray,
    units: np.ndarray,
    interval: Intervals,
) -> Iterator[Number]:
    """The numbers of each class, the smallest class first; one that some repeat has no test rows of is left out.

    Args:
        prefix: of their keys.
        scores: measure -> its values of each class.
        classes: names of the labels.
        trained: real training rows of each class (c,), mean over repeats.
        tested: test rows, likewise.
        units: test rows or groups (c,) that resamples draw from.
        interval: makes the intervals.
    """
    for label in np.argsort(trained, kind="stable"):
        if any(np.isnan(one.values[:, label]).any() for one in scores.values()):
            continue
        for key, counts in (("n_train", trained), ("n_test", tested)):
            yield Number(f"{prefix}/{key}", round(float(counts[label])), of=classes[label])
        for key, one in scores.items():
            resampled = None if one.resampled is None else one.resampled[:, label]
            mean, half = _known(one.values[:, label], resampled, int(units[label]), interval)
            yield Number(f"{prefix}/{key}", mean, half=half, of=classes[label])


def _known(values: np.ndarray, resampled: np.ndarray | None, units: int, interval: Intervals) -> Interval:
    """The interval, without a half width where a single test row or group cannot tell it."""
    if resampled is not None:
        resampled = resampled[~np.isnan(resampled)]
        if units < 2 or len(resampled) < 2:
            return float(values.mean()), None
    return interval(values, resampled, units)


def _scored(outcome: Outcome, classes: int, drawn: np.ndarray | None) -> dict[str, Scores]:
    """Measure -> its values of every repeat, and, with weights `drawn` (b, n), on resampled test rows."""
    pairs = list(zip(outcome.tests, outcome.predicted, strict=True))
    plain = [measures(confusion(test.y, found, classes, np.ones((1, len(test))))) for test, found in pairs]
    again = [] if drawn is None else [measures(confusion(test.y, found, classes, drawn)) for test, found in pairs]
    return {
        name: Scores(
            np.concatenate([scores[name] for scores in plain]),
            np.mean([scores[name] for scores in again], axis=0) if again else None,
        )
        for name in plain[0]
    }
