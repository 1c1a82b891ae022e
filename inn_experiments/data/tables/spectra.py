"""One row a spectrum, one column a value: the plain form of every table, whatever file it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from inn_experiments.data.checks import check_base_peak, check_varies
from inn_experiments.data.classes import encode, group_codes, numbers
from inn_experiments.data.scaling import BasePeak, Standard
from inn_experiments.data.source import ArrayRows


def spectra(
    name: str,
    x: np.ndarray,
    labels: np.ndarray,
    columns: Sequence[str],
    scaling: Literal["base_peak", "standard"] = "base_peak",
    *,
    groups: np.ndarray | None = None,
    axis: str = "axis",
    smiles: dict[str, tuple[str, ...]] | None = None,
) -> ArrayRows:
    """The rows `x` (n, d) of a checked table of text `labels` (n,), for their base peak or one mean and deviation.

    `columns` are the names of the d values: where all of them are numbers (m/z, wavenumber) they are the axis, which
    is called `axis`. `smiles` has every label, a mixture with several.

    Raises:
        UserError: one class only, equal rows, or rows without a base peak.
    """
    classes, y = encode(labels, name)
    check_varies(x, name)
    peaks, values = scaling == "base_peak", numbers(columns)
    if peaks:
        check_base_peak(x)
    return ArrayRows(
        x=x,
        y=y,
        classes=classes,
        name=name,
        fit=BasePeak.fit if peaks else Standard.fit,
        group=group_codes(groups),
        axis=values,
        axis_name="column" if values is None else axis,
        smiles=None if smiles is None else tuple(smiles[label] for label in classes),
        bounded=peaks and bool((x >= 0).all()),
    )
