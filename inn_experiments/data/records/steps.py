"""The four steps that bring a 2-D record to the form that is learned, each with its way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

LARGEST = 60.0
"""A logarithm that no record has; a generated value beyond it would be infinite in the file's units."""

LEAST_SCALE = 1e-6


@dataclass(frozen=True)
class Wavelet:
    """Approximation coefficients of a discrete wavelet, `levels` times along retention and along drift.

    Each level halves the size, rounded up. The coefficients are divided by sqrt(2) per level and axis, so
    that a constant record stays what it is. The way back is the inverse transform with zeros for the details;
    from there the coefficients come out as they were, at the far edge alone not where a size that was halved
    is odd. The signal continues periodically at the edges.
    """

    wavelet: str
    levels: tuple[int, int]
    shape: tuple[int, int] = field(repr=False)
    name: ClassVar[str] = "wavelet"

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Coefficients (n, m, d) of records x (n, M, D)."""
        import pywt

        for axis, level in zip((1, 2), self.levels, strict=True):
            x = pywt.wavedec(x, self.wavelet, mode="periodization", level=level, axis=axis)[0] / 2 ** (level / 2)
        return x

    def undo(self, x: np.ndarray) -> np.ndarray:
        """Records (n, M, D) of coefficients x (n, m, d)."""
        import pywt

        for axis, level, size in zip((1, 2), self.levels, self.shape, strict=True):
            x = x * 2 ** (level / 2)
            for length in reversed(halved(size, level)[:-1]):
                x = pywt.idwt(x, None, self.wavelet, mode="periodization", axis=axis)
                # An odd length was made even before it was halved.
                x = x[:, :length] if axis == 1 else x[:, :, :length]
        return x


@dataclass(frozen=True)
class Crop:
    """A window of `rows` and `columns`, (first, one past the last), around which the way back puts `mean` (M, D)."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    mean: np.ndarray = field(repr=False)
    name: ClassVar[str] = "crop"

    def apply(self, x: np.ndarray) -> np.ndarray:
        """The windows (n, m, d) of records x (n, M, D)."""
        return x[:, slice(*self.rows), slice(*self.columns)]

    def undo(self, x: np.ndarray) -> np.ndarray:
        """Records (n, M, D) around windows x (n, m, d)."""
        whole = np.tile(self.mean, (len(x), 1, 1))
        whole[:, slice(*self.rows), slice(*self.columns)] = x
        return whole


@dataclass(frozen=True)
class Log:
    """sign(u) log(1 + |u|) with u = (x - floor) / scale: log1p above the floor, and defined below it too.

    The floor is the 1 % quantile of the training values, which one low spike does not move; the scale is the median
    of those above the floor, less the floor, so the level of what is no peak, and at least 1e-6 of their range.
    Values below the floor are mirrored, so that none is NaN and the way back is exact.
    """

    floor: float
    scale: float
    name: ClassVar[str] = "log"

    @classmethod
    def fit(cls, x: np.ndarray) -> Log:
        """The floor and the scale of the training values x (any shape), which must not be all equal."""
        floor = float(np.quantile(x, 0.01))
        above = x[x > floor]
        level = float(np.median(above)) - floor if above.size else 0.0
        # Of a flat baseline the wavelet leaves rounding errors, which are no level.
        return cls(floor, max(level, LEAST_SCALE * float(np.ptp(x))))

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Logarithms, of the same shape as x."""
        u = (x - self.floor) / self.scale
        return np.sign(u) * np.log1p(np.abs(u))

    def undo(self, x: np.ndarray) -> np.ndarray:
        """Values of which x are the logarithms."""
        x = np.clip(x, -LARGEST, LARGEST)
        return np.sign(x) * np.expm1(np.abs(x)) * self.scale + self.floor


@dataclass(frozen=True)
class MinMax:
    """(x - minimum) / (maximum - minimum): one pair of numbers for all training values."""

    minimum: float
    maximum: float
    name: ClassVar[str] = "minmax"

    @classmethod
    def fit(cls, x: np.ndarray) -> MinMax:
        """The extremes of the training values x (any shape), which must not be all equal."""
        return cls(float(x.min()), float(x.max()))

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Training values in [0, 1]; others may exceed it."""
        return (x - self.minimum) / (self.maximum - self.minimum)

    def undo(self, x: np.ndarray) -> np.ndarray:
        """Values as they were."""
        return x * (self.maximum - self.minimum) + self.minimum


Step = Wavelet | Crop | Log | MinMax
"""One step of the preprocessing: records (n, M, D) to (n, m, d) float64 and back."""


def halved(size: int, level: int) -> list[int]:
    """The sizes from `size` to what `level` halvings leave, each rounded up.

    >>> halved(11, 2)
    [11, 6, 3]
    """
    return [-(-size // 2**halvings) for halvings in range(level + 1)]
