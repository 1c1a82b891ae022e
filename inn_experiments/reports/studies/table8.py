"""The paper's Table 8 from finished runs, with the scores that tell a class' structure from its moments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.reports.estimate import interval, number
from inn_experiments.reports.studies.selection import fits
from inn_experiments.reports.studies.tables import markdown

ARMS = {"generated": "generated", "second": "second real", "gaussian": "gaussian"}
STRUCTURE = {"c2st": "C2ST", "swd": "SWD ↓", "coverage": "coverage ↑"}
MORE = {
    "spread_error": "spread error ↓",
    "precision": "precision ↑",
    "distance_ratio": "distance ratio",
    "along": "along PC1 ↓",
    "frechet": "Fréchet ↓",
}
PAPER = (
    "The paper's Table 8, on other data (measured ion mobility spectra, no interval), prints a mean error of "
    "0.08 and a standard deviation error of 1.53 (7.4 %). The rows it prints give 0.055 (0.3 % of the class' "
    "own deviation) and 1.35 (6.9 %)."
)
ABOUT = (
    "Moments are over all values of a class' rows; PC1 and PC2 are shares of variance, each set by its own "
    "PCA. `second real`: other real rows scored as if they were generated, what a perfect generator gets. "
    "`gaussian`: rows from a Gaussian with the training rows' mean and covariance, the moments without the "
    "structure. C2ST: 0.5 is best. Spread: the deviation about the class' mean row; where the features' means "
    "differ far more than rows do, the SD is right for any generator that knows the mean row alone, and the "
    "spread is not. SWD: sliced Wasserstein-2 distance in spreads; Fréchet likewise, squared. Distance "
    "ratio: distance to the nearest training row over that of second "
    "real rows, 1 is best, below are copies. Along PC1: total variation over 20 equal-mass bins. Entries of "
    "several seeds are mean ± half the width of the 95 % Student t interval over seeds.\n"
)
Row = dict[str, Any]
Runs = dict[int, dict[str, Row]]


def table8_markdown(
    reports: Sequence[dict[str, Any]], only: dict[str, str], commands: Sequence[str], date: str
) -> tuple[str, int]:
    """(Markdown, number of runs): one block per cell, from all finished runs that have a geometry.

    Arguments: `reports`, `report.json` dicts; `only`, axis -> the value a run must have; `commands`, the
    command lines of the runs and of this report; `date`. Raises UserError where no run fits or two of one
    cell share a seed.
    """
    chosen = [report for report in reports if report.get("geometry") and fits(report, only)]
    if not chosen:
        raise UserError(
            f"none of the {len(reports)} finished runs has a geometry and {only or 'any axes'}; run "
            "experiment=table8 first, or any run with geometry=per_class"
        )
    cells: dict[str, Runs] = defaultdict(dict)
    for report in chosen:
        runs = cells[report["cell"]]
        if report["seed"] in runs:
            raise UserError(
                f"two finished runs are called {report['cell']} with seed {report['seed']}; choose one with "
                "--only AXIS=VALUE"
            )
        runs[report["seed"]] = {row["class"]: row for row in report["geometry"]}
    blocks = [block(cell, dict(sorted(runs.items()))) for cell, runs in sorted(cells.items())]
    head = ["# Table 8: statistics of each class, real and generated\n", f"- {date}: {len(chosen)} runs\n"]
    text = "\n".join([*head, "```", *commands, "```\n", ABOUT, f"{PAPER}\n", *blocks])
    return text.rstrip() + "\n", len(chosen)


def block(cell: str, runs: Runs) -> str:
    """Table 8 of one cell, its two error lines, and the tables of structure."""
    parts = [
        f"## {cell}\n",
        f"Seeds: {', '.join(map(str, runs))}.\n",
        moments_table(runs) + "\n",
        error_table(runs) + "\n",
    ]
    parts += [structure_table(runs, STRUCTURE) + "\n", structure_table(runs, MORE) + "\n"]
    if any("judge" in row for run in runs.values() for row in run.values()):
        parts += ["The machine judge of the eye tests, C2ST on the rows themselves (0.5: cannot be told):\n"]
        parts += [_class_table(runs, {title: _judge(arm) for arm, title in list(ARMS.items())[:2]}) + "\n"]
    return "\n".join(parts)


def moments_table(runs: Runs) -> str:
    """The paper's columns, class by class."""
    header, lines = ["Chemical", "n"], [[name, _counts(runs, name)] for name in _names(runs)]
    for key, title, show in (
        ("mean", "Mean", entry),
        ("std", "SD", entry),
        ("pc1", "PC1", percent),
        ("pc2", "PC2", percent),
    ):
        for arm in ("real", "generated"):
            header.append(f"{title} {arm}")
            for line, name in zip(lines, _names(runs), strict=True):
                line.append(show([row[arm][key] for row in _rows(runs, name)]))
    return markdown(header, lines)


