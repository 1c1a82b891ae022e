"""Infrared spectra of coffee from three countries, measured, inside the chemotools package (MIT licence)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split
from inn_experiments.data.assemble import assemble
from inn_experiments.data.checks import check_fractions
from inn_experiments.data.tables.readers import RawTable


class Coffee:
    """60 ATR-FTIR spectra of 1,841 channels, 20 each from Brasil, Ethiopia and Vietnam, over their base peak.

    The arguments are those of `Table`. Raises UserError for fractions out of range.
    """

    def __init__(
        self,
        test_fraction: float = 0.3,
        val_fraction: float = 0.1,
        fresh_fraction: float = 0.0,
        per_class: int | None = None,
    ) -> None:
        check_fractions(test_fraction, val_fraction, fresh_fraction, per_class)
        self.fractions = (val_fraction, test_fraction, fresh_fraction)
        self.per_class = per_class

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives; `cache` is not used, the package holds the file."""
        from chemotools.datasets import load_coffee

        spectra, labels = load_coffee()
        # Four spectra dip to at most 0.3 % of the base peak below zero in the first two channels. Absorbance
        # is not negative: the noise of the baseline is cut, so that the rows are bounded.
        x = np.clip(spectra.to_numpy(dtype=np.float64), 0.0, None)
        table = RawTable(x, labels["labels"].to_numpy(str), None, tuple(map(str, spectra.columns)), "channel")
        return assemble(
            table, name="coffee", scaling="base_peak", fractions=self.fractions, per_class=self.per_class, seed=seed
        )
