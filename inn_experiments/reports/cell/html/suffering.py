"""Classes that generated rows serve badly: whose F1 falls with them, or whose rows are told from real ones."""

from __future__ import annotations

from typing import NamedTuple

from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.numbers.intervals import Bounded, difference_of
from inn_experiments.reports.cell.blocks import Block, Entry, gained
from inn_experiments.reports.cell.class_blocks import scored
from inn_experiments.reports.words import bounds, known, number, side

MOST = 10
HEAD = (
    Entry("class"),
    Entry("training rows", key="rows"),
    Entry("F1, real alone", key="f1"),
    Entry("F1 with generated − real", key="difference_f1"),
    Entry("C2ST − real", key="c2st_excess"),
)


class Class(NamedTuple):
    """What is known of one class; None for what was not measured of it."""

    name: str
    rows: float | None
    alone: Number | None
    gain: Number | None
    excess: Number | None

    @property
    def suffers(self) -> bool:
        """Whether its F1 is lower with generated rows, or its rows are told from real ones beyond chance."""
        return (self.gain is not None and self.gain.value < 0) or self.exposed

    @property
    def exposed(self) -> bool:
        """Whether its generated rows are told from real ones more often than other real rows are."""
        return self.excess is not None and side(self.excess) > 0

    @property
    def order(self) -> tuple[bool, bool, float, float]:
        """The worst class first: what is beyond chance, then by how much."""
        gain = 0.0 if self.gain is None else self.gain.value
        excess = 0.0 if self.excess is None else self.excess.value
        return not (self.gain is not None and side(self.gain) < 0), not self.exposed, gain, -excess


def suffering(report: Report) -> tuple[str, Block]:
    """(What there is to say, the table of at most ten classes, the worst first; without rows where none suffers)."""
    block = Block(HEAD, cut=True)
    classes = told(report)
    if not classes:
        return (
            "Nothing was measured class by class: there were too few rows of each class, or it was not asked for.",
            block,
        )
    bad = sorted((one for one in classes if one.suffers), key=lambda one: one.order)
    for one in bad[:MOST]:
        size = "" if one.rows is None else f"{one.rows:.0f}"
        excess = Entry("") if one.excess is None else _exceeds(one.excess)
        block.add(one.name, size, "" if one.alone is None else known(one.alone), gained(one.gain), excess)
    if not bad:
        return f"Of {len(classes)} classes that were measured one by one none does worse with generated rows.", block
    sure = sum((one.gain is not None and side(one.gain) < 0) or one.exposed for one in bad)
    beyond = (
        f"{sure} of them beyond chance (✗: the interval leaves out 0, which chance alone does for one in forty)"
        if sure
        else "none of them beyond chance: every interval holds 0, or there is none"
    )
    cut = f" The {MOST} worst are shown." if len(bad) > MOST else ""
    words = (
        f"{len(bad)} of {len(classes)} classes do worse with generated rows or are told from real ones, {beyond}.{cut}"
    )
    return words, filled(block)


def filled(block: Block) -> Block:
    """The table without columns that have nothing in them."""
    kept = [column for column in range(len(block.head)) if any(row[column].text for row in block.rows)]
    rows = [[row[column] for column in kept] for row in block.rows]
    return Block([block.head[column] for column in kept], rows, cut=block.cut)


def told(report: Report) -> list[Class]:
    """The classes of which anything was measured, in the report's order."""
    utility = [(prefix, name) for prefix, treatment, name in scored(report) if name and treatment == "synthetic"]
    prefix = utility[0][0] if utility else ""
    compared = [each.of for each in report.numbers if each.of and each.key in _COMPARED]
    read = report.split.get("read", {}).get("classes", {})
    found = []
    for name in dict.fromkeys([name for place, name in utility if place == prefix] + compared):
        size = report.find(f"{prefix}/real/n_train", name)
        alone, gain = (report.find(f"{prefix}/{key}", name) for key in ("real/f1", "synthetic/difference_f1"))
        found.append(Class(name, read.get(name) if size is None else size.value, alone, gain, _excess(report, name)))
    return found


_COMPARED = ("test/samples/c2st", "test/geometry/generated/c2st_excess")


def _excess(report: Report, name: str) -> Number | None:
    own, fresh = (report.find(f"{part}/samples/c2st", name) for part in ("test", "fresh"))
    sides = [_bounded(each) for each in (own, fresh) if each is not None]
    if len(sides) == 2 and sides[0] is not None and sides[1] is not None:
        value, low, high = difference_of(sides[0], sides[1])
        return Number("c2st_excess", value, low=low, high=high, of=name)
    return report.find("test/geometry/generated/c2st_excess", name)


def _bounded(found: Number) -> Bounded | None:
    return None if found.low is None or found.high is None else Bounded(found.value, found.low, found.high)


def _exceeds(excess: Number) -> Entry:
    """Lower is better, other than of a gain; nothing is praised for hiding well."""
    few = excess.low is None or excess.high is None
    told = "" if few else f" {bounds(excess.low, excess.high)}"
    return Entry(f"{'+' if excess.value > 0 else ''}{number(excess.value)}{told}", "bad" if side(excess) > 0 else "")
