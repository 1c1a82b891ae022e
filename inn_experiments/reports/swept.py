"""What a sweep has found, in one small table: its cells over their seeds, by what a person came for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inn_experiments.contracts import Number, Report
from inn_experiments.reports.cell.blocks import Block, Entry
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import Frame, frame_of
from inn_experiments.reports.words import ROUNDING, interval, known, leaves_out_zero, number, signed, signed_value

DIFFERENCES = {
    "test/samples/c2st_excess": "C2ST − real",
    "test/geometry/generated/c2st_excess": "C2ST − real, in a class",
    "utility/same_rows/synthetic/difference_f1_macro": "macro F1 gained",
    "utility/disjoint/synthetic/difference_f1_macro": "gained, disjoint",
}
KEYS = {**DIFFERENCES, "test/forward/mse": "forward error", "test/inverse/mse": "inverse error"}
"""Numbers that a person looks for first -> the heads of their columns."""
AGREED = "(all seeds)"
MOST = 4
"""Columns of numbers at most, for a terminal of usual width."""


def swept(cells: Mapping[str, Sequence[Report]]) -> Block | None:
    """A row a cell: means over its reports, one a seed, with 95 % intervals; None without any number.

    A cell of one seed has the interval of its own report, over its test rows, where that has one.
    """
    frames = {name: frame_of(reports) for name, reports in cells.items()}
    keys = [key for key in KEYS if any(key in frame.keys for frame in frames.values())][:MOST]
    if not keys:
        return None
    block = Block([Entry("cell"), Entry("seeds"), *(Entry(KEYS[key], key=key) for key in keys)], firm="names")
    for name, frame in frames.items():
        own = cells[name][0]
        block.add(name, str(len(frame.seeds)), *(_entry(frame, key, own.find(key)) for key in keys))
    return block


def _entry(frame: Frame, key: str, own: Number | None) -> Entry:
    found, difference = over_seeds(frame.value(key), frame), key in DIFFERENCES
    if found is None:
        return Entry("")
    if len(frame) == 1 and own is not None:
        return Entry(("+" if difference and own.value > 0 else "") + known(own))
    mean, half = found
    if half is not None and half <= ROUNDING * max(abs(mean), 1.0):
        # Seeds that agree say nothing of how far others would lie apart.
        return Entry(f"{signed_value(mean) if difference else number(mean)} {AGREED}")
    if not difference:
        return Entry(interval(*found))
    # More is better of a gain, and worse where rows are told from real ones.
    side = leaves_out_zero(*found) * (-1 if "c2st" in key else 1)
    return Entry(signed(*found), ("", "good", "bad")[side])
