"""The classifier two-sample test: can a classifier tell synthetic rows from real ones?"""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts.seeding import child_seed

FOLDS = 5
LIMIT = 1000
TREES = 100


def c2st(a: np.ndarray, b: np.ndarray, *, seed: int) -> float:
    """Cross-validated accuracy of telling rows `a` (n, d) from `b` (m, d): 0.5 is best, 1 means always told.

    As many rows of either side (the smaller number, at most 1,000), 5 stratified folds, 100 extremely randomised trees:
    unlike a linear or nearest-neighbour test they see shifts, wrong scales and wrong correlations alike, and they need
    no scaling. Copies of one row within a side fall into several folds, so a side that repeats itself is told from one
    that does not: a bootstrap of real rows scores above 0.5. Source: Lopez-Paz and Oquab 2017.

    Raises:
        ValueError: fewer than 5 rows on a side.
    """
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    count = min(len(a), len(b), LIMIT)
    if count < FOLDS:
        raise ValueError(f"c2st needs at least {FOLDS} rows on each side, got {len(a)} and {len(b)}")
    rng = np.random.default_rng(child_seed(seed, "c2st"))
    chosen = [side[rng.permutation(len(side))[:count]] for side in (a, b)]
    x, side = np.concatenate(chosen), np.repeat([0, 1], count)
    state = int(rng.integers(2**31))
    trees = ExtraTreesClassifier(TREES, min_samples_leaf=3, random_state=state, n_jobs=1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=state)
    return float(cross_val_score(trees, x, side, cv=folds, scoring="accuracy").mean())