def error_table(runs: Runs) -> str:
    """The two error lines of Table 8 per arm, in the data's units and as shares of each class' deviation."""
    header = [
        "Mean over chemicals",
        "mean error",
        "of own SD",
        "worst",
        "SD error",
        "of own SD",
        "worst",
        "PC1 error",
        "PC2 error",
    ]
    lines = []
    for arm, title in ARMS.items():
        line = [f"**{title}**"]
        for key in ("mean", "std"):
            line.append(entry(_per_seed(runs, lambda row, arm=arm, key=key: abs(row[arm][key] - row["real"][key]))))
            share = _score(arm, f"{key}_error")
            line += [percent(_per_seed(runs, share)), percent(_per_seed(runs, share, max))]
        line += [percent(_per_seed(runs, _score(arm, f"{key}_error"))) for key in ("pc1", "pc2")]
        lines.append(line)
    return markdown(header, lines)


def structure_table(runs: Runs, columns: dict[str, str]) -> str:
    """Scores of the three arms side by side, class by class, and their mean."""
    pairs = product(columns.items(), ARMS.items())
    readers = {f"{text} {name}": _score(arm, key) for (key, text), (arm, name) in pairs}
    if "coverage" in columns:
        readers["generated coverage over second real's"] = _score("generated", "coverage_ratio")
    return _class_table(runs, readers)


def entry(values: Sequence[float]) -> str:
    """A mean over seeds with its interval, one seed's number alone, or a dash for none."""
    if not values:
        return "—"
    return number(values[0]) if len(values) == 1 else interval(*mean_interval(values))


def percent(values: Sequence[float]) -> str:
    """As `entry`, of shares."""
    if not values:
        return "—"
    mean, half = mean_interval(100 * np.asarray(values))
    return f"{mean:.2f} %" if half is None else f"{mean:.2f} ± {half:.2f} %"


def _class_table(runs: Runs, columns: dict[str, Callable[[Row], float]]) -> str:
    lines = [
        [name, *(entry([read(row) for row in _rows(runs, name)]) for read in columns.values())] for name in _names(runs)
    ]
    lines.append(["**mean**", *(entry(_per_seed(runs, read)) for read in columns.values())])
    return markdown(["Chemical", *columns], lines)


def _names(runs: Runs) -> list[str]:
    """Every class that some seed has, in the order of the reports."""
    return list(dict.fromkeys(name for run in runs.values() for name in run))


def _rows(runs: Runs, name: str) -> list[Row]:
    return [run[name] for run in runs.values() if name in run]


def _counts(runs: Runs, name: str) -> str:
    """Rows on each side, and how many seeds have the class where some lack it."""
    rows = _rows(runs, name)
    sizes = sorted({row["n"] for row in rows})
    lacking = "" if len(rows) == len(runs) else f" ({len(rows)} of {len(runs)} seeds)"
    return " to ".join(map(str, dict.fromkeys((sizes[0], sizes[-1])))) + lacking


def _per_seed(runs: Runs, read: Callable[[Row], float], over: Callable = np.mean) -> list[float]:
    return [float(over([read(row) for row in run.values()])) for run in runs.values()]


def _score(arm: str, key: str) -> Callable[[Row], float]:
    return lambda row: row["scores"][arm][key]


def _judge(arm: str) -> Callable[[Row], float]:
    return lambda row: row["judge"][arm]
