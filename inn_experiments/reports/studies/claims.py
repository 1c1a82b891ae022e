"""The measured statements of finished runs: one table per cell, a mean over seeds beside chance."""

from argparse import ArgumentParser, Namespace

import pandas as pd

from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import ABSENT, Frame, choose
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import interval, number, probability

HEADS = ("statement", "value", "chance or control", "p, each seed", "n a seed", "seeds")
TWINS = (
    "two runs of {place} have seed {seed}: they differ in a setting that the cell's name does not tell; choose with "
    "--only AXIS=VALUE, or use another --outputs"
)
ABOUT = (
    "A value is the mean over seeds ± half the width of its 95 % interval; with one seed its own interval "
    "stands in brackets. p belongs to each seed's test against chance, in the order of the seeds; it is not corrected "
    "for there being many."
)


def options(parser: ArgumentParser) -> None:
    """The title."""
    parser.add_argument("--title", default="Measured statements", help="the report's title")


def answer(frame: Frame, options: Namespace) -> Document:
    """Every cell's statements with what chance, or the control, gives."""
    advice = "choose one of the options of claims, such as claims=spirals"
    chosen = choose(frame, options.only, frame.holds("claims/"), "measured statements", advice)
    cells = chosen.apart(chosen.runs["cell"], TWINS)
    parts = [part for cell, runs in cells.items() for part in (f"## {cell}", claims_table(runs))]
    return Document(options.title, chosen, [ABOUT, *parts])


def claims_table(runs: Frame) -> str:
    """One cell's statements, a row each, in the order they were measured."""
    every = runs.numbers[runs.numbers["key"].str.startswith("claims/")]
    return markdown(HEADS, [_row(claims, runs) for _, claims in every.groupby("key", sort=False)])


def _row(claims: pd.DataFrame, runs: Frame) -> list[str]:
    own, chances = claims[claims["reference"] == ""], claims["value"][claims["reference"] == "chance"].tolist()
    first = own.iloc[0]
    value = interval(*over_seeds(own["value"], runs))
    if len(own) == 1 and pd.notna(first["low"]):
        value = f"{number(first['value'])} [{number(first['low'])}, {number(first['high'])}]"
    chance = number(sum(chances) / len(chances)) if chances else ABSENT
    p = ", ".join(map(probability, own["p"].dropna())) or ABSENT
    return [first["label"], value, chance, p, ABSENT if pd.isna(first["n"]) else f"{first['n']:.0f}", str(len(own))]


STUDY = Study("claims", "measured statements of the sources, beside chance", answer, options)
