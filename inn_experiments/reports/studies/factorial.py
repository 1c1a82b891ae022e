"""The runs of a factorial experiment, sorted by the values of its factors, and contrasts between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from inn_experiments.contracts import UserError
from inn_experiments.reports.studies.selection import fits

ABSENT = "-"
Combination = tuple[str, ...]


@dataclass(frozen=True)
class Factorial:
    """`runs[combination][seed]` is a report; `values[factor]` are its values, the reference first."""

    values: dict[str, tuple[str, ...]]
    runs: dict[Combination, dict[int, dict[str, Any]]]
    seeds: tuple[int, ...]

    @property
    def factors(self) -> list[str]:
        return list(self.values)

    def missing(self) -> list[str]:
        """The combinations without a run of some seed, by name."""
        lacking = []
        for combination in product(*self.values.values()):
            seeds = [seed for seed in self.seeds if seed not in self.runs.get(combination, {})]
            if seeds:
                lacking.append(f"{label(self.factors, combination)}: seed {', '.join(map(str, seeds))}")
        return lacking


def factorial(reports: Sequence[dict[str, Any]], factors: Mapping[str, str | None], only: dict[str, str]) -> Factorial:
    """Finished runs sorted into the combinations of `factors`; raises UserError as `effects_markdown`
    does."""
    chosen = [report for report in reports if fits(report, only)]
    if not chosen:
        raise UserError(f"none of the {len(reports)} finished runs has {only or 'anything to show'}")
    for factor in factors:
        if not any(factor in report["axes"] for report in chosen):
            known = sorted({axis for report in chosen for axis in report["axes"]})
            raise UserError(f"--factors {factor}: no such axis in these runs; they have {', '.join(known)}")
    _check_common(chosen, {*factors, "seed"})
    runs: dict[Combination, dict[int, dict[str, Any]]] = {}
    for report in chosen:
        combination = tuple(_value(report, factor) for factor in factors)
        place = runs.setdefault(combination, {})
        if report["seed"] in place:
            raise UserError(
                f"two runs of {label(list(factors), combination)} have seed {report['seed']}; "
                "choose one with --only AXIS=VALUE"
            )
        place[report["seed"]] = report
    values = {}
    for number, (factor, reference) in enumerate(factors.items()):
        found = sorted({combination[number] for combination in runs}, key=_order)
        if reference is not None and reference not in found:
            raise UserError(f"--factors {factor}={reference}: no run has that value; they have {', '.join(found)}")
        first = found[0] if reference is None else reference
        values[factor] = (first, *(value for value in found if value != first))
    return Factorial(values, runs, tuple(sorted({report["seed"] for report in chosen})))


def balanced(design: Factorial, chosen: Sequence[str], column: str) -> list[Combination]:
    """Combinations of the other factors in which every value of `chosen` has the metric at every seed."""
    return [
        rest
        for rest in rests(design, chosen)
        if all(
            column in design.runs.get(_join(design, chosen, corner, rest), {}).get(seed, {}).get("metrics", {})
            for corner in product(*(design.values[factor] for factor in chosen))
            for seed in design.seeds
        )
    ]


def contrasts(
    design: Factorial, pairs: Mapping[str, tuple[str, str]], others: Sequence[Combination], column: str
) -> list[float]:
    """Per seed the (difference of) differences between each pair's values, averaged over `others`.

    `pairs` is factor -> (value, reference): one factor gives the main effect, two their interaction.
    """
    found = []
    for seed in design.seeds:
        total = 0.0
        for rest in others:
            for signs in product((0, 1), repeat=len(pairs)):
                corner = tuple(pair[side] for pair, side in zip(pairs.values(), signs, strict=True))
                report = design.runs[_join(design, list(pairs), corner, rest)][seed]
                total += (-1) ** sum(signs) * report["metrics"][column]
        found.append(total / len(others))
    return found


def rests(design: Factorial, chosen: Sequence[str]) -> list[Combination]:
    """The combinations of the factors other than `chosen`."""
    return list(product(*(values for factor, values in design.values.items() if factor not in chosen)))


def _join(design: Factorial, chosen: Sequence[str], corner: Combination, rest: Combination) -> Combination:
    """The whole combination, in the order of the factors."""
    own, other = dict(zip(chosen, corner, strict=True)), iter(rest)
    return tuple(own[factor] if factor in own else next(other) for factor in design.factors)


def _check_common(reports: Sequence[dict[str, Any]], free: set[str]) -> None:
    """Refuse runs that differ in an axis which is no factor: its effect would be taken for a factor's."""
    for axis in sorted({axis for report in reports for axis in report["axes"]} - free):
        found = sorted({_value(report, axis) for report in reports}, key=_order)
        if len(found) > 1:
            raise UserError(
                f"the runs differ in {axis} ({', '.join(found)}; {ABSENT}: at its default), which is no "
                f"factor; name it in --factors, or choose with --only {axis}=VALUE"
            )


def _value(report: dict[str, Any], axis: str) -> str:
    value = report["axes"].get(axis)
    return ABSENT if value is None else str(value)


def _order(value: str) -> tuple[bool, float, str]:
    """Numbers by size, then words."""
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def label(factors: Sequence[str], combination: Combination) -> str:
    """A combination in words."""
    return ", ".join(f"{factor}={value}" for factor, value in zip(factors, combination, strict=True))
