"""What figures show of each class: real rows, generated rows, in which units, and which way the axis runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from inn_experiments.contracts import Rows, Samples, Split
from inn_experiments.reports.panels import SHOWN_CLASSES, plain

LEAST_ROWS = 20
"""Generated rows of a class that is shown; more are drawn for figures alone where the evaluated ones have fewer."""

LEAST_REAL, MOST_ROWS = 10, 200
"""Test rows of every class that is shown, below which all real rows are; and rows of a class that figures look at."""

FALLING = ("cm⁻¹", "ppm")
"""Units of axes that are read from right to left: wavenumbers, but not Raman shifts, and chemical shifts."""

ORDINARY = (1e-30, 1e30)
"""Magnitudes that a scale of the figure can bear; others are shown as they are scaled."""


class Units(NamedTuple):
    """What values are called beside their scale, and how rows (n, d) of the split become these values."""

    label: str
    of: Callable[[np.ndarray], np.ndarray]


def units_of(split: Split) -> Units:
    """Percent of the base peak where rows are divided by it, else the units of the file."""
    name = plain(split.value_name) or ("intensity" if is_mass(split) else "value")
    if split.bounded:
        return Units(f"{name}, % of base peak", lambda x: 100.0 * x)
    most = float(np.abs(split.scaling.undo(split.train.x[:LEAST_ROWS])).max(initial=0.0))
    if not (most == 0 or ORDINARY[0] < most < ORDINARY[1]):
        return Units(f"{name}, normalised units", lambda x: x)
    told = "" if split.value_name or split.reading is None else ", units of the file"
    return Units(name + told, split.scaling.undo)


def is_mass(split: Split) -> bool:
    """Whether rows are mass spectra, which are drawn as sticks."""
    return split.unit == "m/z"


def set_places(axis: Axes, split: Split, places: np.ndarray | None = None) -> None:
    """Let the horizontal scale end where the axis of the split does, or those `places` (k,) of it, and run its way."""
    places = split.axis if places is None or not len(places) else places
    low, high = float(places.min()), float(places.max())
    # The names of the outermost sticks need room.
    edge = (0.06 if is_mass(split) else 0.02) * (high - low) or 0.5
    falling = split.unit in FALLING and not split.axis_name.startswith("Raman")
    axis.set_xlim(*((high + edge, low - edge) if falling else (low - edge, high + edge)))


def labels_shown(split: Split) -> list[int]:
    """All classes that have training rows; figures show the first 12."""
    return np.unique(split.train.y).tolist()


def enough(
    split: Split,
    samples: Samples,
    draw: Callable[[np.ndarray], Samples],
    least: int = LEAST_ROWS,
    labels: list[int] | None = None,
) -> Samples:
    """The samples and, of those classes shown that have fewer than `least` rows, the missing ones that `draw` makes.

    `draw` gets labels (k,), 20 of each of 12 classes at most. Rows of these that are not finite are left out.
    """
    shown = (labels_shown(split) if labels is None else labels)[:SHOWN_CLASSES]
    missing = [max(least - int((samples.y == label).sum()), 0) for label in shown]
    if not sum(missing):
        return samples
    more = draw(np.repeat(np.array(shown, dtype=np.int64), missing))
    whole = np.isfinite(more.x).all(axis=1)
    return Samples(np.concatenate([samples.x, more.x[whole]]), np.concatenate([samples.y, more.y[whole]]))


@dataclass(frozen=True)
class Drawn:
    """Rows that the figures of a cell look at, in the units of the split, at most 200 of a class.

    Attributes:
        split, generated: where they are from.
        real: the parts that real rows are taken from: the test rows, or all where a class that is shown has few.
        words: what these real rows are.
    """

    split: Split
    generated: Samples
    real: tuple[Rows, ...]
    words: str

    @classmethod
    def of(cls, split: Split, samples: Samples) -> "Drawn":
        """Test rows where every class that is shown has ten, else rows of all parts."""
        counts = [int((split.test.y == label).sum()) for label in labels_shown(split)[:SHOWN_CLASSES]]
        if min(counts, default=0) >= LEAST_REAL:
            return cls(split, samples, (split.test,), "real test rows")
        parts = (split.test, split.train, split.val, split.fresh)
        return cls(
            split, samples, tuple(part for part in parts if part is not None), "all real rows (training rows too)"
        )

    def pair(self, label: int) -> tuple[np.ndarray, np.ndarray]:
        """Real (n, d) and generated rows (m, d) of a class."""
        own = np.concatenate([of_class(part, label) for part in self.real])
        return own[:MOST_ROWS], of_class(self.generated, label)


def of_class(rows: Rows | Samples, label: int, most: int = MOST_ROWS) -> np.ndarray:
    """The first rows (n, d) of a class, 200 at most."""
    return rows.x[np.flatnonzero(rows.y == label)[:most]]
