"""From a list of peaks to a row of bins."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.records import UnreadableError

MOST = 1_000_000


@dataclass(frozen=True)
class Bins:
    """Bins k of `width` m/z units: a peak falls into bin floor(mz / width + offset), named by k * width.

    Args:
        width: of a bin, m/z.
        offset: the part of a bin below its name. At width 1 an offset of 0.3 keeps a nominal mass together: bin 100
            holds 99.7 to 100.7, because real masses lie a little above their nominal mass.
        low, high: names of the first and last bin; peaks outside are dropped.
    """

    width: float
    offset: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise UserError(f"data.bin_width={self.width}: must be above 0")
        if not 0 <= self.offset < 1:
            raise UserError(f"data.bin_offset={self.offset}: must be at least 0 and below 1, a share of a bin")
        if not 0 <= self.low < self.high:
            raise UserError(f"data.mz_low={self.low}, data.mz_high={self.high}: 0 <= mz_low < mz_high is needed")
        if not 2 <= self.number <= MOST:
            raise UserError(
                f"data.bin_width={self.width} makes {self.number} bins between data.mz_low={self.low} and "
                f"data.mz_high={self.high}; 2 to {MOST:,} are possible"
            )

    @property
    def first(self) -> int:
        """The number of the first bin."""
        # Rounded first: 40 / 0.1 is a little more than 400 in floating point.
        return ceil(round(self.low / self.width, 6))

    @property
    def number(self) -> int:
        """How many bins there are."""
        return floor(round(self.high / self.width, 6)) - self.first + 1

    def names(self) -> tuple[str, ...]:
        """The m/z by which each bin is named, as text."""
        return tuple(f"{(self.first + index) * self.width:.10g}" for index in range(self.number))

    def inside(self, mz: np.ndarray) -> np.ndarray:
        """Whether each of the peaks at `mz` (p,) falls into a bin."""
        place = self._places(mz)
        return (place >= 0) & (place < self.number)

    def _places(self, mz: np.ndarray) -> np.ndarray:
        """The bins of peaks, counted from the first, as whole numbers in float64."""
        return np.floor(mz / self.width + self.offset) - self.first

    def sums(self, mz: np.ndarray, intensity: np.ndarray) -> np.ndarray:
        """The row (number,) float32 of a peak list, `mz` and `intensity` (p,) float64 in the file's units.

        Intensities become float32 first and are added in the order of the list, as the set of 1,000 MassBank
        records was made that this reader is compared with. Raises UnreadableError where float32 cannot hold one, or
        ends before the largest of them.
        """
        row = np.zeros(self.number, dtype=np.float32)
        with np.errstate(over="ignore"):
            place = self._places(mz)
            inside = self.inside(mz)
            np.add.at(row, place[inside].astype(np.int64), intensity[inside].astype(np.float32))
        if not np.isfinite(row).all():
            raise UnreadableError(f"an intensity is above {np.finfo(np.float32).max:.3g}, the largest number here")
        if 0 < intensity[inside].max(initial=0.0) < np.finfo(np.float32).tiny:
            raise UnreadableError(f"all intensities are below {np.finfo(np.float32).tiny:.2g}, the least number here")
        return row
