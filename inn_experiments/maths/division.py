"""Divisions of n labelled rows into parts, as arrays of row numbers; who divides says what it means to fail."""

from collections.abc import Sequence

import numpy as np

LEAST_TRAIN, LEAST_TEST = 2, 1
"""A class needs two rows to learn from (a convex combination takes two) and one to be scored on."""

DEALS = 500


def balanced_counts(available: np.ndarray, total: int) -> np.ndarray:
    """How many rows to take of each class, as equal as `available` (C,) allows, `total` in all."""
    # What all classes have up to a level, and one more of the first of those that have more.
    levels = np.minimum(available[:, None], np.arange(available.max() + 1)).sum(axis=0)
    level = int(np.searchsorted(levels, total, side="right")) - 1
    able = np.flatnonzero(available > level)
    counts = np.minimum(available, level)
    counts[able[: total - levels[level]]] += 1
    return counts


def balanced(y: np.ndarray, sizes: Sequence[int], rng: np.random.Generator) -> list[np.ndarray]:
    """Disjoint, class-balanced parts of the given `sizes` of the rows with labels `y` (n,).

    Earlier parts are served first; a later one is as balanced as the rows that are left allow.
    """
    queues = [rng.permutation(np.flatnonzero(y == label)) for label in range(int(y.max()) + 1)]
    parts = []
    for size in sizes:
        counts = balanced_counts(np.array([len(queue) for queue in queues]), size)
        taken = [queue[:count] for queue, count in zip(queues, counts, strict=True)]
        queues = [queue[count:] for queue, count in zip(queues, counts, strict=True)]
        parts.append(np.sort(np.concatenate(taken)))
    return parts


def stratified(y: np.ndarray, shares: Sequence[float], rng: np.random.Generator) -> list[np.ndarray]:
    """Every class divided: first the rows that are left, LEAST_TRAIN at least, then a part for each of `shares`.

    A part with a share above 0 gets one row of each class at least, so a class needs as many rows as that takes.
    """
    collected: list[list[np.ndarray]] = [[] for _ in range(len(shares) + 1)]
    for label, count in enumerate(np.bincount(y)):
        rows = rng.permutation(np.flatnonzero(y == label))
        sizes = [max(1, round(share * count)) if share > 0 and count else 0 for share in shares]
        while count and count - sum(sizes) < LEAST_TRAIN:
            sizes[int(np.argmax(sizes))] -= 1
        *parts, rest = np.split(rows, np.cumsum(sizes))
        for part, chosen in zip(collected, (rest, *parts), strict=True):
            part.append(chosen)
    return [np.sort(np.concatenate(part)) for part in collected]


def dealt(
    y: np.ndarray,
    group: np.ndarray,
    shares: Sequence[float],
    least: Sequence[int],
    vital: Sequence[int],
    rng: np.random.Generator,
) -> tuple[list[np.ndarray], np.ndarray]:
    """Whole groups dealt to parts, so that no group stands in two of them: the best of many random deals.

    Best is what lacks the fewest classes in vital parts, then in any, then is nearest to the wanted class counts.
    Groups go to where there is room; where no such deal will do, to the vital part that lacks most of their classes.
    scikit-learn's StratifiedGroupKFold is not used because its deal hardly depends on the seed when groups differ
    in size, and repeats must differ.

    Args:
        y: (n,) labels.
        group: (n,) codes from 0.
        shares: of the rows that each of K parts should have, 1 in all; 0 for a part that stays empty.
        least: rows of each class that a part needs to have it.
        vital: the parts that should lack no class before all others.
        rng: draws the order in which groups are dealt.

    Returns:
        The K parts, and which classes each of them lacks, (K, C) bool.
    """
    wanted, needed = np.asarray(shares), np.asarray(least)[:, None]
    table = np.zeros((int(group.max()) + 1, int(y.max()) + 1), dtype=np.int64)
    np.add.at(table, (group, y), 1)
    total = table.sum(axis=0)
    for first in (np.zeros(len(wanted), bool), np.isin(np.arange(len(wanted)), vital) & (wanted > 0)):
        owner, counts = _deals(table, wanted, needed, first, rng)
        lacking = (counts < needed) & (wanted > 0)[:, None] & (total > 0)
        distance = np.abs(counts - wanted[:, None] * total).sum(axis=(1, 2))
        most = lacking[:, list(vital)].sum(axis=(1, 2))
        best = int(np.lexsort((distance, lacking.sum(axis=(1, 2)), most))[0])
        if most[best] == 0:
            break
    part_of_row = owner[best][group]
    return [np.flatnonzero(part_of_row == part) for part in range(len(wanted))], lacking[best]


def _deals(
    table: np.ndarray, wanted: np.ndarray, needed: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The part that every group gets in each deal (DEALS, G), and the class counts of the parts (DEALS, K, C).

    `table` (G, C) are the groups' class counts; the parts that `first` (K,) marks are served before the others, as long
    as a group helps them to the `needed` (K, 1) rows of a class, and then whichever has the most room.
    """
    deals = np.arange(DEALS)
    orders = rng.permuted(np.tile(np.arange(len(table)), (DEALS, 1)), axis=1)
    counts = np.zeros((DEALS, len(wanted), table.shape[1]), dtype=np.int64)
    room = np.tile(wanted * table.sum(), (DEALS, 1))
    room[:, wanted == 0] = -np.inf
    owner = np.zeros((DEALS, len(table)), dtype=np.int64)
    for chosen in orders.T:
        helped = ((counts < needed) & (table[chosen] > 0)[:, None]).sum(axis=2) * first
        # Room differs by less than the number of rows, so that help always comes before it.
        part = (room + 2 * table.sum() * helped).argmax(axis=1)
        owner[deals, chosen] = part
        counts[deals, part] += table[chosen]
        room[deals, part] -= table[chosen].sum(axis=1)
    return owner, counts


def at_most(index: np.ndarray, y: np.ndarray, most: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` of the rows `index` per class of `y`, drawn at random, and the rows left over."""
    kept = [
        rows if len(rows) <= most else rng.choice(rows, most, replace=False)
        for rows in (index[y[index] == label] for label in np.unique(y[index]))
    ]
    chosen = np.sort(np.concatenate(kept))
    return chosen, np.setdiff1d(index, chosen)


def halves(y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two halves of the rows with labels `y` (n,), every class shared as evenly as it can be."""
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    return np.sort(order[0::2]), np.sort(order[1::2])
