"""Tables of a finished cell as plain words, which the console and the page both show; the errors and scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.quantities import BAR, DIRECTIONS, FIDELITY, RECONSTRUCTION
from inn_experiments.reports.words import known, measured, number, probability, side

ERRORS = [each for each in (*DIRECTIONS, *RECONSTRUCTION) if each.name == "mse"]
SCORES = {each.key: f"samples {each.heading}" for each in FIDELITY if each.name != "copies"}
SCORES["samples/nearest_train_ratio"] = "samples distance to train (best 1)"


class Entry(NamedTuple):
    """A cell of a table.

    Attributes:
        text: in it.
        tone: `good` and `bad` where that is more than chance; `doubtful`; `strong` for a line of means.
        key: of what is explained where it is a heading; '' for values and names.
    """

    text: str
    tone: Literal["", "good", "bad", "doubtful", "strong"] = ""
    key: str = ""


@dataclass
class Block:
    """A table: a column of words, then columns of numbers.

    Attributes:
        head: of each column.
        rows: below it, each as long as the head.
        gap: between columns, in characters.
        firm: what must stay on one line: `names`, those of the first column, or `all` of it.
        cut: names that are too long end in an ellipsis.
    """

    head: Sequence[Entry]
    rows: list[list[Entry]] = field(default_factory=list)
    gap: int = 2
    firm: Literal["", "names", "all"] = ""
    cut: bool = False

    def add(self, name: str | Entry, *others: str | Entry) -> None:
        """Add a row."""
        self.rows.append([each if isinstance(each, Entry) else Entry(each) for each in (name, *others)])


def errors(report: Report) -> Block:
    """The squared error of each direction, beside the best trivial predictor and the class-wise one."""
    barred = any(each.reference == BAR for each in report.numbers)
    head = [Entry("measure"), Entry("this cell"), Entry("best trivial", key="trivial")]
    block = Block([*head, *([Entry("class-wise", key=BAR)] if barred else [])])
    for quantity in ERRORS:
        value, key = report.metrics.get(f"test/{quantity.key}"), f"test/{quantity.key.replace('_walk/', '/')}"
        if value is not None:
            found = {each.reference: each.value for each in report.numbers if each.key == key and each.reference}
            # Better than a linear map is praised only where it is better than one for each class, too.
            tone = "" if not found else "good" if value < min(found.values()) else "doubtful"
            bar = found.pop(BAR, None)
            best, name = min(((other, name) for name, other in found.items()), default=(None, ""))
            beside = "" if best is None else f"{number(best)} ({name})", "" if bar is None else number(bar)
            block.add(Entry(quantity.heading, key=quantity.key), Entry(number(value), tone), *beside[: 1 + barred])
    return block


def scores(report: Report, shown: Mapping[str, str] = SCORES) -> Block:
    """How near generated rows are to real ones, beside other real rows in their place; `shown`: key -> heading."""
    # Without fresh rows, one half of the test rows stands in for generated ones before the other half.
    other = Entry("fresh real", key="fresh") if report.split.get("fresh") else Entry("real halves", key="halves")
    found = {key: [report.find(f"{part}/{key}") for part in ("test", "fresh")] for key in shown}
    beside = any(fresh is not None for _, fresh in found.values())
    block = Block([Entry("measure"), Entry("this cell", key="value"), *([other] if beside else [])])
    for key, (made, fresh) in found.items():
        if made is not None:
            real = ["" if fresh is None else measured(fresh)] if beside else []
            block.add(Entry(shown[key], key=key), measured(made), *real)
    return block


def claims(report: Report) -> Block:
    """Each measured statement with its value, interval, chance and p."""
    block = Block(
        [Entry("claim"), Entry("value [95 %]", key="interval"), Entry("chance", key="chance"), Entry("p", key="p")]
    )
    for claim in report.numbers:
        if claim.key.startswith("claims/") and claim.reference is None:
            value, chance = number(claim.value), report.find(claim.key, reference="chance")
            if claim.low is not None and claim.high is not None:
                value += f" [{number(claim.low)}, {number(claim.high)}]"
            beside = ("" if chance is None else number(chance.value), "" if claim.p is None else probability(claim.p))
            block.add(claim.label or claim.key, value, *beside)
    return block


def notes(report: Report) -> Iterator[str]:
    """What the backward walk had to pay for its worst layer."""
    conditions = [(each.value, each.of) for each in report.numbers if each.key == "walk/condition" and each.value]
    if conditions:
        exact = [each.value for each in report.numbers if each.key == "walk/exact"]
        (worst, layer), inexact = max(conditions, key=lambda each: each[0]), exact.count(0)
        text = f"backward walk: worst condition {number(worst)} at {layer}"
        yield text + (f"; {inexact} of {len(exact)} layers inexact" if inexact else "")


def gained(gain: Number | None) -> Entry:
    """A gain with its sign and interval, its tone good or bad only where that leaves 0 out."""
    if gain is None:
        return Entry("")
    return Entry(f"{'+' if gain.value > 0 else ''}{known(gain)}", ("", "good", "bad")[side(gain)])
