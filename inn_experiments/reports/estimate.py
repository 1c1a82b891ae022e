"""Means over seeds with their 95 % intervals, of series and tables made from a frame of runs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from inn_experiments.measures.numbers.intervals import Interval, corrected_interval, mean_interval
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.sharing import DIVIDED, strictest


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds of a mean over places, `half` its 95 % half width (None with one seed)."""

    mean: float
    half: float | None
    seeds: int
    places: int

    def lacks(self, seeds: int, places: int) -> str:
        """What it has fewer of than it should, places (cells) or seeds, as a note; empty where it is complete."""
        notes = [] if self.places == places else [f"{self.places} of {places} cells"]
        notes += [f"{self.seeds} of {seeds} seeds"] if self.seeds < seeds else []
        return f" ({', '.join(notes)})" if notes else ""


def over_seeds(values: pd.Series, frame: Frame) -> Interval | None:
    """The mean of one value a seed of the runs of `frame`, with its 95 % half width; None where there is no value.

    Where the seeds divide the same rows anew, test sets overlap, and the half width is the corrected resampled one for
    the mean numbers of training and test rows (Nadeau and Bengio 2003). Where each seed has rows of its own, or all
    have one test part and the interval is said to hold for it, it is Student's t.
    """
    known = values.dropna().tolist()
    if not known:
        return None
    shared = strictest(frame.sharing.values())
    return corrected_interval(known, shared.train, shared.test) if shared.kind == DIVIDED else mean_interval(known)


def by_row(read: Callable[..., float], *tables: pd.DataFrame) -> pd.Series:
    """What `read` makes of the known numbers in each row, an array a table; NaN where there is none."""
    every = zip(*(table.to_numpy(dtype=float) for table in tables), strict=True)
    rows = [[row[~np.isnan(row)] for row in numbers] for numbers in every]
    return pd.Series([read(*row) if row[0].size else np.nan for row in rows], index=tables[0].index, dtype=float)


def row_means(table: pd.DataFrame) -> pd.Series:
    """The mean of the known numbers in each row, summed from left to right."""
    return by_row(lambda row: sum(row.tolist()) / len(row), table)


def without_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """The part of seeds x places in which every seed has a number at the same places: means compare like with like.

    A place without the number in any seed is left out; a seed that lacks it in one of the others is too.
    """
    return table.dropna(axis=1, how="all").dropna(axis=0)


def estimate(table: pd.DataFrame, frame: Frame) -> Estimate | None:
    """Mean and 95 % interval over seeds of a number of `frame` averaged over places; None where there is no number."""
    kept = without_gaps(table)
    return None if kept.empty else Estimate(*over_seeds(row_means(kept), frame), *kept.shape)
