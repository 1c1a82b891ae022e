"""From the predictions of all repeats to the rows of the utility table, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from inn_experiments.contracts import Rows
from inn_experiments.measures.numbers.intervals import corrected_interval, shared_test_interval
from inn_experiments.measures.utility.per_class import SHOWN, ClassScores, class_f1, class_rows, units_of
from inn_experiments.measures.utility.scores import MEASURES, confusion, measures, resampling_weights
from inn_experiments.measures.utility.treatments import TREATMENTS

RESAMPLES = 200
PAIRED = "f1_macro"


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
class _Scores:
    """Measure -> its value per repeat (r,), and its mean over repeats on each resample (b,) or None."""

    macro: dict[str, tuple[np.ndarray, np.ndarray | None]]
    by_class: ClassScores


def utility_rows(
    protocol: str, outcomes: Mapping[str, Outcome], classes: tuple[str, ...], *, shared: bool, seed: int
) -> list[dict[str, Any]]:
    """The result rows of one protocol: each treatment's measures, gain over `real`, and classes.

    Args:
        outcomes: treatment -> its repeats; `real` is among them.
        shared: all repeats have the same training and test rows, so test rows are resampled by `seed`.
    """
    tests = outcomes["real"].tests
    n_real, n_test = outcomes["real"].size, round(np.mean([len(test) for test in tests]))
    drawn, every = resampling_weights(tests[0], RESAMPLES, seed) if shared else (None, 0)

    def interval(values: np.ndarray, resampled: np.ndarray | None, units: int) -> dict[str, float | None]:
        if resampled is None:
            mean, half_width = corrected_interval(values, n_real, n_test)
        else:
            mean, half_width = shared_test_interval(values, resampled, units)
        return {"mean": mean, "half_width": half_width}

    trained, tested = (
        np.mean([np.bincount(labels, minlength=len(classes)) for labels in parts], axis=0)
        for parts in (outcomes["real"].labels, [test.y for test in tests])
    )
    held = trained, tested, units_of(tests[0], len(classes))
    scored = {name: _scored(outcomes[name], len(classes), drawn) for name in TREATMENTS if name in outcomes}
    real, real_resampled = scored["real"].macro[PAIRED]
    rows = []
    for name, scores in scored.items():
        values, resampled = scores.macro[PAIRED]
        gain = None if resampled is None else resampled - real_resampled
        row = {
            "protocol": protocol,
            "treatment": name,
            "n_train": outcomes[name].size,
            "n_test": n_test,
            "repeats": len(tests),
            **{measure: interval(*scores.macro[measure], every) for measure in MEASURES},
            f"difference_{PAIRED}": interval(values - real, gain, every),
        }
        if name in SHOWN:
            row["per_class"] = class_rows(scores.by_class, scored["real"].by_class, classes, *held, interval)
        rows.append(row)
    return rows


def _scored(outcome: Outcome, classes: int, drawn: np.ndarray | None) -> _Scores:
    """The scores of every repeat, and, with weights `drawn` (b, n), of resampled test rows."""
    plain, resampled = [], []
    for test, found in zip(outcome.tests, outcome.predicted, strict=True):
        plain.append(_measured(confusion(test.y, found, classes, np.ones((1, len(test))))))
        if drawn is not None:
            resampled.append(_measured(confusion(test.y, found, classes, drawn)))
    values = {name: np.concatenate([scores[name] for scores in plain]) for name in plain[0]}
    means = {name: np.mean([scores[name] for scores in resampled], axis=0) for name in plain[0]} if resampled else {}
    return _Scores(
        {name: (values[name], means.get(name)) for name in MEASURES},
        ClassScores(values["by_class"], means.get("by_class")),
    )


def _measured(counts: np.ndarray) -> dict[str, np.ndarray]:
    return {**measures(counts), "by_class": class_f1(counts)}
