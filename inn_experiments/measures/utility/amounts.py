"""How many generated rows to add, and whether any: an inner cross-validation on the training rows alone decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from inn_experiments.contracts import Number, Quantity, Rows, Subject, UserError, child_seed
from inn_experiments.contracts.quantity import GAIN
from inn_experiments.measures.utility.division import join
from inn_experiments.measures.utility.scores import RESAMPLES, confusion, measures

FOLDS = 4
"""With more folds than rows of a class, only some classes lose a row in each: pairs are left to learn from at k = 2."""
MORE = 3
NOISE = NormalDist().inv_cdf(0.95)
"""A gain counts where chance alone would make it in one of twenty."""
AMOUNT = (
    Quantity("amount/chosen", "generated rows a class, chosen"),
    Quantity("amount/gain", "macro F1 − real, inner", "higher", limits=GAIN),
)

Predict = Callable[[Rows, np.ndarray, int], np.ndarray]
"""(training rows, test rows (m, d), a seed) -> the labels (m,) that the classifier gives."""


class Choice(NamedTuple):
    """What was chosen, and why.

    Attributes:
        rows: to add of each class; 0 for none.
        gains: of each number that was tried the gain in macro F1 over real rows alone, and what of it may be noise.
        unjudged: why nothing could be tried; None where it could.
    """

    rows: int
    gains: dict[int, tuple[float, float]]
    unjudged: str | None = None


def candidates(train: Rows, per_class: int | None) -> list[int]:
    """The numbers to try: as many as a class has, `per_class` and three times that; None: the first in its place."""
    own = max(1, round(len(train) / len(np.unique(train.y))))
    usual = own if per_class is None else per_class
    return sorted({own, usual, MORE * usual})


def choose(train: Rows, subject: Subject, per_class: int | None, predict: Predict, *, seed: int) -> Choice:
    """The number of generated rows a class that wins a cross-validation within `train` by more than its noise, or 0.

    In each fold the generator is built and fitted anew to what is left of `train`, so that held-out rows are as new to
    it as test rows are. Macro F1 is that of the held-out rows of all folds together; its gain over real rows alone has
    to exceed NOISE standard errors, from resamples of held-out rows (groups where there are any). A generator that
    cannot be fitted to what is left, and classes of one row, leave nothing to judge by: then nothing is added.
    """
    amounts = candidates(train, per_class)
    true, units, labels = [], [], {amount: [] for amount in (0, *amounts)}
    for number, (inner, held) in enumerate(folds(train, child_seed(seed, "folds"))):
        child = child_seed(seed, f"fold/{number}")
        generator = subject.rebuild()
        try:
            generator.fit(inner, subject.about, seed=child_seed(child, "generator"), val=subject.split.val)
        except UserError as error:
            return Choice(0, {}, str(error))
        classes = np.unique(inner.y)
        asked = np.repeat(classes, amounts[-1])
        made = Rows(generator.sample(asked, seed=child_seed(child, "synthetic")).x.astype(np.float32), asked)
        place = np.tile(np.arange(amounts[-1]), len(classes))
        for amount, found in labels.items():
            found.append(predict(join(inner, made.take(place < amount)), held.x, child_seed(child, "forest")))
        true.append(held.y)
        units.append(np.arange(len(held)) + sum(map(len, units)) if held.group is None else held.group)
    if not true:
        return Choice(0, {}, "no class has a second row to judge by")
    given = {amount: np.concatenate(found) for amount, found in labels.items()}
    return _decided(np.concatenate(true), np.concatenate(units), given, child_seed(seed, "resamples"))


def folds(train: Rows, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """(the rows that are left, those held out whose class has others left), FOLDS times where there are any.

    Each class is dealt over the folds in turn, starting one further than the last class; groups are dealt whole.
    """
    rng = np.random.default_rng(seed)
    if train.group is None:
        fold = np.empty(len(train), np.int64)
        for start, label in enumerate(np.unique(train.y)):
            rows = rng.permutation(np.flatnonzero(train.y == label))
            fold[rows] = (start + np.arange(len(rows))) % FOLDS
    else:
        codes = np.unique(train.group, return_inverse=True)[1]
        fold = rng.permutation(int(codes.max()) + 1)[codes] % FOLDS
    for number in range(FOLDS):
        inner = train.take(fold != number)
        held = train.take((fold == number) & np.isin(train.y, inner.y))
        if len(held):
            yield inner, held.held()


def _decided(true: np.ndarray, units: np.ndarray, given: dict[int, np.ndarray], seed: int) -> Choice:
    """The choice from labels of held-out rows (n,): the true ones, and those given with each number of rows, 0 too."""
    codes = np.unique(units, return_inverse=True)[1]
    count = int(codes.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)[:, codes]
    weights = np.concatenate([np.ones((1, len(true))), drawn])
    classes = int(max(true.max(), *(found.max() for found in given.values()))) + 1
    scores = {a: measures(confusion(true, found, classes, weights))["f1_macro"] for a, found in given.items()}
    gains = {}
    for amount in list(given)[1:]:
        gain, *again = scores[amount] - scores[0]
        gains[amount] = float(gain), float(NOISE * np.std(again, ddof=1))
    best = max(gains, key=lambda amount: gains[amount][0])
    return Choice(best if gains[best][0] > max(gains[best][1], 0.0) else 0, gains)


def amount_numbers(choices: Sequence[Choice]) -> Iterator[Number]:
    """The mean of what was chosen, and of every gain that was tried with its noise, over repeats."""
    yield Number("amount/chosen", float(np.mean([choice.rows for choice in choices])))
    for amount in sorted(set().union(*(choice.gains for choice in choices))):
        gain, noise = np.mean([choice.gains[amount] for choice in choices if amount in choice.gains], axis=0)
        yield Number("amount/gain", float(gain), half=float(noise), of=f"{amount} rows a class")
