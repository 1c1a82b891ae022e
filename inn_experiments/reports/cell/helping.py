"""Whether generated rows help a classifier, in one sentence that goes by intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.quantities import CLASSIFIERS
from inn_experiments.reports.words import number, range_of, side, signed_value, to

PROTOCOLS = ("same_rows", "disjoint")
"""The first answers somebody who owns these rows only, and stands wherever it was measured."""
SIMPLE = {"convex": "convex combinations of real rows", "bootstrap": "copies of real rows"}
"""Treatments that need no training: the first one that there is stands beside."""
GAIN = "/synthetic/difference_f1_macro"


class Place(NamedTuple):
    """A protocol and classifier under which a gain was measured.

    Attributes:
        prefix: how the keys of its numbers begin.
        protocol, judge: in words.
        gain: in macro F1, of real and generated rows over real rows alone.
    """

    prefix: str
    protocol: str
    judge: str
    gain: Number


def helpful(report: Report) -> str:
    """Whether adding generated rows to real ones changes macro F1 on real test rows, beside the simplest other rows."""
    places = measured_places(report)
    if not places:
        return "Whether generated rows help a classifier was not measured."
    first, chosen = places[0], report.find("amount/chosen")
    if chosen is not None and chosen.value == 0:
        return (
            "No generated rows were added, since an inner cross-validation on the training rows found no number of "
            f"them that helps by more than noise ({first.judge}, {first.protocol})."
        )
    parts = [_gained(report, first), _simple(report, first), _others(places), _better_judge(report, places)]
    return "; ".join(part for part in parts if part) + "."


def measured_places(report: Report) -> list[Place]:
    """Where the gain of generated rows was measured: same rows before disjoint ones, classifiers as in the report."""
    found = []
    for each in report.numbers:
        if each.key.startswith("utility/") and each.key.endswith(GAIN) and (each.of, each.reference) == (None, None):
            prefix = each.key.removesuffix(GAIN)
            _, protocol, *judge = prefix.split("/")
            name = judge[0] if judge else "forest"
            found.append(Place(prefix, protocol, CLASSIFIERS.get(name, name), each))
    return sorted(found, key=lambda one: (*PROTOCOLS, one.protocol).index(one.protocol))


def _gained(report: Report, place: Place) -> str:
    bounds, real = range_of(place.gain), report.find(f"{place.prefix}/real/f1_macro")
    alone = "" if real is None else f"real rows alone {number(real.value)}; "
    where, value = f"{alone}{place.judge}, {place.protocol}", f"macro F1 {signed_value(place.gain.value)}"
    if bounds is None:
        return f"Whether generated rows help cannot be told: too few rows or repeats for an interval ({value}; {where})"
    found = f"{value}, 95 % {to(*bounds)}"
    if side(place.gain):
        way = "raises" if side(place.gain) > 0 else "lowers"
        return f"Adding generated rows to the real ones {way} macro F1 on real test rows ({found}; {where})"
    return (
        "Adding generated rows to the real ones makes no difference that can be told on real test rows "
        f"({found}, {number(bounds[1] - bounds[0])} wide; {where})"
    )


def _simple(report: Report, place: Place) -> str:
    """What the simplest other rows give, and whether the two gains are apart."""
    if report.axes.get("generator") in SIMPLE:
        return ""
    for treatment, words in SIMPLE.items():
        other = report.find(f"{place.prefix}/{treatment}/difference_f1_macro")
        if other is not None:
            told = f"{words} give {_with_range(other)}"
            bounds, own = range_of(other), range_of(place.gain)
            if bounds is None or own is None:
                return f"{told}, and without intervals the two cannot be compared"
            # Intervals that meet say less than one of the difference would, which is not on record.
            apart = "less" if own[0] > bounds[1] else "more" if own[1] < bounds[0] else ""
            return f"{told}, {apart} than generated rows" if apart else f"{told}: the two cannot be told apart"
    return "no simpler rows stand beside"


def _others(places: Sequence[Place]) -> str:
    """What other classifiers say under the same protocol."""
    told = [f"{one.judge} {_with_range(one.gain)}" for one in places[1:] if one.protocol == places[0].protocol]
    return f"by other classifiers: {', '.join(told)}" if told else ""


def _better_judge(report: Report, places: Sequence[Place]) -> str:
    """A classifier that does better on real rows alone than the first one does with generated rows, if there is one."""
    made = report.find(f"{places[0].prefix}/synthetic/f1_macro")
    reached = None if made is None else range_of(made)
    for place in places[1:]:
        real = report.find(f"{place.prefix}/real/f1_macro")
        bounds = None if real is None else range_of(real)
        if real and bounds and reached and place.protocol == places[0].protocol and bounds[0] > reached[1]:
            return f"{place.judge} on real rows alone does better than that ({number(real.value)})"
    return ""


def _with_range(found: Number) -> str:
    bounds = range_of(found)
    return f"{signed_value(found.value)} ({'no interval' if bounds is None else to(*bounds)})"
