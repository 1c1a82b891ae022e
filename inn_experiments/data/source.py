"""From rows in the file's own units to a `contracts.Split`: readers read, and here is what all of them share."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import Manifold, Reading, RecordScaling, Rows, Scaling, Smiles, Split, UserError
from inn_experiments.contracts.streamed import Values
from inn_experiments.data.checks import BLOCK, check_varies
from inn_experiments.data.classes import alike, group_codes
from inn_experiments.data.division import Division, Parts, draw_unseen, inner
from inn_experiments.data.precision import Places, twins
from inn_experiments.data.scaling import Standard
from inn_experiments.data.snooping import Snooping, fitted_to, snooped
from inn_experiments.maths.moments import blocks

NONE = np.zeros(0, dtype=np.int64)
"""The numbers of no rows."""


def repeated(train: Values, test: Values, unit: str) -> list[str]:
    """A sentence where rows of `test` (m, d) are also in `train` (n, d), to the last digit; else none."""
    count = int(np.isin(_hashes(test), _hashes(train)).sum())
    return [f"{count} of {len(test)} test {unit}s are equal to a training {unit} to the last digit"] if count else []


def _hashes(x: Values) -> np.ndarray:
    return np.array([hash(row.tobytes()) for block in blocks(x, BLOCK) for row in block], np.int64)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a reader has to say of its rows beside the rows; the words are those of `contracts.Reading`."""

    unit: str = ""
    scaling: str = ""
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RawRows(ABC):
    """Labelled rows in the file's own units, checked but not yet divided.

    Attributes:
        y: (n,) int64 labels in 0..C-1.
        classes: their names.
        name: of the data.
        group: (n,) codes from 0 of what must not stand in two parts; None where rows have no groups.
        axis: (d,) of the scaled rows; None counts the values.
        axis_name, smiles, bounded, manifold, columns, label_name, value_name: as in `contracts.Split`.
        axis_unit: its `unit`.
        unit: what messages call a row.
        told: what the reader says of them; None for rows that are made, not read.
        pool: names these rows, where other seeds make others; '' where the data's name does, as seeds divide one file.
        numbers: (n,) of each row in its file, counted from 1; None where all are used, in their order.
    """

    y: np.ndarray
    classes: tuple[str, ...]
    name: str
    group: np.ndarray | None = None
    axis: np.ndarray | None = None
    axis_name: str = "column"
    smiles: Smiles | None = None
    bounded: bool = False
    manifold: Manifold | None = None
    unit: str = "row"
    columns: tuple[str, ...] | None = None
    label_name: str = "label"
    told: Told | None = None
    pool: str = ""
    numbers: np.ndarray | None = None
    axis_unit: str = ""
    value_name: str = ""

    @property
    def places(self) -> Places:
        """Where messages say that rows stand."""
        return Places(self.name, self.unit, self.columns, self.numbers)

    @property
    @abstractmethod
    def channels(self) -> int:
        """Values of a row before it is scaled."""

    def refused_whole(self) -> UserError | None:
        """What all rows as training rows would end with, as a training in the end has them; None where nothing is."""
        try:
            scaled = self.scale([np.arange(len(self.y)), *[NONE] * 4])[1]
            check_varies(scaled[0], f"{self.name}, all {self.unit}s after scaling")
        except UserError as error:
            return UserError(f"{error}; in the end all rows are trained on, final_fit=false leaves that out")
        return None

    @abstractmethod
    def scale(self, parts: Sequence[np.ndarray]) -> tuple[Scaling, list[Values]]:
        """The scaling fitted on the rows `parts[0]`, and the scaled rows (k, d) float32 of each part."""

    def split(self, parts: Parts, unseen: np.ndarray = NONE) -> Split:
        """The rows divided into `parts` and, of classes that these lack, `unseen` (k,), all of them scaled.

        Raises UserError where training rows are all equal, before or after scaling.
        """
        every = (*parts, unseen)
        scaling, scaled = self.scale(every)
        check_varies(scaled[0], f"{self.name}, training {self.unit}s after scaling")
        train, val, test, fresh, held = (
            Rows(x, self.y[index].astype(np.int64), None if self.group is None else self.group[index])
            for x, index in zip(scaled, every, strict=True)
        )
        return Split(
            train,
            val,
            test,
            fresh if len(fresh) else None,
            self.classes,
            np.arange(train.x.shape[1], dtype=np.float64) if self.axis is None else self.axis,
            self.axis_name,
            scaling,
            self.bounded,
            self.name,
            self.smiles,
            unseen=held if len(held) else None,
            shape=scaling.shape if isinstance(scaling, RecordScaling) else None,
            manifold=self.manifold,
            columns=self.columns,
            label_name=self.label_name,
            reading=None if self.told is None else self._reading(self.told, train, test),
            pool=self.pool or self.name,
            test_rows=hashlib.sha256(np.ascontiguousarray(every[2], np.int64).data).hexdigest()[:12],
            unit=self.axis_unit,
            value_name=self.value_name,
        )

    def _reading(self, told: Told, train: Rows, test: Rows) -> Reading:
        counts = np.bincount(self.y, minlength=len(self.classes)).tolist()
        notes = (*told.notes, *repeated(train.x, test.x, self.unit), *alike(self.classes))
        return Reading(
            name=self.name,
            rows=len(self.y),
            classes=dict(zip(self.classes, counts, strict=True)),
            channels=self.channels,
            axis=None if self.axis is None else (float(self.axis[0]), float(self.axis[-1])),
            unit=told.unit,
            groups=None if self.group is None else int(self.group.max()) + 1,
            scaling=told.scaling,
            left_out=told.left_out,
            notes=notes,
        )

    def divided(self, division: Division, *, seed: int, unseen: int = 0) -> Split:
        """The split that `seed` gives of all classes but `unseen` of them, which it draws."""
        return self.split(*self._parts(division, seed, unseen))

    def within(self, division: Division, *, seed: int, child: int, unseen: int = 0) -> Split:
        """The training rows of that split, divided once more as the seed `child` says; no other row is looked at."""
        train = self._parts(division, seed, unseen)[0].train
        labels, y = np.unique(self.y[train], return_inverse=True)
        group = None if self.group is None else self.group[train]
        found = inner(division, np.arange(len(train)), y, group, [self.classes[label] for label in labels], child)
        return self.split(Parts(*(train[part] for part in found)))

    def _parts(self, division: Division, seed: int, unseen: int) -> tuple[Parts, np.ndarray]:
        """The parts, and the rows of the classes that they lack."""
        if not unseen:
            return division.parts(self.y, self.group, self.classes, seed), NONE
        held = draw_unseen(self.y, self.classes, unseen, seed)
        seen = np.flatnonzero(~held)
        labels, y = np.unique(self.y[seen], return_inverse=True)
        group = None if self.group is None else group_codes(self.group[seen])
        parts = division.parts(y, group, [self.classes[label] for label in labels], seed)
        return Parts(*(seen[part] for part in parts)), np.flatnonzero(held)


