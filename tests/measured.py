"""What measures are given in the tests, and what they find, by key."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace

from inn_experiments.contracts import Findings, Number, Report, Split, Subject
from inn_experiments.contracts.old_report import from_dict
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex

REFERENCES = {"convex": Convex, "bootstrap": Bootstrap}


def subject(synthesizer, split: Split, rebuild=None) -> Subject:
    """A fitted synthesizer and its rows, without samples of it."""
    return Subject(synthesizer, split, None, REFERENCES, rebuild, split.about())


def claims(found: Findings | Report) -> dict[str, SimpleNamespace]:
    """Key of a claim -> its number, with what chance would give."""
    chance = {number.key: number.value for number in found.numbers if number.reference == "chance"}
    return {
        number.key.removeprefix("claims/"): SimpleNamespace(**vars(number), chance=chance.get(number.key))
        for number in found.numbers
        if number.key.startswith("claims/") and number.reference is None
    }


def treatments(found: Findings | Report, protocol: str, of: str | None = None) -> dict[str, dict[str, Number]]:
    """Treatment -> measure -> its number, of all classes or of one."""
    told: dict[str, dict[str, Number]] = defaultdict(dict)
    for number in found.numbers:
        if number.key.startswith(f"utility/{protocol}/") and number.of == of:
            _, _, treatment, measure = number.key.split("/")
            told[treatment][measure] = number
    return dict(told)


def per_class(found: Findings | Report, key: str) -> dict[str, float]:
    """Class -> the number with this key, in the order of the report."""
    return {number.of: number.value for number in found.numbers if number.key == key and number.of is not None}


def report_of(plain: dict) -> Report:
    """`report.json` as a report, which it must be in today's form."""
    report = from_dict(plain)
    assert report.as_dict() == plain
    return report
