"""Blocks of the console's table that not every cell has: claims, and what the smallest classes gain."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from inn_experiments.reports.estimate import interval, number, probability

SMALLEST = 3
# Classes are told one by one where the largest has this many times the rows of the smallest, or more.
UNBALANCED = 1.5


def claims_table(claims: list[dict[str, Any]]) -> Table | None:
    """Each measured statement with its value, interval, chance and p; None where there is none."""
    if not claims:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("claim", "value [95 %]", "chance", "p"):
        table.add_column(name, justify="left" if name == "claim" else "right", header_style="dim")
    for claim in claims:
        bounds = [claim.get("low"), claim.get("high")]
        shown = "" if None in bounds else f" [{number(bounds[0])}, {number(bounds[1])}]"
        table.add_row(
            Text(claim["text"]),
            Text(number(claim["value"]) + shown),
            "" if claim.get("chance") is None else number(claim["chance"]),
            "" if claim.get("p") is None else probability(claim["p"]),
        )
    return table


def class_table(rows: list[dict[str, Any]]) -> Table | None:
    """F1 of the smallest classes, and what generated rows add to it; None for even classes."""
    told = {
        row["treatment"]: {one["class"]: one for one in row["per_class"]}
        for row in rows
        if row.get("per_class") and row["protocol"] == rows[0]["protocol"]
    }
    sizes = [one["n_train"] for one in told.get("real", {}).values()]
    if not sizes or max(sizes) < UNBALANCED * min(sizes):
        return None
    shown = {"synthetic": "+ synth.", "reconstructed_synthetic": "rec. + synth."}
    shown = {treatment: label for treatment, label in shown.items() if treatment in told}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("F1, smallest classes", "rows", "real", *(f"{label} − real" for label in shown.values())):
        table.add_column(name, justify="left" if name.startswith("F1") else "right", header_style="dim", no_wrap=True)
    for label, one in list(told["real"].items())[:SMALLEST]:
        table.add_row(
            Text(str(one["name"]), overflow="ellipsis"),
            str(one["n_train"]),
            interval(one["f1"]["mean"], one["f1"]["half_width"]),
            *(difference(told[treatment].get(label, {}).get("difference_f1")) for treatment in shown),
        )
    return table


def difference(value: dict[str, float | None] | None) -> Text | str:
    """`mean ± half` with its sign, coloured only where the interval leaves 0 out."""
    if value is None:
        return ""
    mean, half = value["mean"], value["half_width"]
    style = "" if half is None or abs(mean) <= half else "green" if mean > 0 else "red"
    return Text(f"{'+' if mean > 0 else ''}{interval(mean, half)}", style=style)
