"""Which classes of a table are used: not those that the user leaves out, nor those that have too few rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from inn_experiments.contracts import UserError, nearest
from inn_experiments.data.checks import SHOWN, shorten
from inn_experiments.data.tables.wide import Read


def exclude(read: Read, patterns: Sequence[str], where: str) -> None:
    """Leave out the rows of the classes that `patterns` name, or fit as `blank*` does; the reading says so.

    Raises UserError for a pattern that no class fits, and where fewer than two classes are left.
    """
    labels, gone = read.texts["label"], set()
    classes = np.unique(labels).tolist()
    for pattern in patterns:
        fitting = [pattern] if pattern in classes else [name for name in classes if fnmatchcase(name, pattern)]
        if not fitting:
            raise UserError(f"data.exclude={pattern}: {where} has no such class{nearest(pattern, classes)}")
        gone |= set(fitting)
    _leave_out(read, sorted(gone), "of data.exclude", f"data.exclude={list(patterns)}", where)


def exclude_small(read: Read, least: int, where: str) -> None:
    """Leave out the classes of less than the `least` number of rows; raises UserError where fewer than two are left."""
    counts = Counter(read.texts["label"].tolist())
    small = sorted(name for name, count in counts.items() if count < least)
    _leave_out(read, small, f"with less than {least} rows (data.min_rows)", f"data.min_rows={least}", where)


def _leave_out(read: Read, names: Sequence[str], why: str, argument: str, where: str) -> None:
    if not names:
        return
    labels = read.texts["label"]
    keep = ~np.isin(labels, names)
    left = np.unique(labels[keep]).tolist()
    if len(left) < 2:
        raise UserError(
            f"{argument}: leaves {' and '.join(left) or 'no class'} of {where}; at least 2 classes are needed"
        )
    counts = Counter(labels[~keep].tolist())
    listed = shorten([f"{name} ({counts[name]})" for name in names], SHOWN)
    read.left_out.append(f"{len(names)} {'class' if len(names) == 1 else 'classes'} {why}: {listed}")
    read.keep(keep)
