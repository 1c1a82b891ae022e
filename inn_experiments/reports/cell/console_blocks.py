"""Blocks of the console's table that not every cell has: geometry, claims, utility, the smallest classes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.quantities import TREATMENTS
from inn_experiments.reports.words import known, measured, number, probability, side

SHOWN_TREATMENTS = ("real", "synthetic", "reconstructed", "reconstructed_synthetic", "convex", "both")
SHOWN_CLASSES, SMALLEST = 12, 3
UNBALANCED = 1.5
"""Classes are told one by one where the largest has this many times the rows of the smallest, or more."""


def columns(first: str, *others: str, gap: int = 2, wrap: bool = True) -> Table:
    """An empty table without lines: a column of words, then columns of numbers; `wrap`: whether words may break."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    table.add_column(first, header_style="dim", no_wrap=not wrap)
    for name in others:
        table.add_column(name, justify="right", header_style="dim", no_wrap=not wrap)
    return table


def blocks(report: Report) -> list[Table]:
    """The blocks that this cell has: geometry, claims, utility by classifier, numbers tried, smallest classes."""
    found = [_geometry_table(report), _claims_table(report), *_utility_tables(report)]
    found += [_amount_table(report), _class_table(report)]
    return [table for table in found if table is not None]


def _geometry_table(report: Report) -> Table | None:
    """Each class' errors of moments, C2ST and coverage, a second real sample's in brackets, if any."""
    prefix, rows = "test/geometry/", defaultdict(dict)
    for each in report.numbers:
        if each.key.startswith(prefix) and each.reference is None:
            rows[each.of][each.key.removeprefix(prefix)] = each
    every = rows.pop(None, {})
    if not rows:
        return None
    table = columns("geometry", "mean error ↓", "SD error ↓", "spread error ↓", "C2ST (− real)", "coverage ↑ (real)")
    for name, found in list(rows.items())[:SHOWN_CLASSES]:
        table.add_row(Text(name, overflow="ellipsis"), *_geometry(found))
    if len(rows) > 1:
        first = next(iter(rows.values()))
        means = {key: Number(key, sum(found[key].value for found in rows.values()) / len(rows)) for key in first}
        # What was measured over all classes has an interval.
        table.add_row(Text(f"mean of {len(rows)} classes", style="bold"), *_geometry(means | every))
    return table


def _geometry(found: Mapping[str, Number]) -> list[str]:
    errors = [f"{100 * found[f'generated/{key}_error'].value:.1f} %" for key in ("mean", "std", "spread")]
    told, (own, real) = found["generated/c2st"], (found[f"{arm}/coverage"] for arm in ("generated", "second"))
    # Reports of before have no excess.
    over = found.get("generated/c2st_excess") or Number("", told.value - found["second/c2st"].value)
    return [*errors, f"{number(told.value)} ({measured(over)})", f"{measured(own)} ({number(real.value)})"]


def _claims_table(report: Report) -> Table | None:
    """Each measured statement with its value, interval, chance and p; None where there is none."""
    claims = [each for each in report.numbers if each.key.startswith("claims/") and each.reference is None]
    if not claims:
        return None
    table = columns("claim", "value [95 %]", "chance", "p")
    for claim in claims:
        value, chance = number(claim.value), report.find(claim.key, reference="chance")
        if claim.low is not None and claim.high is not None:
            value += f" [{number(claim.low)}, {number(claim.high)}]"
        beside = ("" if chance is None else number(chance.value), "" if claim.p is None else probability(claim.p))
        table.add_row(Text(claim.label or claim.key), Text(value), *beside)
    return table


def _utility_tables(report: Report) -> list[Table]:
    """Macro F1 on real test rows for each treatment with its 95 % interval, one table a classifier."""
    prefixes: dict[str, list[str]] = defaultdict(list)
    for prefix in dict.fromkeys(prefix for prefix, treatment, _ in _scored(report) if treatment in SHOWN_TREATMENTS):
        classifier = prefix.removeprefix("utility/").partition("/")[2]
        prefixes[classifier].append(prefix)
    return [_utility_table(report, classifier, found) for classifier, found in prefixes.items()]


def _utility_table(report: Report, classifier: str, prefixes: Sequence[str]) -> Table:
    table = columns(
        f"macro F1{f' ({classifier})' if classifier else ''}, trained on",
        *(head for each in prefixes for head in (each.split("/")[1], "− real")),
        gap=1,
    )
    table.columns[0].no_wrap = True
    for treatment in SHOWN_TREATMENTS:
        entries: list[Text | str] = []
        for prefix in prefixes:
            f1 = report.find(f"{prefix}/{treatment}/f1_macro")
            entries.append("" if f1 is None else known(f1))
            gain = report.find(f"{prefix}/{treatment}/difference_f1_macro")
            entries.append("" if treatment == "real" else _difference(gain))
        if any(map(str, entries)):
            table.add_row(TREATMENTS[treatment], *entries)
    return table


def _amount_table(report: Report) -> Table | None:
    """What an inner cross-validation chose to add, and the gain of each number that it tried; None without one."""
    chosen = report.find("amount/chosen")
    if chosen is None:
        return None
    table = columns(f"{chosen.value:g} generated rows a class are added; tried within training rows", "macro F1 − real")
    for each in report.numbers:
        if each.key == "amount/gain":
            table.add_row(each.of, known(each))
    return table


def _class_table(report: Report) -> Table | None:
    """F1 of the smallest classes, and what generated rows add to it; None for even classes."""
    prefix = next((prefix for prefix, _, _ in _scored(report)), "")
    told = [(treatment, name) for place, treatment, name in _scored(report) if name and place == prefix]
    sizes = {name: report.find(f"{prefix}/real/n_train", name).value for treatment, name in told if treatment == "real"}
    if not sizes or max(sizes.values()) < UNBALANCED * min(sizes.values()):
        return None
    shown = {"synthetic": "+ synth.", "reconstructed_synthetic": "rec. + synth."}
    shown = {treatment: label for treatment, label in shown.items() if treatment in dict(told)}
    # The last ones are differences to the first, as their signs say.
    table = columns("F1, smallest classes", "rows", "real", *shown.values(), gap=1, wrap=False)
    for name, size in list(sizes.items())[:SMALLEST]:
        f1 = report.find(f"{prefix}/real/f1", name)
        gains = (report.find(f"{prefix}/{treatment}/difference_f1", name) for treatment in shown)
        entries = [f"{size:.0f}", known(f1), *map(_difference, gains)]
        table.add_row(Text(name, overflow="ellipsis"), *entries)
    return table


def _scored(report: Report) -> list[tuple[str, str, str | None]]:
    """`utility/PROTOCOL`, treatment and class (None for all) of each number of utility, in the report's order."""
    keys = ((each.key.rsplit("/", 2), each.of) for each in report.numbers if each.key.startswith("utility/"))
    return [(prefix, treatment, of) for (prefix, treatment, _), of in keys]


def _difference(gain: Number | None) -> Text | str:
    """A gain with its sign and interval, coloured only where that leaves 0 out."""
    if gain is None:
        return ""
    return Text(f"{'+' if gain.value > 0 else ''}{known(gain)}", style=("", "green", "red")[side(gain)])
