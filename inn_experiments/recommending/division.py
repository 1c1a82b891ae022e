"""Rows divided in turn, so that each is held out once, and enough of every class is left to learn from each time."""

import numpy as np

from inn_experiments.contracts import UserError, child_seed
from inn_experiments.maths.division import LEAST_TRAIN, at_most, dealt

LEAST_OUTER = LEAST_TRAIN + 1
"""Rows of a class that a choice takes: to learn from, and to be held out inside."""
ENOUGH_ROWS = 20
MOST_TIMES = 10


def in_turn(y: np.ndarray, group: np.ndarray | None, most: int, least: int, units: int, seed: int) -> list[np.ndarray]:
    """The row numbers of each part held out in turn: `most` parts, or as many as leave enough, and none where none do.

    Args:
        y: (n,) labels.
        group: (n,) of what must not be divided; None where each row is a group of its own.
        most: parts, at most; never fewer than two.
        least: rows of each class that must be left while any part is held out.
        units: groups of each class that must be left, likewise.
        seed: draws who goes where.
    """
    for count in range(most, 1, -1):
        rng = np.random.default_rng(child_seed(seed, f"parts/{count}"))
        parts = _spread(y, count, rng) if group is None else _grouped(y, group, count, rng)
        if all(
            _left(np.delete(y, part), y, None if group is None else np.delete(group, part), least, units)
            for part in parts
        ) and all(len(part) for part in parts):
            return parts
    return []


def outer(
    y: np.ndarray, group: np.ndarray | None, classes: tuple[str, ...], folds: int, *, seed: int
) -> list[np.ndarray]:
    """The parts that are unseen in turn; raises UserError naming the class that has too few rows or groups for it."""
    if found := in_turn(y, group, folds, LEAST_OUTER, 2, seed):
        return found
    if group is None:
        counts = np.bincount(y, minlength=len(classes))
        label = int(np.argmin(np.where(counts > 0, counts, len(y) + 1)))
        raise UserError(
            f"recommend: class {classes[label]!r} has {counts[label]} rows, and it takes {LEAST_OUTER + 1} of each: "
            f"{LEAST_TRAIN} to learn from, 1 to choose by, 1 that the choice never sees; give it more rows, or leave "
            "the class out"
        )
    counts = np.array(
        [len(np.unique(group[y == label])) if (y == label).any() else len(y) for label in range(len(classes))]
    )
    label = int(np.argmin(counts))
    raise UserError(
        f"recommend: the groups of data.group cannot be divided so that {LEAST_OUTER} rows in 2 groups of every class "
        f"are left; class {classes[label]!r} has {counts[label]} groups; give it more, or leave data.group out"
    )


def bounded(y: np.ndarray, most: int, seed: int) -> np.ndarray:
    """The numbers of `most` of the rows with labels `y` (n,), or a few more, class by class in proportion."""
    if len(y) <= most:
        return np.arange(len(y))
    rng = np.random.default_rng(child_seed(seed, "bounded"))
    found = []
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        count = min(len(rows), max(LEAST_OUTER + 1, round(most * len(rows) / len(y))))
        found.append(at_most(rows, y, count, rng)[0])
    return np.sort(np.concatenate(found))


def usual_times(y: np.ndarray) -> int:
    """How many times the rows of each class are added: once, or so often that a usual class gets ENOUGH_ROWS.

    All classes alike: a forest that sees other shares of classes scores another macro F1 on labels that mean nothing.

    >>> usual_times(np.repeat([0, 1], 5)), usual_times(np.repeat([0, 1], 500))
    (4, 1)
    """
    counts = np.unique(y, return_counts=True)[1]
    return int(np.clip(np.ceil(ENOUGH_ROWS / np.median(counts)), 1, MOST_TIMES))


def _spread(y: np.ndarray, count: int, rng: np.random.Generator) -> list[np.ndarray]:
    part = np.empty(len(y), np.int64)
    start = 0
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        # Going on where the last class ended keeps the parts as large as each other.
        part[rows] = (start + np.arange(len(rows))) % count
        start += len(rows)
    return [np.flatnonzero(part == number) for number in range(count)]


def _grouped(y: np.ndarray, group: np.ndarray, count: int, rng: np.random.Generator) -> list[np.ndarray]:
    codes = np.unique(group, return_inverse=True)[1]
    every = tuple(range(count))
    return dealt(y, codes, [1 / count] * count, [1] * count, every, rng)[0]


def _left(left: np.ndarray, y: np.ndarray, group: np.ndarray | None, least: int, units: int) -> bool:
    labels = np.unique(y)
    if np.bincount(left, minlength=labels[-1] + 1)[labels].min() < least:
        return False
    return group is None or all(len(np.unique(group[left == label])) >= units for label in labels)
