"""From labels and groups of rows to the seeded parts of a split, as row numbers."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from inn_experiments.contracts import UserError, child_seed
from inn_experiments.data.checks import shorten
from inn_experiments.maths.division import DEALS, LEAST_TEST, LEAST_TRAIN, at_most, dealt, stratified


class Parts(NamedTuple):
    """Sorted row numbers; `fresh` is empty when no row was asked for."""

    train: np.ndarray
    val: np.ndarray
    test: np.ndarray
    fresh: np.ndarray


@dataclass(kw_only=True)
class Division:
    """How rows are divided: stratified by class, or by whole groups where there are any.

    Validation rows are only looked at, so where rows or groups are few, they are what is given up, with a warning.

    Args:
        test_fraction, val_fraction, fresh_fraction: shares of the rows; the rest trains.
        per_class: at most this many training rows per class; those above it become fresh rows, if any are asked
            for and no group forbids it: a fresh row of a training group would not be new.
        pool_seed: decides alone which rows are the test part, so that the cells of all seeds are scored on one pool
            that none of them learns from; their own seed divides the rest. None: it divides all rows.
    """

    # Not a field: how a reader that can leave out classes is told to, for messages on such as are too small.
    cure = ""

    test_fraction: float = 0.3
    val_fraction: float = 0.1
    fresh_fraction: float = 0.0
    per_class: int | None = None
    pool_seed: int | None = None

    def __post_init__(self) -> None:
        val, test, fresh = self.fractions
        if not 0 < test < 1:
            raise UserError(f"data.test_fraction={test}: must be above 0 and below 1")
        for argument, value in (("val_fraction", val), ("fresh_fraction", fresh)):
            if not 0 <= value < 1:
                raise UserError(f"data.{argument}={value}: must be at least 0 and below 1")
        if not test + val + fresh < 1:
            raise UserError(
                f"data.test_fraction={test}, data.val_fraction={val} and data.fresh_fraction={fresh} sum to "
                f"{test + val + fresh:g}: their sum must be below 1, the rest is for training"
            )
        if self.per_class is not None and self.per_class < 1:
            raise UserError(f"data.per_class={self.per_class}: must be at least 1, or null for all training rows")

    @property
    def fractions(self) -> tuple[float, float, float]:
        """Of the rows, in the order of `Parts` without the first."""
        return self.val_fraction, self.test_fraction, self.fresh_fraction

    def parts(self, y: np.ndarray, group: np.ndarray | None, classes: Sequence[str], seed: int) -> Parts:
        """The parts that `seed` gives of labels `y` (n,), in which every one of the `classes` has a row.

        No group stands in two parts; `group` (n,) are codes from 0, no number left out. Raises UserError for classes
        or groups that are too small.
        """
        rng = np.random.default_rng(child_seed(seed, "split"))
        if self.pool_seed is not None:
            parts = self._around_pool(y, group, classes, rng)
        else:
            parts = self._stratified(y, classes, rng) if group is None else self._grouped(y, group, classes, rng)
        if self.per_class is None:
            return parts
        train, spared = at_most(parts.train, y, self.per_class, rng)
        fresh = np.union1d(parts.fresh, spared) if group is None and self.fresh_fraction > 0 else parts.fresh
        return parts._replace(train=train, fresh=fresh)

    def _stratified(self, y: np.ndarray, classes: Sequence[str], rng: np.random.Generator) -> Parts:
        wanted = {"test": self.test_fraction, "fresh": self.fresh_fraction}
        needed = LEAST_TRAIN + sum(fraction > 0 for fraction in wanted.values())
        counts = np.bincount(y, minlength=len(classes))
        small = [f"{classes[label]!r} has {counts[label]}" for label in np.flatnonzero(counts < needed)]
        if np.sum(counts == 1) > len(y) / 2:
            raise UserError(
                f"{len(y)} rows have {len(classes)} classes, most of them of one row, such as "
                f"{classes[int(counts.argmin())]!r}: too few rows for the split; what names the "
                "classes (data.label) has to have values that many rows share"
            )
        if small:
            others = " and ".join(part for part, fraction in wanted.items() if fraction > 0)
            raise UserError(
                f"class {shorten(small)}: too few rows for the split; each class needs at least {needed}, "
                f"{LEAST_TRAIN} to train on and 1 for {others}{self.cure}"
            )
        without = [repr(classes[label]) for label in np.flatnonzero(counts == needed)]
        if self.val_fraction > 0 and without:
            _warn(f"class {shorten(without)}: {needed} rows leave none for the validation part")
        return Parts(*stratified(y, self.fractions, rng))

    def _grouped(self, y: np.ndarray, group: np.ndarray, classes: Sequence[str], rng: np.random.Generator) -> Parts:
        groups, shares = int(group.max()) + 1, [1 - sum(self.fractions), *self.fractions]
        if groups < sum(share > 0 for share in shares) and self.val_fraction > 0:
            shares = [shares[0] + self.val_fraction, 0.0, *shares[2:]]
        if groups < (filled := sum(share > 0 for share in shares)):
            raise UserError(f"data.group: {groups} groups cannot fill {filled} parts; each needs its own group")
        lonely = [repr(classes[label]) for label in np.unique(y) if np.ptp(group[y == label]) == 0]
        if lonely:
            raise UserError(
                f"class {shorten(lonely)}: its rows lie in one group only, so it cannot be in "
                f"train and in test; each class needs at least 2 groups{self.cure}"
            )
        train, test = 0, 2
        found, lacking = dealt(y, group, shares, (LEAST_TRAIN, 1, LEAST_TEST, 1), (train, test), rng)
        short = [repr(classes[label]) for label in np.flatnonzero(lacking[[train, test]].any(axis=0))]
        if short:
            raise UserError(
                f"class {shorten(short)}: none of {DEALS} divisions of the "
                f"{groups} groups has at least {LEAST_TRAIN} rows of it in train and {LEAST_TEST} in test; give it "
                f"more groups, change data.test_fraction, or leave the class out{self.cure}"
            )
        parts = Parts(*found)
        if self.fresh_fraction > 0 and not len(parts.fresh):
            raise UserError(
                f"data.fresh_fraction={self.fresh_fraction}: train and test take all {groups} groups of data.group; "
                "without it test rows are compared with each other"
            )
        if self.val_fraction > 0 and not len(parts.val):
            _warn(f"data.group: {groups} groups leave none for the validation part")
        return parts

    def _around_pool(
        self, y: np.ndarray, group: np.ndarray | None, classes: Sequence[str], rng: np.random.Generator
    ) -> Parts:
        """The test part that `pool_seed` gives, and the others of what it leaves, which `rng` divides.

        A part that the groups or rows of a class do not suffice for goes without it: training rows come first.
        """
        whole = replace(self, val_fraction=0.0, fresh_fraction=0.0, per_class=None, pool_seed=None)
        rest, _, test, _ = whole.parts(y, group, classes, child_seed(self.pool_seed, "pool"))
        left = 1 - self.test_fraction
        val, fresh = self.val_fraction / left, self.fresh_fraction / left
        if group is None:
            train, *others = stratified(y[rest], (val, fresh), rng)
        else:
            codes = np.unique(group[rest], return_inverse=True)[1]
            shares, least = (1 - val - fresh, val, fresh), (LEAST_TRAIN, 1, 1)
            # What the pool leaves has rows enough of every class to train on, and training is served first.
            train, *others = dealt(y[rest], codes, shares, least, (0,), rng)[0]
        return Parts(rest[train], rest[others[0]], test, rest[others[1]])


def inner(
    division: Division, train: np.ndarray, y: np.ndarray, group: np.ndarray | None, classes: Sequence[str], seed: int
) -> Parts:
    """The training rows `train` divided once more, by the same shares, into parts of which none is fresh.

    Args:
        division: that `train` comes from.
        train: (k,) row numbers.
        y: (n,) labels of all rows.
        group: (n,) codes; None where rows have no groups.
        classes: their names.
        seed: of this division.

    Raises:
        UserError: a class has too few training rows or groups to be divided.
    """
    alone = Division(test_fraction=division.test_fraction, val_fraction=division.val_fraction)
    codes = None if group is None else np.unique(group[train], return_inverse=True)[1]
    try:
        found = alone.parts(y[train], codes, classes, seed)
    except UserError as error:
        raise UserError(f"inner: the {len(train)} training rows cannot be divided once more: {error}") from None
    return Parts(*(train[part] for part in found))


def draw_unseen(y: np.ndarray, classes: Sequence[str], unseen: int, seed: int) -> np.ndarray:
    """Which rows (n,) bool with labels `y` (n,) are of so many `unseen` classes, which `seed` draws."""
    if len(classes) - unseen < 2:
        raise UserError(
            f"data.unseen={unseen}: of {len(classes)} classes at least 2 must be left to train on, "
            f"so at most {max(0, len(classes) - 2)} can be kept out"
        )
    rng = np.random.default_rng(child_seed(seed, "unseen"))
    return np.isin(y, rng.choice(len(classes), unseen, replace=False))


def _warn(text: str) -> None:
    warnings.warn(f"{text}, which is only looked at in training curves", UserWarning, stacklevel=4)
