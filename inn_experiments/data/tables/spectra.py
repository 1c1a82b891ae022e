"""From a checked table to rows that can be divided."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from inn_experiments.contracts.streamed import Streamed, Values
from inn_experiments.data import checks
from inn_experiments.data.axes import Axis
from inn_experiments.data.classes import encode, group_codes
from inn_experiments.data.mapped import MappedRows
from inn_experiments.data.preprocessing.options import Wanted
from inn_experiments.data.preprocessing.prepared import plan
from inn_experiments.data.scaling import Choice
from inn_experiments.data.source import ArrayRows, Told


def spectra(
    name: str,
    x: np.ndarray,
    labels: np.ndarray,
    columns: Sequence[str],
    scaling: Choice = "base_peak",
    steps: Sequence[Wanted] = (),
    *,
    groups: np.ndarray | None = None,
    axis: Axis | None = None,
    smiles: dict[str, tuple[str, ...]] | None = None,
    told: Told | None = None,
    label_name: str = "label",
    numbers: np.ndarray | None = None,
    value: str = "",
) -> ArrayRows:
    """The rows `x` (n, d) of a checked table of text `labels` (n,), to go through `steps` and then be scaled.

    `columns` are the names of the d values, `axis` their places, `value` what they are. `smiles` has every label, a
    mixture with several. Raises UserError for one class only, equal rows and rows without a base peak.
    """
    told = {"smiles": smiles, "told": told, "label_name": label_name, "numbers": numbers, "value": value, "axis": axis}
    return coded(name, x, encode(labels, name), columns, scaling, steps, group=group_codes(groups), **told)


def coded(
    name: str,
    x: Values,
    labels: tuple[tuple[str, ...], np.ndarray],
    columns: Sequence[str],
    scaling: Choice,
    steps: Sequence[Wanted],
    *,
    group: np.ndarray | None,
    axis: Axis | None,
    smiles: dict[str, tuple[str, ...]] | None,
    told: Told | None,
    label_name: str,
    numbers: np.ndarray | None,
    value: str,
) -> ArrayRows:
    """As `spectra`, of rows in memory or in a file whose classes, and their codes (n,) in `labels`, are known."""
    classes, y = labels
    checks.check_varies(x, name)
    axis, told = axis or Axis(), told or Told()
    planned = plan(x, scaling, steps, unit=axis.unit, axis=axis.values)
    kind = MappedRows if isinstance(x, Streamed) else ArrayRows
    return kind(
        x=x,
        y=y,
        classes=classes,
        name=name,
        fit=planned.fit,
        group=group,
        axis=axis.values,
        axis_name=axis.title,
        axis_unit=axis.unit if axis.values is not None else "",
        value_name=value,
        smiles=None if smiles is None else tuple(smiles[label] for label in classes),
        bounded=planned.bounded,
        columns=tuple(columns),
        label_name=label_name,
        numbers=numbers,
        told=replace(told, unit=axis.unit, scaling=planned.told),
    )
