"""How much easier generated rows are told from real ones than other real rows are, from as many rows of either."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Rows, Samples, kept_numbers, stages
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.intervals import difference_of
from inn_experiments.measures.numbers.told import bounds_of, with_bounds
from inn_experiments.measures.numbers.two_samples import FOLDS, TREES, c2st, pair_count

LEAST_A_CLASS, MOST_A_CLASS = 20, 100
"""Pairs that a C2ST of one class alone takes: of fewer it says hardly anything, of more it takes its time."""
CLASS_TREES, CLASS_FOLDS = 15, 3
NEAR = 0.05
"""Numbers of pairs that differ by this share, or less, are as good as equal: scores hardly differ for it."""
Scores = dict[str, float]
Labelled = Rows | Samples


def excess(
    made: Labelled,
    second: Rows,
    real: Rows,
    *,
    known: tuple[Mapping[str, float], Mapping[str, float]] | None = None,
    seed: int,
    cache: Path | None = None,
) -> Scores:
    """`c2st_excess`: C2ST of generated rows `made` less that of `second`, other real ones, with bounds; 0 is best.

    Both are about `real`, and of equally many pairs: C2ST of rows that differ grows with their number. `known` are both
    sides' scores, which are taken where they are of as many pairs already, give or take a twentieth.
    """
    counts = [pair_count(rows.y, real.y) for rows in (made, second)] if known is None else [n["c2st/n"] for n in known]
    count = int(min(counts))
    if known is None or max(counts) > (1 + NEAR) * count:
        known = tuple(_c2st(rows, real, count, child_seed(seed, "excess"), cache) for rows in (made, second))
    return with_bounds("c2st_excess", difference_of(*(bounds_of(one, "c2st") for one in known)), count)


def class_by_class(
    made: Labelled, second: Rows, real: Rows, classes: Sequence[str], *, seed: int, cache: Path | None = None
) -> tuple[dict[str, dict[str, Scores]], list[str]]:
    """(class -> `test` and `fresh`, of `made` and of `second` about `real`, classes with too few rows for it).

    All are of equally many pairs, those of the smallest class that has enough, so that they can be compared. Each
    class has forests of its own, 15 trees in 3 folds, which see rows of another class for what they are.
    """
    labels = np.unique(real.y)
    sizes = {label: min(int(np.sum(rows.y == label)) for rows in (made, second, real)) for label in labels}
    enough = [label for label, size in sizes.items() if size >= LEAST_A_CLASS]
    short = [classes[label] for label in labels if label not in enough]
    count = min([MOST_A_CLASS, *(sizes[label] for label in enough)])
    found = {}
    for number, label in enumerate(enough):
        stages.move(number, len(enough), f"class {number + 1} of {len(enough)}", of=("fidelity",))
        child = child_seed(seed, f"class/{classes[label]}")
        own, others, about = (_of(rows, label) for rows in (made, second, real))
        sides = {"test": own, "fresh": others}
        found[classes[label]] = {
            part: _c2st(rows, about, count, child, cache, CLASS_TREES, CLASS_FOLDS) for part, rows in sides.items()
        }
    return found, short


def _c2st(
    rows: Labelled, real: Rows, count: int, seed: int, cache: Path | None, trees: int = TREES, folds: int = FOLDS
) -> Scores:
    def compute() -> Scores:
        sides = (np.asarray(one.x, np.float64) for one in (rows, real))
        return with_bounds(
            "c2st", c2st(*sides, (rows.y, real.y), seed=seed, most=count, trees=trees, folds=folds), count
        )

    return kept_numbers(cache, "fidelity", (rows.x, rows.y, real.x, real.y, count, seed), compute)


def _of(rows: Labelled, label: int) -> Rows:
    mine = np.flatnonzero(rows.y == label)
    return rows.take(mine) if isinstance(rows, Rows) else Rows(rows.x[mine], rows.y[mine])
