"""Two sets of rows compared with their labels: a classifier that sees which class each row is said to be of."""

import numpy as np

from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.intervals import Bounded
from inn_experiments.measures.numbers.two_samples import left_out, pairs_of, told, visible

TREES = 25
"""Of what tells one class from another."""
Sides = tuple[np.ndarray, np.ndarray]


def c2st_labelled(a: np.ndarray, b: np.ndarray, classes: Sides, *, seed: int) -> Bounded:
    """Cross-validated accuracy of telling labelled rows `a` (n, d) from real ones `b` (m, d), their labels being seen.

    As `c2st`, whose pairs have one label, so that it cannot see whether that is right: rows with shuffled labels score
    0.5 there. Here the classifier also sees how likely a row's label is, and how likely the best other one, by trees
    that tell the classes of real rows apart. Of the training pairs each half is told by the real rows of the other
    half, and test pairs by both: no row is told by itself, and those of a pair by the same trees, so that the expected
    value is 0.5 exactly where the sides could be exchanged. Raises ValueError for fewer than two pairs of one class.
    """
    rng = np.random.default_rng(child_seed(seed, "c2st_labelled"))
    a, b = visible(a, b)

    def right(train: np.ndarray, test: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        halves = np.array_split(rng.permutation(train), 2)
        models = [_classes(b[half[:, 1]], classes[1][half[:, 1]], rng) for half in halves]
        learned = [_seen(a, b, classes, half, [model]) for half, model in zip(halves, models[::-1], strict=True)]
        sides = (np.concatenate(side) for side in zip(*learned, strict=True))
        return told(tuple(sides), _seen(a, b, classes, test, models), int(rng.integers(2**31)))

    return left_out(pairs_of(*classes, rng), right, rng)


def _classes(x: np.ndarray, y: np.ndarray, rng: np.random.Generator):
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(TREES, random_state=int(rng.integers(2**31)), n_jobs=1).fit(x, y)


def _seen(a: np.ndarray, b: np.ndarray, classes: Sides, pairs: np.ndarray, models: list) -> Sides:
    """Both sides of `pairs` (k, 2) as the classifier sees them: each row, and what `models` say of its label."""
    # Of d features a split of a tree looks at the root of d: the label is then among them in most splits.
    copies = int(np.ceil(np.sqrt(a.shape[1]) / 2))
    sides = []
    for x, y, index in zip((a, b), classes, pairs.T, strict=True):
        likely = np.mean([_likely(model, x[index], y[index]) for model in models], axis=0)
        sides.append(np.concatenate([x[index], np.tile(likely, copies)], axis=1))
    return tuple(sides)


def _likely(model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How likely the labels y (n,) of rows x (n, d) are, and the best other ones, (n, 2)."""
    every = model.predict_proba(x)
    own = model.classes_ == y[:, None]
    return np.stack([(every * own).sum(axis=1), (every * ~own).max(axis=1)], axis=1)
