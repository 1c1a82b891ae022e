"""Divisions of rows into two parts, stratified by class, or by whole groups where rows have groups."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Rows, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths import division
from inn_experiments.maths.division import LEAST_TEST, LEAST_TRAIN


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

    Args:
        rows: what is divided.
        share: of test, in 0..1.
        classes: their names, for the message.
        purpose: what the division is for, for the message.
        seed: of the division.
        otherwise: the setting that does without this division.

    Raises:
        UserError: names the class that has too few rows or groups.
    """
    if rows.group is None:
        counts = np.bincount(rows.y)
        short, detail = np.flatnonzero((counts > 0) & (counts < LEAST_TRAIN + LEAST_TEST)), "more rows"
        if not len(short):
            rng = np.random.default_rng(child_seed(seed, "stratified"))
            train, test = division.stratified(rows.y, (share,), rng)
    else:
        codes, rng = np.unique(rows.group, return_inverse=True)[1], np.random.default_rng(child_seed(seed, "grouped"))
        parts = (1 - share, share), (LEAST_TRAIN, LEAST_TEST), (0, 1)
        (train, test), lacking = division.dealt(rows.y, codes, *parts, rng)
        short = np.flatnonzero(lacking.any(axis=0))
        detail = "more groups that hold this class (a group is never divided)"
    if len(short):
        mask = rows.y == short[0]
        held = f"{mask.sum()} row(s)"
        if rows.group is not None:
            held += f" in {len(np.unique(rows.group[mask]))} group(s)"
        raise UserError(
            f"{purpose}: class {classes[short[0]]!r} has {held}, too few to leave {LEAST_TRAIN} for training "
            f"and {LEAST_TEST} for testing; give it {detail}{f', or use {otherwise}' if otherwise else ''}"
        )
    return rows.take(train), rows.take(test)


def require(rows: Rows, least: int, classes: tuple[str, ...], purpose: str) -> None:
    """Raise a UserError naming the first class of `rows` with fewer than `least` of them."""
    labels, counts = np.unique(rows.y, return_counts=True)
    for label, count in zip(labels, counts, strict=True):
        if count < least:
            raise UserError(f"{purpose}: class {classes[label]!r} has {count} row(s), at least {least} are needed")


def halves(rows: Rows, *, seed: int) -> tuple[Rows, Rows]:
    """Two halves of `rows`, every class shared as evenly as it can be; never fails on a small class."""
    first, second = division.halves(rows.y, np.random.default_rng(child_seed(seed, "halves")))
    return rows.take(first), rows.take(second)
