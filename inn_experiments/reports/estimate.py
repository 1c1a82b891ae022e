"""Means over seeds with their 95 % intervals, of series and tables made from a frame of runs."""

from dataclasses import dataclass
from math import isnan, nan

import pandas as pd

from inn_experiments.measures.numbers.intervals import Interval, corrected_interval, mean_interval
from inn_experiments.reports.runs import Frame


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


def over_seeds(values: pd.Series) -> Interval | None:
    """The mean of one value a seed and its Student t half width; None where there is no value."""
    known = values.dropna().tolist()
    return mean_interval(known) if known else None


def corrected_over_seeds(values: pd.Series, frame: Frame) -> Interval | None:
    """As `over_seeds`, where each seed divides the same rows anew, so that test sets overlap.

    The half width is the corrected resampled one for the mean numbers of training and test rows (Nadeau and Bengio
    2003).
    """
    known = values.dropna()
    if known.empty:
        return None
    train, test = (sum(frame.split(part)[known.index]) / len(known) for part in ("train", "test"))
    return corrected_interval(known.tolist(), train, test)


def row_means(table: pd.DataFrame) -> pd.Series:
    """The mean of the known numbers in each row, summed from left to right; NaN where there is none."""
    rows = [[value for value in row if not isnan(value)] for row in table.to_numpy(dtype=float).tolist()]
    return pd.Series([sum(row) / len(row) if row else nan for row in rows], index=table.index, dtype=float)


def without_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """The part of seeds x places in which every seed has a number at the same places: means compare like with like.

    A place without the number in any seed is left out; a seed that lacks it in one of the others is too.
    """
    return table.dropna(axis=1, how="all").dropna(axis=0)


def estimate(table: pd.DataFrame) -> Estimate | None:
    """Mean and 95 % interval over seeds of a number averaged over places; None where there is no number."""
    kept = without_gaps(table)
    return None if kept.empty else Estimate(*over_seeds(row_means(kept)), *kept.shape)
