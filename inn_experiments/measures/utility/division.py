"""Divisions of rows into two parts, stratified by class, or by whole groups where rows have groups."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Rows, UserError
from inn_experiments.contracts.seeding import child_seed

# A class needs two rows to learn from (a convex combination takes two) and one to be scored on.
LEAST_TRAIN, LEAST_TEST = 2, 1
GROUP_ATTEMPTS = 20


def join(*parts: Rows) -> Rows:
    """All rows of `parts` as one; groups are kept if every part has them."""
    grouped = all(part.group is not None for part in parts)
    return Rows(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.group for part in parts]) if grouped else None,
    )


def divide(
    rows: Rows, share: float, classes: tuple[str, ...], purpose: str, *, seed: int, otherwise: str = ""
) -> tuple[Rows, Rows]:
    """`rows` divided into (train, test) with about `share` of each class in test and no group in both.

    Raises UserError naming the class (of `classes`) that has too few rows or groups for it, the `purpose`,
    and the setting that does without this division, `otherwise`.
    """
    if rows.group is None:
        test = _stratified(rows.y, share, seed)
        short = _short(rows.y, test)
        detail = "more rows"
    else:
        for attempt in range(GROUP_ATTEMPTS):
            test = _grouped(rows, share, child_seed(seed, f"attempt/{attempt}"))
            short = _short(rows.y, test)
            if short is None:
                break
        detail = "more groups that hold this class (a group is never divided)"
    if short is not None:
        mask = rows.y == short
        held = f"{mask.sum()} row(s)"
        if rows.group is not None:
            held += f" in {len(np.unique(rows.group[mask]))} group(s)"
        raise UserError(
            f"{purpose}: class {classes[short]!r} has {held}, too few to leave {LEAST_TRAIN} for training "
            f"and {LEAST_TEST} for testing; give it {detail}{f', or use {otherwise}' if otherwise else ''}"
        )
    return rows.take(~test), rows.take(test)


def require(rows: Rows, least: int, classes: tuple[str, ...], purpose: str) -> None:
    """Raise a UserError naming the first class of `rows` with fewer than `least` of them."""
    labels, counts = np.unique(rows.y, return_counts=True)
    for label, count in zip(labels, counts, strict=True):
        if count < least:
            raise UserError(f"{purpose}: class {classes[label]!r} has {count} row(s), at least {least} are needed")


def halves(rows: Rows, *, seed: int) -> tuple[Rows, Rows]:
    """Two halves of `rows`, every class shared as evenly as it can be; never fails on a small class."""
    order = np.random.default_rng(child_seed(seed, "halves")).permutation(len(rows))
    order = order[np.argsort(rows.y[order], kind="stable")]
    return rows.take(np.sort(order[0::2])), rows.take(np.sort(order[1::2]))


def _short(y: np.ndarray, test: np.ndarray) -> int | None:
    """The first class with too few rows on either side of the mask `test`, or None."""
    for label in np.unique(y):
        mask = y == label
        if (mask & ~test).sum() < LEAST_TRAIN or (mask & test).sum() < LEAST_TEST:
            return int(label)
    return None


def _stratified(y: np.ndarray, share: float, seed: int) -> np.ndarray:
    """A test mask with round(share * n_c) rows of each class, but at least the least on both sides."""
    rng = np.random.default_rng(child_seed(seed, "stratified"))
    test = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        index = rng.permutation(np.flatnonzero(y == label))
        count = max(LEAST_TEST, min(round(share * len(index)), len(index) - LEAST_TRAIN))
        test[index[:count]] = True
    return test


def _grouped(rows: Rows, share: float, seed: int) -> np.ndarray:
    """A test mask made of whole groups, near `share` of the rows and of each class."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups = len(np.unique(rows.group))
    if groups < 2:
        return np.zeros(len(rows), dtype=bool)
    folds = StratifiedGroupKFold(min(max(2, round(1 / share)), groups), shuffle=True, random_state=seed % 2**32)
    test = np.zeros(len(rows), dtype=bool)
    test[next(folds.split(rows.x, rows.y, rows.group))[1]] = True
    return test
