"""From the predictions of all repeats to the numbers of each treatment and class, with their intervals.

Measures come from confusion counts, for whole sets of bootstrap resamples at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from inn_experiments.contracts import Number, Quantity, Rows, child_seed
from inn_experiments.contracts.quantity import GAIN, SHARE
from inn_experiments.measures.numbers.intervals import Ranged, score_interval
from inn_experiments.measures.utility.treatments import TREATMENTS

MEASURES = {
    "accuracy": "accuracy",
    "precision_macro": "precision",
    "recall_macro": "recall",
    "f1_macro": "macro F1",
    "precision_weighted": "weighted precision",
    "recall_weighted": "weighted recall",
    "f1_weighted": "weighted F1",
}
CLASSIFICATION = (
    *(Quantity(measure, words, "higher", limits=SHARE) for measure, words in MEASURES.items()),
    Quantity("difference_f1_macro", "macro F1 − real", "higher", limits=GAIN),
    Quantity("f1", "F1", "higher", limits=SHARE),
    Quantity("difference_f1", "F1 − real", "higher", limits=GAIN),
)
RESAMPLES = 200
CLASSWISE = ("real", "synthetic", "convex", "reconstructed", "reconstructed_synthetic")
"""Treatments that are told class by class; with more of them the report would grow large."""


class Repeat(NamedTuple):
    """One repeat of a protocol and treatment: training labels (n,), test rows, and the labels predicted for these."""

    labels: np.ndarray
    test: Rows
    predicted: np.ndarray


class Scores(NamedTuple):
    """One measure of all repeats: of each (r,), and the mean over them on each resample of test rows (b,).

    A measure of classes has (r, c) and (b, c), NaN where there are no test rows of one.
    """

    values: np.ndarray
    resampled: np.ndarray

    def __sub__(self, other: Scores) -> Scores:
        return Scores(self.values - other.values, self.resampled - other.resampled)


class Held(NamedTuple):
    """The test rows of all repeats, as far as intervals need them.

    Attributes:
        units: test rows of each class (c,), or groups that hold it: what is resampled; of the first repeat.
        stratum: units a stratum that resamples draw from, mean over classes; groups are one stratum.
        share: of the rows, that each repeat draws for its test; None where all repeats have the same.
        grouped: whether units are groups.
    """

    units: np.ndarray
    stratum: int
    share: float | None
    grouped: bool

    def interval(self, name: str, scores: Scores) -> Ranged:
        """Mean and interval over all classes of one measure or, `difference_...`, of its gain."""
        known = self.units[self.units > 0]
        fewest = self.stratum if self.grouped else int(known.min())
        if self.grouped:
            trials = self.stratum
        elif name.endswith("macro"):
            # The variance of a mean of classes is that of its smallest ones.
            trials = len(known) ** 2 / np.sum(1 / known)
        else:
            trials = known.sum()
        options = {"trials": float(trials), "fewest": fewest, "share": self.share, "signed": _signed(name)}
        return score_interval(*scores, self.stratum, **options)

    def of_class(self, name: str, scores: Scores, label: int) -> Ranged:
        """Mean and interval of one class, whose share of the resamples may lack it."""
        units = int(self.units[label])
        drawn = scores.resampled[:, label]
        options = {"trials": units, "fewest": units, "share": self.share, "signed": _signed(name)}
        return score_interval(scores.values[:, label], drawn[~np.isnan(drawn)], units, **options)


def _signed(name: str) -> bool:
    return name.startswith("difference_")


def confusion(true: np.ndarray, predicted: np.ndarray, classes: int, weights: np.ndarray) -> np.ndarray:
    """Counts (b, classes, classes) of true by predicted labels (n,) under each of `weights` (b, n)."""
    cell = true * classes + predicted
    counts = [np.bincount(cell, weights=row, minlength=classes * classes) for row in weights]
    return np.stack(counts).reshape(len(weights), classes, classes)


def measures(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Each of MEASURES (b,), and `f1` of each class (b, c), from confusion counts (b, c, c), true by predicted.

    As scikit-learn's, with zero_division=0 and over the classes that have true rows; NaN is the f1 of the others.
    Written out here because an interval needs them some ten thousand times. Higher is better.
    """
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    support, called = counts.sum(axis=-1), counts.sum(axis=-2)
    by_class = {
        "precision": hits / np.maximum(called, 1),
        "recall": hits / np.maximum(support, 1),
        "f1": 2 * hits / np.maximum(support + called, 1),
    }
    total, present = support.sum(axis=-1), support > 0
    found = {"accuracy": hits.sum(axis=-1) / total, "f1": np.where(present, by_class["f1"], np.nan)}
    for name, values in by_class.items():
        found[f"{name}_macro"] = (values * present).sum(axis=-1) / present.sum(axis=-1)
        found[f"{name}_weighted"] = (values * support).sum(axis=-1) / total
    return found


