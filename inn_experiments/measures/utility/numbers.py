"""From the predictions of all repeats to the numbers of each treatment and class, with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from inn_experiments.contracts import Number, Rows
from inn_experiments.measures.numbers.intervals import Interval, corrected_interval, shared_test_interval
from inn_experiments.measures.utility.scores import MEASURES, confusion, measures, resampling_weights, units_of
from inn_experiments.measures.utility.treatments import TREATMENTS

RESAMPLES = 200
CLASSWISE = ("real", "synthetic", "convex", "reconstructed", "reconstructed_synthetic")
"""Treatments that are told class by class; with more of them the report would grow large."""

Intervals = Callable[[np.ndarray, np.ndarray | None, int], Interval]
"""(values (r,), resampled (b,) or None, units that resamples draw from) -> mean and half width."""


class Repeat(NamedTuple):
    """One repeat of a protocol and treatment: training labels (n,), test rows, and the labels predicted for these."""

    labels: np.ndarray
    test: Rows
    predicted: np.ndarray


class Scores(NamedTuple):
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
    protocol: str, outcomes: Mapping[str, Sequence[Repeat]], classes: tuple[str, ...], *, shared: bool, seed: int
) -> Iterator[Number]:
    """The numbers of one protocol: each treatment's measures, gain over `real`, and classes.

    `outcomes` holds the repeats of each treatment, `real` among them. `shared`: all repeats have the same training and
    test rows, so that test rows are resampled.
    """
    sizes = {name: round(np.mean([len(repeat.labels) for repeat in found])) for name, found in outcomes.items()}
    tests = [repeat.test for repeat in outcomes["real"]]
    n_test = round(np.mean([len(test) for test in tests]))
    drawn, every = resampling_weights(tests[0], RESAMPLES, seed) if shared else (None, 0)

    def interval(values: np.ndarray, resampled: np.ndarray | None, units: int) -> Interval:
        if resampled is None:
            return corrected_interval(values, sizes["real"], n_test)
        return shared_test_interval(values, resampled, units)

    scored = {name: _scored(outcomes[name], len(classes), drawn) for name in TREATMENTS if name in outcomes}
    trained, tested = (
        np.mean([np.bincount(y, minlength=len(classes)) for y in parts], axis=0)
        for parts in ([repeat.labels for repeat in outcomes["real"]], [test.y for test in tests])
    )
    for name, scores in scored.items():
        prefix = f"utility/{protocol}/{name}"
        for key, count in (("n_train", sizes[name]), ("n_test", n_test), ("repeats", len(tests))):
            yield Number(f"{prefix}/{key}", count)
        gains = {f"difference_{key}": scores[key] - scored["real"][key] for key in ("f1_macro", "f1")}
        for key in (*MEASURES, "difference_f1_macro"):
            mean, half = interval(*(scores | gains)[key], every)
            yield Number(f"{prefix}/{key}", mean, half=half)
        if name in CLASSWISE:
            by_class = {"f1": scores["f1"], "difference_f1": gains["difference_f1"]}
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

    Counts (c,): `trained` and `tested` real rows, mean over repeats; `units`, test rows or groups that resamples draw
    from.
    """
    for label in np.argsort(trained, kind="stable"):
        if any(np.isnan(one.values[:, label]).any() for one in scores.values()):
            continue
        for key, counts in (("n_train", trained), ("n_test", tested)):
            yield Number(f"{prefix}/{key}", round(float(counts[label])), of=classes[label])
        for key, one in scores.items():
            values = one.values[:, label]
            resampled = None
            if one.resampled is not None:
                resampled = one.resampled[~np.isnan(one.resampled[:, label]), label]
            mean, half = float(values.mean()), None
            # A single test row or group cannot tell how the choice of test rows would matter.
            if resampled is None or (units[label] > 1 and len(resampled) > 1):
                mean, half = interval(values, resampled, int(units[label]))
            yield Number(f"{prefix}/{key}", mean, half=half, of=classes[label])


def _scored(repeats: Sequence[Repeat], classes: int, drawn: np.ndarray | None) -> dict[str, Scores]:
    """Measure -> its values of every repeat, and, with weights `drawn` (b, n), on resampled test rows."""

    def measured(repeat: Repeat, weights: np.ndarray) -> dict[str, np.ndarray]:
        return measures(confusion(repeat.test.y, repeat.predicted, classes, weights))

    plain = [measured(repeat, np.ones((1, len(repeat.test)))) for repeat in repeats]
    again = [] if drawn is None else [measured(repeat, drawn) for repeat in repeats]
    return {
        name: Scores(
            np.concatenate([scores[name] for scores in plain]),
            np.mean([scores[name] for scores in again], axis=0) if again else None,
        )
        for name in plain[0]
    }
