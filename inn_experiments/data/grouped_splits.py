"""Seeded divisions that keep every group (contributor, instrument, patient) in one part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.splits import MINIMUM_TRAIN, Parts

GROUP_CANDIDATES = 500


def grouped_parts(
    y: np.ndarray,
    group: np.ndarray,
    classes: Sequence[str],
    fractions: tuple[float, float, float],
    rng: np.random.Generator,
) -> Parts:
    """Whole groups (`group` (n,) integer codes) dealt to the parts: no group stands in two of them.

    The best of many random deals is kept: first by classes missing in train or test, then by those missing
    in val or fresh, then by distance from the wanted class counts. scikit-learn's StratifiedGroupKFold is not
    used because its deal hardly depends on the seed when groups differ in size, and repeats must differ.
    Raises UserError naming a class that no deal could put into both train and test.
    """
    wanted = np.array([1 - sum(fractions), *fractions])
    table = np.zeros((int(group.max()) + 1, len(classes)), dtype=np.int64)
    np.add.at(table, (group, y), 1)
    _check_groups(table, classes, wanted)

    candidates = np.arange(GROUP_CANDIDATES)
    orders = rng.permuted(np.tile(np.arange(len(table)), (GROUP_CANDIDATES, 1)), axis=1)
    dealt = np.zeros((GROUP_CANDIDATES, len(wanted), len(classes)), dtype=np.int64)
    room = np.tile(wanted * len(y), (GROUP_CANDIDATES, 1))
    room[:, wanted == 0] = -np.inf
    owner = np.zeros((GROUP_CANDIDATES, len(table)), dtype=np.int64)
    for position in range(len(table)):
        chosen = orders[:, position]
        part = room.argmax(axis=1)
        owner[candidates, chosen] = part
        dealt[candidates, part] += table[chosen]
        room[candidates, part] -= table[chosen].sum(axis=1)

    needed = np.array([MINIMUM_TRAIN, 1, 1, 1])[:, None]
    absent = (dealt < needed) & (wanted > 0)[:, None]
    distance = np.abs(dealt - wanted[:, None] * table.sum(axis=0)).sum(axis=(1, 2))
    vital = absent[:, [0, 2]].sum(axis=(1, 2))
    best = int(np.lexsort((distance, absent.sum(axis=(1, 2)), vital))[0])
    if vital[best]:
        named = [classes[label] for label in np.flatnonzero(absent[best][[0, 2]].any(axis=0))]
        raise UserError(
            f"class {', '.join(map(repr, named[:10]))}: none of {GROUP_CANDIDATES} divisions of the "
            f"{len(table)} groups has at least {MINIMUM_TRAIN} rows of it in train and 1 in test; give it "
            "more groups, change data.test_fraction, or leave the class out"
        )
    part_of_row = owner[best][group]
    return Parts(*(np.flatnonzero(part_of_row == part) for part in range(4)))


def _check_groups(table: np.ndarray, classes: Sequence[str], wanted: np.ndarray) -> None:
    parts = int((wanted > 0).sum())
    if len(table) < parts:
        raise UserError(f"data.group: {len(table)} groups cannot fill {parts} parts; each needs its own group")
    groups = (table > 0).sum(axis=0)
    lonely = [classes[label] for label in np.flatnonzero(groups < 2)]
    if lonely:
        raise UserError(
            f"class {', '.join(map(repr, lonely[:10]))}: its rows lie in one group only, so it cannot be in "
            "train and in test; each class needs at least 2 groups"
        )
