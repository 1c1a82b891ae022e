"""What a finished cell shows, in two sentences that go by intervals and never by a value alone."""

from __future__ import annotations

from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.numbers.intervals import bounded_share, difference_of
from inn_experiments.reports.cell.helping import helpful
from inn_experiments.reports.words import number, side, signed_value, to

MOST_COMPARED = 2000
"""Rows of which copies are counted, at most."""
USUAL_COPIES = 0.01
"""Share of held-out real rows that count as near copies: the distance that counts is set so."""


def verdict(report: Report) -> tuple[str, str]:
    """Whether generated rows are faithful, and whether they help: a sentence each.

    What was not measured is said to be missing, and where an interval holds 0, that no difference can be told.

    Example:
        >>> numbers = [Number("test/samples/c2st_excess", 0.25, low=0.125, high=0.375)]
        >>> faithful, helps = verdict(Report("svd", 0, "", {}, numbers=numbers))
        >>> print(faithful.partition("(")[2].partition(")")[0])
        C2ST less theirs +0.250, 95 % 0.125 to 0.375
        >>> helps
        'Whether generated rows help a classifier was not measured.'
    """
    return f"{_told(report)}; {_copied(report)}.", helpful(report)


def _told(report: Report) -> str:
    """Whether generated rows can be told from real ones, by the best measure of it that there is."""
    for key, name in (("samples", "C2ST"), ("geometry/generated", "C2ST within a class")):
        excess = report.find(f"test/{key}/c2st_excess")
        if excess is not None and excess.low is not None and excess.high is not None:
            return _beside_real(excess, name, excess.low, excess.high)
    c2st = report.find("test/samples/c2st")
    if c2st is not None and c2st.low is not None and c2st.high is not None:
        return _beside_chance(c2st, c2st.low, c2st.high)
    return f"Whether generated rows can be told from real ones is not known by any interval{_without_interval(report)}"


def _beside_real(excess: Number, name: str, low: float, high: float) -> str:
    found = f"{name} less theirs {signed_value(excess.value)}, 95 % {to(low, high)}"
    if side(excess):
        way = "more" if side(excess) > 0 else "less"
        return f"Generated rows are told from real ones {way} often than other real rows are ({found})"
    return (
        f"No difference can be told between generated rows and other real rows ({found}; up to {signed_value(high)} "
        "would go unseen)"
    )


def _beside_chance(c2st: Number, low: float, high: float) -> str:
    found = f"C2ST {number(c2st.value)}, 95 % {to(low, high)}, chance is 0.5; no other real rows stand beside"
    if low > 0.5 or high < 0.5:
        way = "more" if low > 0.5 else "less"
        return f"Generated rows are told from real ones {way} often than by chance ({found})"
    return f"No difference can be told between generated and real rows ({found}; up to {number(high)} would go unseen)"


def _without_interval(report: Report) -> str:
    """What was measured all the same, with no interval."""
    found = []
    for key, words in (("c2st", "C2ST"), ("coverage", "coverage"), ("fid", "FID")):
        own, fresh = (report.find(f"{part}/samples/{key}") for part in ("test", "fresh"))
        if own is not None:
            found.append(f"{words} {number(own.value)}" + ("" if fresh is None else f", of real {number(fresh.value)}"))
    return f" ({'; '.join(found)})" if found else ""


def _copied(report: Report) -> str:
    """Whether more generated rows than real ones are near copies of training rows, and the distance in brackets."""
    copies, ratio = (report.find(f"test/samples/{key}") for key in ("copies", "nearest_train_ratio"))
    far = "" if ratio is None else f"distance to training rows {number(ratio.value)} times that of real rows"
    if copies is None:
        return f"whether they copy training rows was not measured{far and f' ({far})'}"
    other, rows = report.find("fresh/samples/copies"), _compared(report)
    # Where no other real rows were searched, the test rows are their own measure: of a few, one is the closest 1 %.
    usual = other.value if other is not None else max(USUAL_COPIES, 1 / rows[0] if rows else 0.0)
    shares = f"{_percent(copies.value)} against {_percent(usual)}"
    shares += "" if other is not None else ", which are so by definition"
    if rows is None:
        told, more = (
            f"{_percent(copies.value)} of them are near copies of training rows",
            f"{shares}, without an interval",
        )
    else:
        over = difference_of(bounded_share(copies.value, rows[0]), bounded_share(usual, rows[other is not None]))
        if over.low > 0 or over.high < 0:
            way = "more" if over.low > 0 else "fewer"
            told, more = f"{way} of them than of real rows are near copies of training rows", shares
        else:
            told = "no more near copies of training rows than among real rows can be told"
            more = f"{shares}; up to {_percent(over.high)} more would go unseen"
    return f"{told} ({'; '.join(filter(None, (more, far)))})"


def _compared(report: Report) -> tuple[int, int] | None:
    """How many generated and how many other real rows were searched for copies; None where that is not on record."""
    test, fresh = (report.split.get(part) for part in ("test", "fresh"))
    if not test:
        return None
    # Where no rows are fresh, one half of the test rows stands in for them.
    return min(test, MOST_COMPARED), min(fresh, test, MOST_COMPARED) if fresh else max(1, test // 2)


def _percent(share: float) -> str:
    return f"{100 * share:.{0 if share >= 0.095 or share == 0 else 1}f} %"
