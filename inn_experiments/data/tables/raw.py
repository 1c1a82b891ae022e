"""One row a spectrum, one column a value: the plain form of every table, whatever file it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from inn_experiments.data.checks import check_base_peak, check_varies
from inn_experiments.data.classes import encode, group_codes, numbers
from inn_experiments.data.scaling import BasePeak, Standard
from inn_experiments.data.source import ArrayRows


@dataclass(frozen=True)
class RawTable:
    """A checked table in the file's own units.

    Attributes:
        x: (n, d) floats.
        labels, groups: (n,) text; groups may be None.
        names: of the d columns; where all of them are numbers (m/z, wavenumber) they are the axis.
        axis_name: what that axis is.
        smiles: for every label its SMILES, several for a mixture, where the chemistry is known.
    """

    x: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None
    names: tuple[str, ...]
    axis_name: str = "axis"
    smiles: dict[str, tuple[str, ...]] | None = None

    def rows(self, name: str, scaling: Literal["base_peak", "standard"]) -> ArrayRows:
        """The rows of the data called `name`, to be scaled by their base peak or by one mean and deviation.

        Raises:
            UserError: one class only, equal rows, or rows without a base peak.
        """
        classes, y = encode(self.labels, name)
        check_varies(self.x, name)
        peaks = scaling == "base_peak"
        if peaks:
            check_base_peak(self.x)
        axis = numbers(self.names)
        return ArrayRows(
            x=self.x,
            y=y,
            classes=classes,
            name=name,
            fit=BasePeak.fit if peaks else Standard.fit,
            group=group_codes(self.groups),
            axis=axis,
            axis_name="column" if axis is None else self.axis_name,
            smiles=None if self.smiles is None else tuple(self.smiles[label] for label in classes),
            bounded=peaks and bool((self.x >= 0).all()),
        )
