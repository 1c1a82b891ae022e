"""How far a number moves between seeds at one value of an axis and at another: what intervals over seeds see."""

import math
from argparse import ArgumentParser, Namespace

import pandas as pd
from scipy.stats import f as fisher

from inn_experiments.contracts import UserError
from inn_experiments.reports.design import axis_values
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import ABSENT, Frame, axis_words, choose, one_run_each
from inn_experiments.reports.study import Document, Study, names
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import entry, number

ABOUT = (
    "An entry is the mean ± half the width of its 95 % interval over seeds. `wider`: the standard deviation over seeds "
    "over that of the first value, which is by how much a Student t interval of as many seeds widens, with the 95 % "
    "interval of F. Lines are not independent: numbers of one run are of the same rows."
)
TWINS = "two runs of {place} have seed {seed}, which differ in {differing}; name it in --rows or choose with --only"


def options(parser: ArgumentParser) -> None:
    """The axis, the rows, the metrics and the title."""
    parser.add_argument("--by", required=True, metavar="AXIS=VALUE", help="the axis, and the value others stand beside")
    parser.add_argument("--rows", type=names, required=True, help="axes that name a row, e.g. preset")
    parser.add_argument("--columns", type=names, required=True, help="metrics, e.g. test/samples/c2st")
    parser.add_argument("--title", default="Spread over seeds", help="the report's title")


def answer(frame: Frame, options: Namespace) -> Document:
    """A line for each row, metric and other value of the axis."""
    axis, _, first = options.by.partition("=")
    chosen = choose(frame, options.only)
    values = axis_values(chosen, axis, ABSENT) if axis in chosen.axes else []
    if first not in values or len(values) < 2:
        raise UserError(f"--by {options.by}: the runs need this value and another one; {axis} has {', '.join(values)}")
    others = [value for value in values if value != first]
    words = axis_words(chosen, [*options.rows, axis])
    one_run_each(chosen, words.agg(", ".join, axis=1), TWINS)
    lines, ratios = [], []
    for place, runs in chosen.apart(words[options.rows].agg(", ".join, axis=1)).items():
        of_value = runs.apart(words[axis][runs.runs.index])
        for key in options.columns:
            for other in (one for one in others if {first, one} <= {*of_value}):
                sides = [(of_value[one].value(key), of_value[one]) for one in (first, other)]
                found = wider(*(values for values, _ in sides))
                ratios += [found[0]] if found else []
                shown = ABSENT if found is None else f"{number(found[0])} [{number(found[1])}, {number(found[2])}]"
                shares = [entry(over_seeds(values, own)) for values, own in sides]
                lines.append([place, key, other, *shares, shown, " and ".join(str(len(own)) for _, own in sides)])
    header = [", ".join(options.rows), "metric", axis, first, "other", "wider", "seeds"]
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None
    total = "" if mean is None else f"Geometric mean of the {len(ratios)} ratios: {number(mean)}."
    return Document(options.title, chosen, [ABOUT, markdown(header, lines), total])


def wider(first: pd.Series, other: pd.Series) -> tuple[float, float, float] | None:
    """The standard deviation of `other` over that of `first`, with its 95 % interval; None for fewer than two of each.

    >>> wider(pd.Series([0.0, 1.0, 2.0]), pd.Series([0.0, 2.0, 4.0]))[0]
    2.0
    """
    first, other = first.dropna(), other.dropna()
    if min(len(first), len(other)) < 2 or not first.std() or not other.std():
        return None
    ratio, freedom = float(other.std() / first.std()), (len(other) - 1, len(first) - 1)
    return ratio, ratio / fisher.ppf(0.975, *freedom) ** 0.5, ratio * fisher.ppf(0.975, *freedom[::-1]) ** 0.5


STUDY = Study("spread", "how far numbers move between seeds, by the values of an axis", answer, options)
