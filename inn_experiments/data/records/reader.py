"""2-D records and their preprocessing: what all sources of records share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.classes import encode, group_codes
from inn_experiments.data.reader import Reader
from inn_experiments.data.records.preprocessing import AXES, Preprocessing, Settings
from inn_experiments.data.source import ArrayRows, Told

LEAST_SIDE = 2


@dataclass(frozen=True)
class RawRecords:
    """Checked records `x` (n, M, D) float32 in the file's own units, with text `labels` and `groups` (n,) or None.

    The axes `retention` (M,) and `drift` (D,) are indices where the file has none. `notes` are what is said of records
    that were read, beside their sizes, None of those that are made; `units` those of the axes, "" where unknown, and
    `left_out` is as in `contracts.Reading`.
    """

    x: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None
    retention: np.ndarray
    drift: np.ndarray
    units: tuple[str, str] = ("", "")
    notes: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()

    def rows(self, name: str, settings: Settings) -> ArrayRows:
        """One row a record, one retention time after the other, to be preprocessed by `settings`.

        Not bounded: a held-out record may exceed the training records' range. Raises UserError for one class only.
        """
        classes, y = encode(self.labels, name, "record")
        shape = self.x.shape[1:]

        def fit(train: np.ndarray) -> Preprocessing:
            axes = (self.retention, self.drift)
            return Preprocessing.fit(train.reshape(-1, *shape), axes, settings, name, self.units)

        return ArrayRows(
            x=self.x.reshape(len(y), -1),
            y=y,
            classes=classes,
            name=name,
            fit=fit,
            group=group_codes(self.groups),
            axis_name="value",
            unit="record",
            told=None if self.notes is None else self._told(self.notes, settings),
        )

    def _told(self, notes: tuple[str, ...], settings: Settings) -> Told:
        sides = zip(AXES, (self.retention, self.drift), self.units, strict=True)
        axes = [f"{name} {axis[0]:.10g} to {axis[-1]:.10g}{unit and f' {unit}'}" for name, axis, unit in sides]
        size = f"records of {len(self.retention)} x {len(self.drift)}, {', '.join(axes)}"
        scaling = f"wavelet {settings.wavelet} {list(settings.levels)}, crop, log, min-max"
        return Told(scaling=scaling, left_out=self.left_out, notes=(size, *notes))


def axis_of(values: np.ndarray | None, size: int, what: str) -> np.ndarray:
    """An axis (size,) float64, indices where there are no `values`; raises UserError where these do not increase."""
    if values is None:
        return np.arange(size, dtype=np.float64)
    if not (np.isfinite(values).all() and (np.diff(values.astype(np.float64)) > 0).all()):
        raise UserError(
            f"{what} must increase from one place to the next, and be finite; where it falls, turn the records round"
        )
    return values.astype(np.float64)


def finite(x: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The records x (n, M, D) as float32; raises UserError naming the first that has another value in it."""
    if not np.issubdtype(x.dtype, np.number) or np.iscomplexobj(x):
        raise UserError(f"{names[0]}: must be real numbers, found values of the kind {x.dtype}")
    with np.errstate(over="ignore"):
        numbers = x.astype(np.float32, copy=False)
    bad = np.flatnonzero(~np.isfinite(numbers).all(axis=(1, 2)))
    if len(bad):
        row, column = np.argwhere(~np.isfinite(numbers[bad[0]]))[0]
        more = f" ({len(bad)} records have such values)" if len(bad) > 1 else ""
        raise UserError(
            f"{names[bad[0]]}: not finite, or beyond 32-bit numbers: {x[bad[0], row, column]} in row "
            f"{row + 1}, column {column + 1} (counted from 1){more}"
        )
    return numbers


@dataclass(kw_only=True)
class RecordReader(Settings, Reader):
    """A reader of 2-D records, which are wavelet-compressed, cropped, on a log scale, in 0..1."""

    def __post_init__(self) -> None:
        Reader.__post_init__(self)
        Settings.__post_init__(self)
