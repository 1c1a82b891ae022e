"""Infrared spectra of coffee from three countries, measured, inside the chemotools package (MIT licence)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inn_experiments.data.axes import Axis
from inn_experiments.data.classes import numbers
from inn_experiments.data.reader import Reader
from inn_experiments.data.source import ArrayRows
from inn_experiments.data.tables.spectra import spectra


@dataclass
class Coffee(Reader):
    """60 ATR-FTIR spectra of 1,841 channels, 20 each from Brasil, Ethiopia and Vietnam, over their base peak."""

    def read(self, cache: Path) -> ArrayRows:
        """All rows; `cache` is not used, the package holds the file."""
        from chemotools.datasets import load_coffee

        found, labels = load_coffee()
        # Four spectra dip to at most 0.3 % of the base peak below zero in the first two channels. Absorbance
        # is not negative: the noise of the baseline is cut, so that the rows are bounded.
        x = np.clip(found.to_numpy(dtype=np.float64), 0.0, None)
        names = [*map(str, found.columns)]
        # The package numbers the channels and does not say where they stand.
        axis = Axis(numbers(names), name="channel")
        return spectra("coffee", x, labels["labels"].to_numpy(str), names, axis=axis, value="absorbance")