@dataclass(frozen=True, kw_only=True)
class ArrayRows(RawRows):
    """Rows `x` (n, d) in memory; `fit` makes the scaling of training rows (k, d); `snooping` is for controls alone."""

    x: np.ndarray
    fit: Callable[[np.ndarray], Scaling] = Standard.fit
    snooping: Snooping = "none"

    @property
    def channels(self) -> int:
        """Values of a row before it is scaled."""
        return self.x.shape[1]

    def split(self, parts: Parts, unseen: np.ndarray = NONE) -> Split:
        """As `RawRows.split` says; warns where test rows are looked at."""
        return super().split(snooped(parts, self.snooping), unseen)

    def scale(self, parts: Sequence[np.ndarray]) -> tuple[Scaling, list[np.ndarray]]:
        """As `RawRows.scale` says; raises UserError where training rows are all equal, or float32 cannot hold a row."""
        train = self.x[parts[0]]
        check_varies(train, f"{self.name}, training {self.unit}s")
        before = twins(train)
        seen = fitted_to(parts, self.snooping)
        with self.places.of(seen):
            scaling = self.fit(train if seen is parts[0] else self.x[seen])
        # All that is there twice from here on is a block of rows.
        del train
        scaled = [self._scaled(scaling, part) for part in parts]
        self.places.check_apart(scaling, before, scaled[0], parts[0])
        return scaling, scaled

    def _scaled(self, scaling: Scaling, part: np.ndarray) -> np.ndarray:
        found = self.places.scaled(scaling, self.x[part[:BLOCK]], part[:BLOCK])
        if len(part) <= BLOCK:
            return found
        every = np.empty((len(part), *found.shape[1:]), found.dtype)
        every[:BLOCK] = found
        for start in range(BLOCK, len(part), BLOCK):
            index = part[start : start + BLOCK]
            every[start : start + BLOCK] = self.places.scaled(scaling, self.x[index], index)
        return every
