"""The paper's Table 8 from finished runs, with the scores that tell a class' structure from its moments."""

from argparse import Namespace
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from inn_experiments.reports import words
from inn_experiments.reports.estimate import by_row, over_seeds
from inn_experiments.reports.runs import Frame, choose
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.table import arrowed, markdown
from inn_experiments.reports.words import ABSENT, number

ARMS = {"generated": "generated", "second": "second real", "gaussian": "gaussian"}
STRUCTURE = ("c2st", "swd", "coverage")
MORE = ("spread_error", "precision", "distance_ratio", "along", "frechet")
PAPER = (
    "The paper's Table 8, on other data (measured ion mobility spectra, no interval), prints a mean error of 0.08 and "
    "a standard deviation error of 1.53 (7.4 %). The rows it prints give 0.055 (0.3 % of the class' own deviation) "
    "and 1.35 (6.9 %)."
)
ABOUT = (
    "Moments are over all values of a class' rows; PC1 and PC2 are shares of variance, each set by its own PCA. "
    "`second real`: other real rows scored as if they were generated, what a perfect generator gets. `gaussian`: rows "
    "from a Gaussian with the training rows' mean and covariance, the moments without the structure. C2ST: 0.5 is "
    "best, and generated − second real is what it is above other real rows, from equally many. Spread: the deviation "
    "about the class' mean row; where the features' means differ far more than rows do, the SD is right for any "
    "generator that knows the mean row alone, and the spread is not. SWD: sliced "
    "Wasserstein-2 distance in spreads; Fréchet likewise, squared. Distance ratio: distance to the nearest training "
    "row over that of second real rows, 1 is best, below are copies. Along PC1: total variation over 20 equal-mass "
    "bins. Entries of several seeds are mean ± half the width of the 95 % interval over seeds."
)


def answer(frame: Frame, options: Namespace) -> Document:
    """One block per cell, from all finished runs that have a geometry."""
    advice = "run experiment=table8 first, or any run with geometry=per_class"
    chosen = choose(frame, options.only, frame.holds("test/geometry/n"), "a geometry", advice)
    twins = "two finished runs are called {place} with seed {seed}; choose one with --only AXIS=VALUE"
    cells = chosen.apart(chosen.runs["cell"], twins)
    blocks = [part for cell, runs in cells.items() for part in block(cell, runs)]
    return Document("Table 8: statistics of each class, real and generated", chosen, [ABOUT, PAPER, *blocks])


def block(cell: str, runs: Frame) -> list[str]:
    """Table 8 of one cell, its two error lines, and the tables of structure."""
    parts = [f"## {cell}", f"Seeds: {', '.join(map(str, runs.seeds))}.", moments_table(runs), error_table(runs)]
    parts += [structure_table(runs, STRUCTURE), structure_table(runs, MORE)]
    judged = {title: by_class(runs, f"{arm}/judge") for arm, title in list(ARMS.items())[:2]}
    if any(table.notna().any(axis=None) for table in judged.values()):
        parts += ["The machine judge of the eye tests, C2ST on the rows themselves (0.5: cannot be told):"]
        parts += [_class_table(judged, runs)]
    return parts


def by_class(runs: Frame, key: str) -> pd.DataFrame:
    """A number of the geometry as runs x classes, the classes in the order of the reports."""
    return runs.classes(f"test/geometry/{key}").reindex(columns=runs.classes("test/geometry/n").columns)


def moments_table(runs: Frame) -> str:
    """The paper's columns, class by class."""
    sizes = by_class(runs, "n")
    columns = {"Chemical": list(sizes), "n": [_counts(sizes[name]) for name in sizes]}
    moments = {"mean": ("Mean", entry), "std": ("SD", entry), "pc1": ("PC1", percent), "pc2": ("PC2", percent)}
    for key, (title, show) in moments.items():
        for arm in ("real", "generated"):
            columns[f"{title} {arm}"] = [show(values, runs) for _, values in by_class(runs, f"{arm}/{key}").items()]
    return markdown(list(columns), zip(*columns.values(), strict=True))


def error_table(runs: Frame) -> str:
    """The two error lines of Table 8 per arm, in the data's units and as shares of each class' deviation."""
    header = ["Mean over chemicals"]
    header += [part for moment in ("mean", "SD") for part in (f"{moment} error", "of own SD", "worst")]
    lines = []
    for arm, title in ARMS.items():
        line = [f"**{title}**"]
        for key in ("mean", "std"):
            gaps = (by_class(runs, f"{arm}/{key}") - by_class(runs, f"real/{key}")).abs()
            line.append(entry(by_row(np.mean, gaps), runs))
            shares = by_class(runs, f"{arm}/{key}_error")
            line += [percent(by_row(np.mean, shares), runs), percent(by_row(max, shares), runs)]
        components = (by_row(np.mean, by_class(runs, f"{arm}/{key}_error")) for key in ("pc1", "pc2"))
        lines.append([*line, *(percent(values, runs) for values in components)])
    return markdown([*header, "PC1 error", "PC2 error"], lines)


def structure_table(runs: Frame, keys: Sequence[str]) -> str:
    """Scores of the three arms side by side, class by class, and their mean."""
    tables = {f"{arrowed(key)} {name}": by_class(runs, f"{arm}/{key}") for key in keys for arm, name in ARMS.items()}
    if "coverage" in keys:
        tables["generated coverage over second real's"] = by_class(runs, "generated/coverage_ratio")
    if "c2st" in keys:
        # Runs of before have no excess, and both sides of it.
        tables["C2ST generated − second real"] = by_class(runs, "generated/c2st") - by_class(runs, "second/c2st")
    return _class_table(tables, runs)


def entry(values: pd.Series, runs: Frame) -> str:
    """A mean over seeds with its interval, one seed's number alone, or a dash for none."""
    known = values.dropna()
    return number(known.iloc[0]) if len(known) == 1 else words.entry(over_seeds(known, runs))


def percent(values: pd.Series, runs: Frame) -> str:
    """As `entry`, of shares."""
    found = over_seeds(100 * values, runs)
    if found is None:
        return ABSENT
    mean, half = found
    return f"{mean:.2f} %" if half is None else f"{mean:.2f} ± {half:.2f} %"


def _class_table(tables: Mapping[str, pd.DataFrame], runs: Frame) -> str:
    names = list(next(iter(tables.values())))
    lines = [[name, *(entry(table[name], runs) for table in tables.values())] for name in names]
    lines.append(["**mean**", *(entry(by_row(np.mean, table), runs) for table in tables.values())])
    return markdown(["Chemical", *tables], lines)


def _counts(sizes: pd.Series) -> str:
    """Rows on each side, and how many seeds have the class where some lack it."""
    known = sizes.dropna()
    lacking = "" if len(known) == len(sizes) else f" ({len(known)} of {len(sizes)} seeds)"
    return " to ".join(f"{size:.0f}" for size in dict.fromkeys((known.min(), known.max()))) + lacking


STUDY = Study("table8", "Table 8: moments and structure of each class", answer)
