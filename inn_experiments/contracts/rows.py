"""Labelled rows, their division, what is known about them, and rows that were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from inn_experiments.contracts.reading import Reading
from inn_experiments.contracts.streamed import Values, chosen

Smiles = tuple[tuple[str, ...], ...]
"""For each class its SMILES, several for a mixture."""


@dataclass(frozen=True)
class Rows:
    """Labelled rows: `x` (n, d) float32 in the normalised units of its split, `y` (n,) int64 in 0..C-1.

    Rows that stay in a file, `Streamed`, are looked up as those of an array are.

    Example:
        >>> rows = Rows(np.zeros((3, 2), np.float32), np.array([0, 1, 1]))
        >>> len(rows), len(rows.take(rows.y == 1))
        (3, 2)
    """

    x: Values
    y: np.ndarray
    group: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or self.y.shape != (len(self.x),):
            raise ValueError(f"x must be (n, d) and y (n,), got {self.x.shape} and {self.y.shape}")

    def __len__(self) -> int:
        return len(self.x)

    def take(self, index: np.ndarray) -> Rows:
        """The rows at `index` (integers or a mask), groups included."""
        return Rows(chosen(self.x, index), self.y[index], None if self.group is None else self.group[index])

    def held(self) -> Rows:
        """The same rows in memory; raises UserError where there is not enough of it."""
        return self if isinstance(self.x, np.ndarray) else Rows(np.asarray(self.x), self.y, self.group)


class Scaling(Protocol):
    """A transform fitted on training rows alone; `apply` normalises, `undo` goes back to the file's units."""

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Normalised rows (n, d) float32 of rows x in the file's units."""

    def undo(self, x: np.ndarray) -> np.ndarray:
        """Rows in the file's units, float32 (float64 where they are beyond), of normalised rows x (n, d)."""

    def describe(self) -> Mapping[str, object]:
        """Its constants as plain values, for the report."""


@runtime_checkable
class RecordScaling(Scaling, Protocol):
    """A scaling of 2-D records (retention by drift), whose steps can be looked at.

    Attributes:
        raw_shape: (M, D) of a record before.
        shape: (m, d) of a record after.
        raw_axes, axes: retention and drift, likewise; units: of these two, '' where the file does not say.
        example: (M, D), the first training record.
    """

    raw_shape: tuple[int, int]
    shape: tuple[int, int]
    raw_axes: tuple[np.ndarray, np.ndarray]
    axes: tuple[np.ndarray, np.ndarray]
    units: tuple[str, str]
    example: np.ndarray

    def stages(self, record: np.ndarray) -> dict[str, np.ndarray]:
        """The `record` (M, D) as it is after each step, by the step's name, and `undone` in the end."""


class Manifold(Protocol):
    """What toy data scatter about, in the units of the file; two places closer than `near` are the same place."""

    near: float

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of points (n, 2): the distance (n,) to the nearest place, and that place (n,) as a number in 0..1."""


@runtime_checkable
class Mixture(Manifold, Protocol):
    """A manifold of k points with Gaussian noise about each, all of one share and deviation: the density is known.

    Attributes:
        points: (k, d), in the units of the file.
        noise: standard deviation of a coordinate.
    """

    points: np.ndarray
    noise: float


@dataclass(frozen=True)
class About:
    """What a synthesizer is told about rows beside the rows: nothing here depends on test rows.

    Attributes:
        classes: names, in the order of the labels.
        bounded: clean rows lie in [0, 1] (spectra over their base peak), so generated ones must.
        smiles: of each class; None where the chemistry is not known.
        shape: (m, d) of 2-D records, retention by drift, which rows hold one after the other; None for spectra.
        cache: folder for what is computed once, such as embeddings; None keeps nothing.
    """

    classes: tuple[str, ...] = ()
    bounded: bool = False
    smiles: Smiles | None = None
    shape: tuple[int, int] | None = None
    cache: Path | None = None

    def name(self, label: int) -> str:
        """What messages call the class `label`."""
        return repr(self.classes[label]) if label < len(self.classes) else str(label)

    def named(self, y: np.ndarray) -> tuple[str, ...]:
        """The classes; numbers for labels y (n,) where no names are known."""
        return self.classes or tuple(str(label) for label in range(int(y.max()) + 1))

    def as_dict(self) -> dict[str, Any]:
        """What is known of the rows as plain values, wherever this machine keeps its cache."""
        return {key: value for key, value in asdict(self).items() if key != "cache"}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> About:
        """What `as_dict` gave, from JSON too."""
        smiles, shape = plain["smiles"], plain["shape"]
        return cls(
            tuple(plain["classes"]),
            plain["bounded"],
            None if smiles is None else tuple(map(tuple, smiles)),
            None if shape is None else tuple(shape),
        )


@dataclass(frozen=True)
class Split:
    """One seeded division of a labelled table, every part normalised with statistics of `train`.

    `fresh` holds real rows that neither train, val nor test contains: they are scored as if they were
    synthetic, to show what a perfect generator would get. It is None where no row can be spared.
    `unseen` holds rows of classes of which no other part has any. `manifold` is the curve or the points that
    toy rows scatter about; None where there is none. `bounded`, `smiles` and `shape` are those of `About`.
    `columns` are the names that the d values have in the file, and `label_name` that of the class; `reading` says
    what was read, None where nothing was: rows that are drawn. Splits of one `pool` divide the same rows, and if
    `test_rows`, too, are one, have the same test part; '' where that is not told. `unit` is that of `axis`, such as
    `nm`, `cm⁻¹` or `m/z`, and stands in `axis_name`, too; `value_name` is what the values are, such as `absorbance`:
    '' where the data do not say.
    """

    train: Rows
    val: Rows
    test: Rows
    fresh: Rows | None
    classes: tuple[str, ...]
    axis: np.ndarray
    axis_name: str
    scaling: Scaling
    bounded: bool
    name: str
    smiles: Smiles | None = None
    unseen: Rows | None = None
    shape: tuple[int, int] | None = None
    manifold: Manifold | None = None
    columns: tuple[str, ...] | None = None
    label_name: str = "label"
    reading: Reading | None = None
    pool: str = ""
    test_rows: str = ""
    unit: str = ""
    value_name: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What the d values of a row are called: as in the file, or by their places."""
        return self.columns if self.columns is not None else tuple(f"{value:.10g}" for value in self.axis)

    @property
    def features(self) -> int:
        """The number of values d of a row."""
        return self.train.x.shape[1]

    def about(self, cache: Path | None = None) -> About:
        """What a synthesizer is told about these rows."""
        return About(self.classes, self.bounded, self.smiles, self.shape, cache)


@dataclass(frozen=True)
class Samples:
    """Synthetic rows `x` (n, d) with the labels that were asked for, `y` (n,).

    `states` (k, n, d), where the generator is iterative, holds every state from the start to `x` itself.
    `latent` (n, m), where an autoencoder made the rows, is what it decoded, in the encoder's own units.
    `sure` (n,), where the generator can tell, is larger for rows that it is surer of.
    """

    x: np.ndarray
    y: np.ndarray
    states: np.ndarray | None = None
    latent: np.ndarray | None = None
    sure: np.ndarray | None = None
