"""Peaks of 2-D records: one table per cell of what each kind of record has of a real one's, and paired differences."""

from argparse import Namespace

import pandas as pd

from inn_experiments.measures.quantities import PEAK_ARMS, PEAK_QUANTITIES
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import ABSENT, Frame, choose
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import emphasised, interval

TWINS = "two runs of {place} have seed {seed}; choose with --only AXIS=VALUE"
THIRDS = ("low", "middle", "high")
PLACES = ("retention", "retention_bins", "drift", "drift_bins")
HEIGHTS = ("height", "height_bias", *(f"height_bias_{third}" for third in THIRDS))
DIFFERENCES = (
    ("generated", "second"),
    ("generated", "second_reconstructed"),
    ("generated", "mean"),
    ("generated", "other"),
    ("second_reconstructed", "second"),
    ("reconstructed", "noisy"),
)
COMPARED = ("found", "found_low", "found_high", "spurious", "retention_bins", "drift_bins", "height")
ABOUT = (
    "Peaks of each real test record are matched with those of a partner, which each row of a table names. An entry is "
    "the mean over seeds ± half the width of its 95 % interval. Thirds of intensity are those of the training records' "
    "peaks. log2 of a ratio: 1 is twice as high as in the test record. Differences "
    "are paired by seed; **bold** ones have intervals that leave 0 out, not corrected for there being many."
)


def answer(frame: Frame, options: Namespace) -> Document:
    """Every cell's peaks found, their distances and heights, and the differences between arms."""
    chosen = choose(frame, options.only, frame.holds("claims/peaks/"), "peaks", "choose claims=peaks")
    parts = [ABOUT, "\n".join(f"- `{arm}`: {text}" for arm, text in PEAK_ARMS.items())]
    for cell, runs in chosen.apart(chosen.runs["cell"], TWINS).items():
        found = table(runs, ("found", *(f"found_{third}" for third in THIRDS), "spurious"))
        parts += [f"## {cell} ({len(runs)} seeds)", "### Found and spurious", found]
        parts += ["### Places of matched peaks", table(runs, PLACES), "### Heights of matched peaks"]
        parts += [table(runs, HEIGHTS), "### Differences", differences(runs)]
    return Document("Peaks of 2-D records", chosen, parts)


def table(runs: Frame, quantities: tuple[str, ...]) -> str:
    """A row an arm, a column a quantity."""
    rows = []
    for arm in PEAK_ARMS:
        values = [over_seeds(runs.value(f"claims/peaks/{arm}/{key}"), runs) for key in quantities]
        if any(values):
            rows.append([arm, *(ABSENT if one is None else interval(*one) for one in values)])
    return markdown(["Partner", *(PEAK_QUANTITIES[key] for key in quantities)], rows)


def differences(runs: Frame) -> str:
    """Between arms, and between peaks of high and low intensity in one arm."""
    rows = []
    for first, second in DIFFERENCES:
        one, other = ([runs.value(f"claims/peaks/{arm}/{key}") for key in COMPARED] for arm in (first, second))
        gaps = [over_seeds(a - b, runs) for a, b in zip(one, other, strict=True)]
        if any(gaps):
            rows.append([f"{first} − {second}", *map(emphasised, gaps)])
    gaps = {f"{arm}: found, low − high": low_less_high(runs, arm) for arm in PEAK_ARMS}
    for first, second in DIFFERENCES:
        gaps[f"{first} − {second}: found, low − high"] = low_less_high(runs, first) - low_less_high(runs, second)
    for text, gap in gaps.items():
        if gap.notna().any():
            rows.append([text, emphasised(over_seeds(gap, runs)), *[""] * (len(COMPARED) - 1)])
    return markdown(["Difference", *(PEAK_QUANTITIES[key] for key in COMPARED)], rows)


def low_less_high(runs: Frame, arm: str) -> pd.Series:
    """The share of low-intensity peaks that are found less that of high-intensity ones, of every run."""
    return runs.value(f"claims/peaks/{arm}/found_low") - runs.value(f"claims/peaks/{arm}/found_high")


STUDY = Study("peaks", "peaks of 2-D records: found, missed, places and heights", answer)
