"""Handwritten digits as 2-D records: a second domain for the autoencoders of records, inside scikit-learn."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import NaturalInt
from inn_experiments.data.records.reader import RawRecords, RecordReader
from inn_experiments.data.source import ArrayRows

SIDE = 8


@dataclass
class Digits2d(RecordReader):
    """1,797 real images of ten digits as records of 8 rows by 8 columns of pixels, preprocessed as in `Records2d`.

    Rows stand where retention does, columns where drift does; both are counted from 0. The second source names other
    two-dimensional domains as open (question 2). The images are those of `Digits`.

    Args:
        wavelet, levels, retention, drift: as in `Settings`; images this small are not halved.
    """

    _: KW_ONLY
    levels: tuple[NaturalInt, NaturalInt] = (0, 0)

    def read(self, cache: Path) -> ArrayRows:
        """All images; `cache` is not used, the package holds the file."""
        from sklearn.datasets import load_digits

        x, y = load_digits(return_X_y=True)
        places = np.arange(SIDE, dtype=np.float64)
        records = x.reshape(-1, SIDE, SIDE).astype(np.float32)
        return RawRecords(records, y.astype(str), None, places, places, notes=()).rows("digits2d", self)
