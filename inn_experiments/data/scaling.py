"""The scalings of rows: one mean and deviation, every row over its base peak, or none; and which of them suits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from inn_experiments.data.checks import BLOCK
from inn_experiments.maths.moments import blocks

WHOLE = 2**24
"""Values up to which a float64 copy of the rows is made."""

LEAST = 1e-150
"""A smaller deviation is not taken from squares, which lose their digits below 1e-300."""

LARGE = 1e290
"""Where numbers are larger, a sum of two may leave float64: it is made of 1/16 of each."""

MOST = float(np.finfo(np.float64).max)
SINGLE = (1e-30, float(np.finfo(np.float32).max))
"""Rows whose largest magnitude lies between may be float32 in the units of the file."""

COARSE = 1e-3
"""Of the largest magnitude: rows that spread by less are float64, since float32 has 7 digits of each value."""

SPARSE = 1 / 3
"""Of all values the share of exact zeros from which rows without a unit are taken for mass spectra."""

Choice = Literal["auto", "none", "standard", "base_peak"]
"""What `data.scaling` may be; auto chooses by what the rows are."""


class RowError(Exception):
    """A row that cannot be transformed: its place among those given, and why; who knows the file says which it is."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row, self.reason = int(row), reason


class Transform(ABC):
    """A fitted scaling that is computed in float64 and hands out float32."""

    @abstractmethod
    def forward(self, x: np.ndarray) -> np.ndarray:
        """Normalised rows (n, d) of rows x in the file's units, both float64; infinite where float64 ends."""

    @abstractmethod
    def backward(self, x: np.ndarray) -> np.ndarray:
        """Rows (n, d) in the file's units of normalised rows x, both float64."""

    @abstractmethod
    def describe(self) -> Mapping[str, object]:
        """Its constants as plain values."""

    def apply(self, x: np.ndarray) -> np.ndarray:
        """`forward` as float32, infinite where that ends; raises RowError for a row that it cannot do."""
        with np.errstate(all="ignore"):
            return self.forward(np.asarray(x, dtype=np.float64)).astype(np.float32)

    def undo(self, x: np.ndarray) -> np.ndarray:
        """`backward` as float32, or as float64 where that is too narrow for the file's units.

        So it is where they are beyond its range (1e-300 and 1e300), and where values lie close together far from 0.
        """
        with np.errstate(all="ignore"):
            rows = self.backward(np.asarray(x, dtype=np.float64))
            most, spread = np.abs(rows).max(initial=0.0), rows.std() if rows.size else 0.0
            far = 0 < spread < COARSE * most
            return rows if far or most > SINGLE[1] or 0 < most < SINGLE[0] else rows.astype(np.float32)


