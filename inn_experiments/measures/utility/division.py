"""Rows divided into two parts, each with every class, and joined again."""

import numpy as np

from inn_experiments.contracts import Rows, UserError, child_seed
from inn_experiments.contracts.streamed import joined
from inn_experiments.maths.division import LEAST_TEST, LEAST_TRAIN, dealt, stratified

LEARNING = 100_000
"""Training rows that a claim's forest learns from, at most."""


def join(*parts: Rows) -> Rows:
    """All rows of `parts` as one; groups are kept if every part has them."""
    groups = [part.group for part in parts if part.group is not None]
    return Rows(
        joined([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate(groups) if len(groups) == len(parts) else None,
    )


def few(rows: Rows, most: int | None, seed: int) -> Rows:
    """At most `most` of the `rows`, or a few more, class by class in proportion, LEAST_TRAIN of each; None for all."""
    if most is None or len(rows) <= most:
        return rows.held()
    return rows.take(stratified(rows.y, (1 - most / len(rows),), np.random.default_rng(seed))[0]).held()


def divide(
    rows: Rows, share: float, classes: tuple[str, ...], purpose: str, *, seed: int, otherwise: str = ""
) -> tuple[Rows, Rows]:
    """`rows` divided into (train, test) with about `share` of each class in test and no group in both.

    `purpose` and, where a setting does without this division, `otherwise` are words for the message: a UserError that
    names the class with too few rows or groups.
    """
    train = test = np.arange(0)
    if rows.group is None:
        counts = np.bincount(rows.y)
        short, detail = np.flatnonzero((counts > 0) & (counts < LEAST_TRAIN + LEAST_TEST)), "more rows"
        if not len(short):
            train, test = stratified(rows.y, (share,), np.random.default_rng(child_seed(seed, "stratified")))
    else:
        codes, rng = np.unique(rows.group, return_inverse=True)[1], np.random.default_rng(child_seed(seed, "grouped"))
        (train, test), lacking = dealt(rows.y, codes, (1 - share, share), (LEAST_TRAIN, LEAST_TEST), (0, 1), rng)
        short = np.flatnonzero(lacking.any(axis=0))
        detail = "more groups that hold this class (a group is never divided)"
    if len(short):
        mask = rows.y == short[0]
        held = f"{mask.sum()} row(s) here"
        if rows.group is not None:
            held += f" in {len(np.unique(rows.group[mask]))} group(s)"
        raise UserError(
            f"{purpose}: class {classes[short[0]]!r} has {held}, too few to leave {LEAST_TRAIN} for training "
            f"and {LEAST_TEST} for testing; give it {detail}{f', or use {otherwise}' if otherwise else ''}"
        )
    return rows.take(train), rows.take(test)
