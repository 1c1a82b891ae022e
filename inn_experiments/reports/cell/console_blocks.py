"""Blocks of the console's table that not every cell has: geometry, claims, utility, the smallest classes."""

from collections import defaultdict
from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.quantities import TREATMENTS
from inn_experiments.reports.words import interval, leaves_out_zero, number, probability, signed

SHOWN_TREATMENTS = ("real", "synthetic", "reconstructed", "reconstructed_synthetic", "convex", "both")
SHOWN_CLASSES, SMALLEST = 12, 3
UNBALANCED = 1.5
"""Classes are told one by one where the largest has this many times the rows of the smallest, or more."""

Utility = dict[tuple[str, str, str | None], dict[str, Number]]
"""(protocol, treatment, class or None for all) -> measure -> its number."""


def columns(first: str, *others: str, gap: int = 2, wrap: bool = True) -> Table:
    """An empty table without lines: a column of words, then columns of numbers; `wrap`: whether words may break."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    table.add_column(first, header_style="dim", no_wrap=not wrap)
    for name in others:
        table.add_column(name, justify="right", header_style="dim", no_wrap=not wrap)
    return table


def blocks(report: Report) -> list[Table]:
    """The blocks that this cell has: geometry, claims, utility, smallest classes."""
    found = (_geometry_table(report), _claims_table(report), _utility_table(report), _class_table(report))
    return [table for table in found if table is not None]


def _geometry_table(report: Report) -> Table | None:
    """Each class' errors of moments, C2ST and coverage, a second real sample's in brackets, if any."""
    prefix, rows = "test/geometry/", defaultdict(dict)
    for each in report.numbers:
        if each.key.startswith(prefix) and each.of is not None:
            rows[each.of][each.key.removeprefix(prefix)] = each.value
    if not rows:
        return None
    table = columns("geometry", "mean error ↓", "SD error ↓", "spread error ↓", "C2ST (real)", "coverage ↑ (real)")
    for name, values in list(rows.items())[:SHOWN_CLASSES]:
        table.add_row(Text(name, overflow="ellipsis"), *_geometry(values))
    if len(rows) > 1:
        means = {key: sum(values[key] for values in rows.values()) / len(rows) for key in next(iter(rows.values()))}
        table.add_row(Text(f"mean of {len(rows)} classes", style="bold"), *_geometry(means))
    return table


def _geometry(values: Mapping[str, float]) -> list[str]:
    errors = [f"{100 * values[f'generated/{key}_error']:.1f} %" for key in ("mean", "std", "spread")]
    pairs = [(number(values[f"generated/{key}"]), number(values[f"second/{key}"])) for key in ("c2st", "coverage")]
    return [*errors, *(f"{own} ({real})" for own, real in pairs)]


def _claims_table(report: Report) -> Table | None:
    """Each measured statement with its value, interval, chance and p; None where there is none."""
    claims = [each for each in report.numbers if each.key.startswith("claims/") and each.reference is None]
    if not claims:
        return None
    table = columns("claim", "value [95 %]", "chance", "p")
    for claim in claims:
        known, chance = number(claim.value), report.find(claim.key, reference="chance")
        if claim.low is not None and claim.high is not None:
            known += f" [{number(claim.low)}, {number(claim.high)}]"
        beside = ["" if chance is None else number(chance.value), "" if claim.p is None else probability(claim.p)]
        table.add_row(Text(claim.label or claim.key), Text(known), *beside)
    return table


def _utility_table(report: Report) -> Table | None:
    """Macro F1 on real test rows for each treatment with its 95 % interval; None where there is none."""
    scored = _utility(report)
    protocols = list(dict.fromkeys(protocol for protocol, treatment, _ in scored if treatment in SHOWN_TREATMENTS))
    if not protocols:
        return None
    heads = [head for protocol in protocols for head in (protocol, "− real")]
    table = columns("macro F1, trained on", *heads, gap=1)
    table.columns[0].no_wrap = True
    for treatment in SHOWN_TREATMENTS:
        entries: list[Text | str] = []
        for protocol in protocols:
            row = scored.get((protocol, treatment, None), {})
            entries.append(interval(row["f1_macro"].value, row["f1_macro"].half) if row else "")
            entries.append("" if treatment == "real" else _difference(row.get("difference_f1_macro")))
        if any(map(str, entries)):
            table.add_row(TREATMENTS[treatment], *entries)
    return table


def _class_table(report: Report) -> Table | None:
    """F1 of the smallest classes, and what generated rows add to it; None for even classes."""
    scored = _utility(report)
    protocol = next((protocol for protocol, _, _ in scored), "")
    classes = [name for place, treatment, name in scored if name and (place, treatment) == (protocol, "real")]
    sizes = {name: scored[protocol, "real", name]["n_train"].value for name in classes}
    if not sizes or max(sizes.values()) < UNBALANCED * min(sizes.values()):
        return None
    told = {treatment for place, treatment, name in scored if name and place == protocol}
    shown = {"synthetic": "+ synth.", "reconstructed_synthetic": "rec. + synth."}
    shown = {treatment: label for treatment, label in shown.items() if treatment in told}
    table = columns("F1, smallest classes", "rows", "real", *(f"{each} − real" for each in shown.values()), wrap=False)
    for name in classes[:SMALLEST]:
        f1 = scored[protocol, "real", name]["f1"]
        gains = (scored.get((protocol, treatment, name), {}).get("difference_f1") for treatment in shown)
        entries = [f"{sizes[name]:.0f}", interval(f1.value, f1.half), *map(_difference, gains)]
        table.add_row(Text(name, overflow="ellipsis"), *entries)
    return table


def _utility(report: Report) -> Utility:
    found: Utility = defaultdict(dict)
    for each in report.numbers:
        if each.key.startswith("utility/"):
            _, protocol, treatment, measure = each.key.split("/")
            found[protocol, treatment, each.of][measure] = each
    return found


def _difference(gain: Number | None) -> Text | str:
    """`mean ± half` with its sign, coloured only where the interval leaves 0 out."""
    if gain is None:
        return ""
    style = ("", "green", "red")[leaves_out_zero(gain.value, gain.half)]
    return Text(signed(gain.value, gain.half), style=style)