@dataclass(frozen=True)
class Standard(Transform):
    """One scalar mean and one scalar standard deviation for all values, so that a row keeps its shape."""

    mean: float
    std: float

    @classmethod
    def fit(cls, x: np.ndarray) -> Standard:
        """The statistics of the training rows `x` (n, d), in float64."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            if x.size > WHOLE:
                found = cls.streamed(x)
            else:
                values = np.asarray(x, dtype=np.float64)
                found = cls(float(values.mean()), float(values.std()))
        if np.isfinite([found.mean, found.std]).all() and found.std > LEAST:
            return found
        most = largest(x)
        return cls.streamed(x, most) if most else found

    @classmethod
    def streamed(cls, x: np.ndarray, unit: float = 1.0) -> Standard:
        """The same statistics of rows (n, d) but for their last digits, block by block, computed in a `unit`."""
        mean = sum(float((block / unit).sum(dtype=np.float64)) for block in blocks(x, BLOCK)) / x.size
        squares = sum(float(np.square(block.astype(np.float64) / unit - mean).sum()) for block in blocks(x, BLOCK))
        return cls(mean * unit, float(np.sqrt(squares / x.size)) * unit)

    @property
    def part(self) -> float:
        """What numbers are divided by while they are added, a power of two, so that no digit changes."""
        return 16.0 if max(abs(self.mean), self.std) > LARGE else 1.0

    def forward(self, x: np.ndarray) -> np.ndarray:
        """`(x - mean) / std` (n, d)."""
        part = self.part
        return (x / part - self.mean / part) / (self.std / part)

    def backward(self, x: np.ndarray) -> np.ndarray:
        """`x * std + mean` (n, d), no further than float64 goes."""
        part = self.part
        return (x * (self.std / part) + self.mean / part).clip(-MOST / part, MOST / part) * part

    def describe(self) -> dict[str, float]:
        """Its two numbers."""
        return asdict(self)


@dataclass(frozen=True)
class BasePeak(Transform):
    """Every row divided by its own maximum, the base peak.

    Heights are not modelled: on the way back every row gets the same one, `height`, the median base peak of the
    training rows, so that a file of intensities up to 999 gets rows of such heights.
    """

    height: float = 1.0

    @classmethod
    def fit(cls, x: np.ndarray) -> BasePeak:
        """The scaling with the height of the training rows `x` (n, d); raises RowError for one without a peak."""
        peaks = _peaks(x)
        return cls(float(np.median(peaks / peaks.max()) * peaks.max()))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """`x / max(x)` row by row (n, d), in [0, 1] where no intensity is negative."""
        return x / _peaks(x)[:, None]

    def backward(self, x: np.ndarray) -> np.ndarray:
        """`height x` (n, d)."""
        return (x * self.height).clip(-MOST, MOST)

    def describe(self) -> dict[str, float]:
        """Its height."""
        return asdict(self)


@dataclass(frozen=True)
class Unscaled(Transform):
    """Rows as they are."""

    @classmethod
    def fit(cls, x: np.ndarray) -> Unscaled:
        """The scaling, whatever the training rows `x` (n, d)."""
        return cls()

    def forward(self, x: np.ndarray) -> np.ndarray:
        """The same rows (n, d)."""
        return x

    def backward(self, x: np.ndarray) -> np.ndarray:
        """The same rows (n, d)."""
        return x

    def describe(self) -> dict[str, float]:
        """No numbers."""
        return {}


SCALINGS = {"none": Unscaled, "standard": Standard, "base_peak": BasePeak}


def largest(x: np.ndarray) -> float:
    """The largest magnitude of rows x (n, d), 0 of none."""
    return max((float(max(block.max(), -block.min())) for block in blocks(x, BLOCK)), default=0.0)


def choose(x: np.ndarray, unit: str = "", axis: np.ndarray | None = None) -> tuple[str, str]:
    """The scaling for rows x (n, d) whose `axis` (d,) has this `unit` ("" where unknown), and the reason for it.

    Base peak for mass spectra: rows over m/z, or, without a unit, rows that are not negative, of which a third is
    exactly zero, over whole numbers that increase. All others, and spectra that have no base peak to be divided by or
    negative values, are standardised.
    """
    if unit == "m/z":
        for block in blocks(x, BLOCK):
            if block.min() < 0 or not (block.max(axis=1) > 0).all():
                return "standard", "spectra over m/z, but with rows that are negative or have no peak"
        return "base_peak", "mass spectra"
    if unit or axis is None or not ((axis == np.round(axis)).all() and (np.diff(axis) > 0).all()):
        return "standard", "not mass spectra"
    zeros = 0
    for block in blocks(x, BLOCK):
        if block.min() < 0 or not (block.max(axis=1) > 0).all():
            return "standard", "not mass spectra"
        zeros += block.size - np.count_nonzero(block)
    if zeros < SPARSE * x.size:
        return "standard", "not mass spectra"
    return "base_peak", "sparse and non-negative, as mass spectra are"


def _peaks(x: np.ndarray) -> np.ndarray:
    peaks = np.concatenate([np.zeros(0), *(block.max(axis=1).astype(np.float64) for block in blocks(x, BLOCK))])
    bad = np.flatnonzero(~(peaks > 0))
    if len(bad):
        raise RowError(
            bad[0],
            f"has the maximum {peaks[bad[0]]:g}, but data.scaling=base_peak divides every row by its maximum, which "
            "must be above 0; remove it or use data.scaling=standard",
        )
    return peaks
