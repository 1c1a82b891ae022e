"""Which rows to add to which class, decided class by class: by the training rows alone, or, as a bar, by test rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from inn_experiments.contracts import Number, Quantity, Rows, Subject, UserError, child_seed
from inn_experiments.contracts.quantity import SHARE
from inn_experiments.measures.utility.amounts import Predict, folds
from inn_experiments.measures.utility.division import join
from inn_experiments.measures.utility.treatments import treatments

ARMS = ("real", "synthetic", "convex")
"""What a class may get: nothing, generated rows or convex combinations; earlier ones win where two are as good."""
RULES = ("by_class", "one_rule", "oracle_by_class")
Chosen = dict[str, list[np.ndarray]]
"""Rule -> the numbers in ARMS (C,) of each repeat."""
CHOSEN = tuple(Quantity(f"chosen/{rule}", f"classes that get it, {rule}", limits=SHARE) for rule in RULES)


def inner(
    train: Rows, subject: Subject, per_class: int | None, predict: Predict, *, seed: int
) -> dict[str, np.ndarray]:
    """F1 (C,) of each class under each arm, of rows of `train` held out of everything: NaN for a class without any.

    In each fold the generator is built and fitted anew to what is left of `train`, and so are the combinations. Nothing
    where no fold can be fitted.
    """
    true, given = [], {arm: [] for arm in ARMS}
    for number, (left, held) in enumerate(folds(train, child_seed(seed, "folds"))):
        child = child_seed(seed, f"fold/{number}")
        generator = subject.rebuild()
        try:
            generator.fit(left, subject.about, seed=child_seed(child, "generator"), val=subject.split.val)
        except UserError:
            return {}
        told = replace(subject, synthesizer=generator)
        sets = dict(treatments(left, told, per_class, seed=child_seed(child, "treatments")))
        for arm in ARMS:
            # Classes of one row have no combinations: then real rows stand in for them.
            given[arm].append(predict(sets.get(arm, left), held.x, child_seed(child, "forest")))
        true.append(held.y)
    if not true:
        return {}
    held_y = np.concatenate(true)
    return {arm: class_f1(held_y, np.concatenate(found), len(subject.split.classes)) for arm, found in given.items()}


def class_f1(true: np.ndarray, found: np.ndarray, classes: int) -> np.ndarray:
    """F1 (C,) of labels `found` (n,), NaN for a class that none of `true` is of.

    Example:
        >>> class_f1(np.array([0, 0, 1]), np.array([0, 1, 1]), 3).round(3)
        array([0.667, 0.667,   nan])
    """
    hits, said, are = (
        np.bincount(labels, minlength=classes).astype(float) for labels in (true[true == found], found, true)
    )
    return np.where(are > 0, 2 * hits / np.maximum(said + are, 1), np.nan)


def best_by_class(scores: Mapping[str, np.ndarray], classes: int) -> np.ndarray:
    """The number in ARMS (C,) of what suits each class best; nothing is added to a class that nothing is known of."""
    if not scores:
        return np.zeros(classes, np.int64)
    table = np.stack([np.nan_to_num(scores[arm], nan=0.0) for arm in ARMS])
    return table.argmax(axis=0)


def selected(sets: Mapping[str, Rows], arms: np.ndarray) -> Rows:
    """The training rows in which each class has those of its arm, a number in ARMS (C,), of the treatments `sets`."""
    parts = []
    for label in np.unique(sets["real"].y):
        rows = sets.get(ARMS[arms[label]], sets["real"])
        parts.append(rows.take(rows.y == label))
    return join(*parts)


def selective(
    sets: Mapping[str, Rows],
    test: Rows,
    found: Mapping[str, np.ndarray],
    predict: Callable[[Rows, np.ndarray], np.ndarray],
) -> Iterator[tuple[str, Rows, np.ndarray]]:
    """Each rule's name, training rows and arms (C,): what the paper's 6.3 asks for, "class-specific characteristics".

    `by_class`: each class gets what raised its own F1 most in `found`, of `inner`; `one_rule`: all classes get the one
    thing that raised the mean most; `oracle_by_class`: as `by_class`, but by F1 of the `test` rows: no method, a bar
    that says what better knowledge of classes would be worth to this rule.
    """
    classes = int(max(sets["real"].y.max(), test.y.max())) + 1
    yield "by_class", *_with(sets, best_by_class(found, classes))
    means = [float(np.nanmean(found[arm])) for arm in ARMS] if found else [0.0]
    yield "one_rule", *_with(sets, np.full(classes, int(np.argmax(means))))
    known = {arm: class_f1(test.y, predict(sets.get(arm, sets["real"]), test.x), classes) for arm in ARMS}
    yield "oracle_by_class", *_with(sets, best_by_class(known, classes))


def _with(sets: Mapping[str, Rows], arms: np.ndarray) -> tuple[Rows, np.ndarray]:
    return selected(sets, arms), arms


def with_selected(
    sets: dict[str, Rows],
    scene: Subject,
    test: Rows,
    per_class: int | None,
    predict: Predict,
    chosen: Chosen,
    *,
    seed: int,
) -> Iterator[tuple[str, Rows]]:
    """The treatments `sets` and those that choose among them; adds to what was `chosen`. `seed` is their forests'."""
    yield from sets.items()
    found = inner(sets["real"], scene, per_class, predict, seed=child_seed(seed, "selective"))
    for name, rows, arms in selective(sets, test, found, lambda rows, x: predict(rows, x, seed)):
        chosen[name].append(arms)
        yield name, rows


def chosen_numbers(chosen: Chosen) -> Iterator[Number]:
    """The share of classes that got each arm, by rule, over repeats."""
    for rule, arms in chosen.items():
        every = np.concatenate(arms)
        for number, arm in enumerate(ARMS):
            yield Number(f"chosen/{rule}", float(np.mean(every == number)), of=arm)
