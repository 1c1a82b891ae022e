"""Which classes gain: each class' F1 in the rows of the utility table, smallest class first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from inn_experiments.contracts import Rows

SHOWN = ("real", "synthetic", "convex", "reconstructed", "reconstructed_synthetic")
"""Treatments that are told class by class; with more of them the report would grow large."""

Interval = Callable[[np.ndarray, np.ndarray | None, int], dict[str, float | None]]


@dataclass(frozen=True)
class ClassScores:
    """F1 of each class: `values` (r, c) per repeat, `resampled` (b, c) on resampled test rows or None.

    NaN where there are no test rows of the class.
    """

    values: np.ndarray
    resampled: np.ndarray | None


def class_f1(counts: np.ndarray) -> np.ndarray:
    """F1 (b, c) of each class from confusion counts (b, c, c), true by predicted; NaN without true rows."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    support, called = counts.sum(axis=-1), counts.sum(axis=-2)
    return np.where(support > 0, 2 * hits / np.maximum(support + called, 1), np.nan)


def units_of(test: Rows, classes: int) -> np.ndarray:
    """Test rows of each class (c,), or groups that hold it where rows have groups: what is resampled."""
    if test.group is None:
        return np.bincount(test.y, minlength=classes)
    return np.array([len(np.unique(test.group[test.y == label])) for label in range(classes)])


def class_rows(
    found: ClassScores,
    real: ClassScores,
    names: tuple[str, ...],
    trained: np.ndarray,
    tested: np.ndarray,
    units: np.ndarray,
    interval: Interval,
) -> list[dict[str, Any]]:
    """One dict per class, the smallest first: its F1 and the paired difference to the treatment `real`.

    Args:
        found, real: scores of the treatment and of real rows alone, with the same repeats and resamples.
        names: of the classes.
        trained, tested: real training rows and test rows of each class (c,), means over repeats.
        units: test rows or groups (c,) that resamples draw from.
        interval: (values (r,), resampled (b,) or None, units) -> mean and half width.

    A class that some repeat has no test rows of is left out.
    """
    rows = []
    for label in np.argsort(trained, kind="stable"):
        values, reference = found.values[:, label], real.values[:, label]
        if np.isnan(values).any():
            continue
        resampled = gains = None
        if found.resampled is not None and real.resampled is not None:
            resampled, gains = found.resampled[:, label], (found.resampled - real.resampled)[:, label]
        rows.append(
            {
                "class": int(label),
                "name": names[label],
                "n_train": round(float(trained[label])),
                "n_test": round(float(tested[label])),
                "f1": _known(values, resampled, int(units[label]), interval),
                "difference_f1": _known(values - reference, gains, int(units[label]), interval),
            }
        )
    return rows


def _known(values: np.ndarray, resampled: np.ndarray | None, units: int, interval: Interval) -> dict[str, float | None]:
    """The interval, without a half width where a single test row or group cannot tell it."""
    if resampled is not None:
        resampled = resampled[~np.isnan(resampled)]
        if units < 2 or len(resampled) < 2:
            return {"mean": float(values.mean()), "half_width": None}
    return interval(values, resampled, units)
