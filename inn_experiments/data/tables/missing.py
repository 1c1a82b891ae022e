"""Missing numbers: an error, rows that are left out, or values between their neighbours on the axis."""

from __future__ import annotations

from typing import Literal

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import BLOCK, SHOWN, check_finite, shorten
from inn_experiments.data.tables.wide import Read
from inn_experiments.maths.moments import blocks

REMEDY = "correct them, or say data.missing=drop or interpolate"

Policy = Literal["error", "drop", "interpolate"]


def filled(read: Read, policy: Policy, where: str) -> Read:
    """The rows of `read`, all of them finite; what was done about missing numbers stands in its notes.

    Raises UserError that names the cells that are infinite, and those that are missing where that is an error, or a row
    has nothing to interpolate between.
    """
    if policy == "error":
        check_finite(read.x, read.names, where, read.numbers, REMEDY)
        return read
    missing = np.concatenate([np.isnan(block).any(axis=1) for block in blocks(read.x, BLOCK)])
    rows = np.flatnonzero(missing)
    if policy == "drop":
        keep = ~missing
        if not keep.any():
            raise UserError(f"data.missing=drop: each of the {len(missing)} rows of {where} lacks a number")
        read.left_out += [f"{len(rows)} rows with missing numbers"] if len(rows) else []
        read.keep(keep)
    elif len(rows):
        count = _interpolate(read, rows, where)
        read.notes.append(f"{count} missing numbers in {len(rows)} rows interpolated")
    check_finite(read.x, read.names, where, read.numbers)
    return read


def _interpolate(read: Read, rows: np.ndarray, where: str) -> int:
    """Fill the NaN of some `rows` in place by straight lines along the axis, flat at its ends; returns their number."""
    places = np.arange(read.x.shape[1]) if read.axis.values is None else read.axis.values
    order = np.argsort(places)
    numbers = np.arange(1, len(read.x) + 1) if read.numbers is None else read.numbers
    empty = numbers[[row for row in rows if np.isnan(read.x[row]).all()]].tolist()
    if empty:
        raise UserError(
            f"data.missing=interpolate: {where} has no number at all in row {shorten(empty, SHOWN)} (counted from 1)"
        )
    count = 0
    for row in rows:
        values = read.x[row][order]
        gaps = np.isnan(values)
        count += int(gaps.sum())
        values[gaps] = np.interp(places[order][gaps], places[order][~gaps], values[~gaps])
        read.x[row, order] = values
    return count