def resampling_weights(test: Rows, count: int, seed: int) -> tuple[np.ndarray, int]:
    """`count` bootstrap resamples of the test rows as weights (count, n), and the units in each stratum.

    Whole groups are drawn where rows have groups; otherwise rows within their class, since the split fixed the number
    of each class.
    """
    rng = np.random.default_rng(seed)
    if test.group is not None:
        member = np.unique(test.group, return_inverse=True)[1]
        groups = int(member.max()) + 1
        return rng.multinomial(groups, np.full(groups, 1 / groups), size=count)[:, member].astype(float), groups
    weights = np.zeros((count, len(test)))
    labels, sizes = np.unique(test.y, return_counts=True)
    for label, size in zip(labels, sizes, strict=True):
        weights[:, test.y == label] = rng.multinomial(size, np.full(size, 1 / size), size=count)
    return weights, round(len(test) / len(labels))


def units_of(test: Rows, classes: int) -> np.ndarray:
    """Test rows of each class (c,), or groups that hold it where rows have groups: what is resampled."""
    if test.group is None:
        return np.bincount(test.y, minlength=classes)
    return np.array([len(np.unique(test.group[test.y == label])) for label in range(classes)])


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
    share = None if shared else n_test / (n_test + sizes["real"])
    # The same rows get the same weights; other ones their own.
    seeds = [seed if shared else child_seed(seed, f"repeat/{place}") for place in range(len(tests))]
    drawn = [resampling_weights(test, RESAMPLES, each) for test, each in zip(tests, seeds, strict=True)]
    told = Held(units_of(tests[0], len(classes)), drawn[0][1], share, tests[0].group is not None)
    weights = [each for each, _ in drawn]
    scored = {name: _scored(outcomes[name], len(classes), weights) for name in TREATMENTS if name in outcomes}
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
            # What is compared with itself differs by nothing.
            same = name == "real" and _signed(key)
            yield Number(f"{prefix}/{key}", *(Ranged(0.0, 0.0) if same else told.interval(key, (scores | gains)[key])))
        if name in CLASSWISE:
            by_class = {"f1": scores["f1"], "difference_f1": gains["difference_f1"]}
            yield from class_numbers(prefix, by_class, classes, trained, tested, told)


def class_numbers(
    prefix: str,
    scores: Mapping[str, Scores],
    classes: tuple[str, ...],
    trained: np.ndarray,
    tested: np.ndarray,
    told: Held,
) -> Iterator[Number]:
    """The numbers of each class, the smallest class first; one that some repeat has no test rows of is left out.

    Counts (c,): `trained` and `tested` real rows, mean over repeats.
    """
    for label in np.argsort(trained, kind="stable"):
        if any(np.isnan(one.values[:, label]).any() for one in scores.values()):
            continue
        for key, counts in (("n_train", trained), ("n_test", tested)):
            yield Number(f"{prefix}/{key}", round(float(counts[label])), of=classes[label])
        for key, one in scores.items():
            same = prefix.endswith("/real") and _signed(key)
            found = Ranged(0.0, 0.0) if same else told.of_class(key, one, label)
            yield Number(f"{prefix}/{key}", *found, of=classes[label])


def _scored(repeats: Sequence[Repeat], classes: int, drawn: Sequence[np.ndarray]) -> dict[str, Scores]:
    """Measure -> its values of every repeat, and on test rows resampled with the weights `drawn` (b, n) of each."""

    def measured(repeat: Repeat, weights: np.ndarray) -> dict[str, np.ndarray]:
        return measures(confusion(repeat.test.y, repeat.predicted, classes, weights))

    plain = [measured(repeat, np.ones((1, len(repeat.test)))) for repeat in repeats]
    again = [measured(repeat, weights) for repeat, weights in zip(repeats, drawn, strict=True)]
    return {
        name: Scores(
            np.concatenate([scores[name] for scores in plain]), np.mean([scores[name] for scores in again], axis=0)
        )
        for name in plain[0]
    }
