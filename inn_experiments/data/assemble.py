"""From a checked table to a `contracts.Split`: classes, seeded parts, scaling fitted on training rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from inn_experiments.contracts import Rows, Scaling, Split, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.checks import check_base_peak, check_varies
from inn_experiments.data.grouped_splits import grouped_parts
from inn_experiments.data.scaling import BasePeak, Standard
from inn_experiments.data.splits import Parts, keep_per_class, stratified_parts
from inn_experiments.data.tables.readers import RawTable


def assemble(
    table: RawTable,
    *,
    name: str,
    scaling: Literal["base_peak", "standard"],
    fractions: tuple[float, float, float],
    per_class: int | None,
    seed: int,
) -> Split:
    """Divide and normalise `table`; `fractions` are those of val, test and fresh.

    Raises UserError for one class only, equal rows, rows without a base peak, and classes or groups that
    are too small for the division.
    """
    classes = sort_classes(np.unique(table.labels).tolist())
    if len(classes) < 2:
        raise UserError(f"{name}: every row has the class {classes[0]!r}; at least 2 classes are needed")
    check_varies(table.x, name)
    if scaling == "base_peak":
        check_base_peak(table.x)
    code = {label: index for index, label in enumerate(classes)}
    y = np.array([code[label] for label in table.labels.tolist()], dtype=np.int64)
    group = None if table.groups is None else np.unique(table.groups, return_inverse=True)[1]

    parts = divide(y, group, classes, fractions, per_class, seed)
    check_varies(table.x[parts.train], f"{name}, training rows")
    fitted: Scaling = BasePeak() if scaling == "base_peak" else Standard.fit(table.x[parts.train])
    train, val, test, fresh = (make_rows(table.x[part], y[part], fitted, group, part) for part in parts)
    check_varies(train.x, f"{name}, training rows after scaling")
    axis, axis_name = read_axis(table)
    return Split(
        train,
        val,
        test,
        fresh if len(fresh) else None,
        classes,
        axis,
        axis_name,
        fitted,
        bounded=scaling == "base_peak" and bool((table.x >= 0).all()),
        name=name,
        smiles=None if table.smiles is None else tuple(table.smiles[label] for label in classes),
    )


def divide(
    y: np.ndarray,
    group: np.ndarray | None,
    classes: tuple[str, ...],
    fractions: tuple[float, float, float],
    per_class: int | None,
    seed: int,
) -> Parts:
    """The seeded parts, grouped where `group` is given, with at most `per_class` training rows of a class.

    Training rows above `per_class` join the fresh rows where fresh rows were asked for. With groups they are
    left out, because a fresh row of a training group would not be new.
    """
    rng = np.random.default_rng(child_seed(seed, "split"))
    if group is None:
        parts = stratified_parts(y, classes, fractions, rng)
    else:
        parts = grouped_parts(y, group, classes, fractions, rng)
    if per_class is not None:
        train, spared = keep_per_class(parts.train, y, per_class, rng)
        parts = parts._replace(train=train)
        if group is None and fractions[2] > 0:
            parts = parts._replace(fresh=np.union1d(parts.fresh, spared))
    return parts


def make_rows(
    x: np.ndarray, y: np.ndarray, scaling: Scaling, group: np.ndarray | None = None, index: np.ndarray | None = None
) -> Rows:
    """Normalised rows of one part, an empty part included."""
    scaled = scaling.apply(x) if len(x) else np.zeros(x.shape, dtype=np.float32)
    return Rows(scaled, y.astype(np.int64), None if group is None else group[index])


def sort_classes(labels: list[str]) -> tuple[str, ...]:
    """Class names in a fixed order: by value where all are numbers ("10" follows "9"), else by name."""
    values = numbers(labels)
    return tuple(sorted(labels) if values is None else (labels[index] for index in np.lexsort((labels, values))))


def read_axis(table: RawTable) -> tuple[np.ndarray, str]:
    """The column names as numbers (m/z, wavenumber) where all of them are, else the column positions."""
    axis = numbers(table.names)
    if axis is None:
        return np.arange(len(table.names), dtype=np.float64), "column"
    return axis, table.axis_name


def numbers(texts: Sequence[str]) -> np.ndarray | None:
    """The texts as finite float64 numbers, or None where one of them is not."""
    try:
        values = np.array([float(text) for text in texts])
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None
