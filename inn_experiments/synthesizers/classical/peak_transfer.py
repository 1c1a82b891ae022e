"""The fate of a similar peak: a law of how rows of a class differ that needs no network."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import PositiveInt, Rows, UserError
from inn_experiments.synthesizers.classical.base import Classical

# Ordered same-class pairs of which peaks are kept, at most: enough of each kind of peak, and few enough to be fast.
PAIRS = 4000
# Intensities are compared by log(1 + x / FLOOR), 1 for the base peak; places weigh PLACE as much, relative to the
# last place with an intensity of END.
FLOOR, PLACE, END = 1e-3, 0.3, 0.25


@dataclass(eq=False)
class PeakTransfer(Classical):
    """A row of the class, each of whose peaks becomes what a similar peak of any same-class pair became.

    Of an ordered pair (a, b) of training rows of one class each peak of a is kept, by its encoded intensity and its
    place relative to the heaviest peak of a, with the intensity of b there, which may be 0. A new row takes for each of
    its peaks one of the nearest such at random. Where rows are not bounded, every value is a peak, and becomes itself
    with the difference of b from a.

    Args:
        neighbours: similar peaks of which one is taken.
    """

    name = "peak_transfer"

    neighbours: PositiveInt = 30

    def _learn(self, train: Rows) -> None:
        from scipy.spatial import KDTree

        pairs = self._pairs()
        if not len(pairs):
            raise UserError(
                "generator peak_transfer: every class has one training row, so there is no pair of which peaks could "
                "be taken; give some class two, or choose generator=bootstrap"
            )
        rows = self._encoded(train.x)
        self.unit = 1.0 if self.about.bounded else float(rows.std()) or 1.0
        first, second = rows[pairs[:, 0]], rows[pairs[:, 1]]
        pair, place = self._peaks(first)
        self.fates = second[pair, place] - (0 if self.about.bounded else first[pair, place])
        self.tree = KDTree(self._keys(first, pair, place))

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label]
        chosen = rows[rng.integers(len(rows), size=count)]
        encoded = self._encoded(chosen)
        row, place = self._peaks(encoded)
        _, near = self.tree.query(self._keys(encoded, row, place), k=range(1, min(self.neighbours, self.tree.n) + 1))
        fates = self.fates[near[np.arange(len(near)), rng.integers(near.shape[1], size=len(near))]]
        if not self.about.bounded:
            encoded[row, place] += fates
            return encoded
        made = np.zeros_like(chosen)
        made[row, place] = FLOOR * np.expm1(fates * np.log1p(1 / FLOOR))
        # A row that lost all of its peaks is none.
        return np.where(made.any(axis=1, keepdims=True), made, chosen)

    def _pairs(self) -> np.ndarray:
        """Ordered pairs (p, 2) of training rows of one class, some of them evenly where there are too many."""
        found, most = [], PAIRS // len(self.rows) + 1
        for label in self.rows:
            members = np.flatnonzero(self.y == label)
            each = np.arange(n := len(members) * (len(members) - 1))
            each = each if n <= most else np.random.default_rng(label).choice(n, most, replace=False)
            first, step = np.divmod(each, max(len(members) - 1, 1))
            found.append(np.stack([members[first], members[(first + 1 + step) % len(members)]], axis=1))
        return np.concatenate(found)

    def _encoded(self, x: np.ndarray) -> np.ndarray:
        return np.log1p(x.clip(min=0) / FLOOR) / np.log1p(1 / FLOOR) if self.about.bounded else x.copy()

    def _peaks(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row and place of each peak of encoded rows (n, d)."""
        return np.nonzero(rows > 0 if self.about.bounded else np.ones_like(rows))

    def _keys(self, rows: np.ndarray, row: np.ndarray, place: np.ndarray) -> np.ndarray:
        """(p, 2): what peaks of encoded rows (n, d) are compared by."""
        size = rows.shape[1]
        ends = ((rows > END) * np.arange(1, size + 1)).max(axis=1, initial=0) + 1 if self.about.bounded else [size]
        relative = (place + 1) / np.broadcast_to(ends, len(rows))[row]
        return np.stack([rows[row, place] / self.unit, PLACE * relative], axis=1)
