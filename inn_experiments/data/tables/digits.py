"""Handwritten digits as 8 x 8 images, scanned, inside the scikit-learn package (BSD licence)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inn_experiments.data.reader import Reader
from inn_experiments.data.snooping import Snooping
from inn_experiments.data.source import ArrayRows, Told

SIDE = 8


@dataclass
class Digits(Reader):
    """1,797 real images of ten digits, 174 to 183 of each, as rows of 64 pixels with one mean and deviation.

    The test set of the UCI digits (Alpaydin and Kaynak 1998): counts of ink, 0 to 16, in blocks of 4 x 4 dots.

    Args:
        snooping: a control, see `data.snooping`: `none` leaves test rows alone.
    """

    snooping: Snooping = "none"

    def read(self, cache: Path) -> ArrayRows:
        """All rows; `cache` is not used, the package holds the file."""
        from sklearn.datasets import load_digits

        x, y = load_digits(return_X_y=True)
        return ArrayRows(
            x=x,
            y=y.astype(np.int64),
            classes=tuple(str(digit) for digit in range(10)),
            name="digits",
            snooping=self.snooping,
            unit="image",
            axis_name="pixel",
            columns=tuple(f"row {place // SIDE + 1}, column {place % SIDE + 1}" for place in range(SIDE**2)),
            label_name="digit",
            told=Told(unit="pixel", scaling="standard (one mean and deviation of all pixels)"),
        )
