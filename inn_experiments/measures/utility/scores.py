"""Classification measures from confusion counts, for whole sets of bootstrap resamples at once."""

import numpy as np

from inn_experiments.contracts import Quantity, Rows

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
    *(Quantity(measure, words, "higher") for measure, words in MEASURES.items()),
    Quantity("difference_f1_macro", "macro F1 − real", "higher"),
    Quantity("f1", "F1", "higher"),
    Quantity("difference_f1", "F1 − real", "higher"),
)


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
