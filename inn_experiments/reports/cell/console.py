"""The one table that a person sees when a cell has finished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from inn_experiments.reports.cell.console_blocks import claims_table, class_table, difference
from inn_experiments.reports.estimate import interval, lowest_baseline, number

DIRECTIONS = {
    "forward": "prime → clean",
    "denoise": "noisy → clean",
    "inverse": "clean → prime",
    "inverse_walk": "clean → prime, the walk alone",
    "round_trip_clean": "clean → prime → clean",
    "round_trip_prime": "prime → clean → prime",
    "reconstruction": "reconstruction",
}
SCORES = {
    "c2st": "C2ST (0.5 is best)",
    "precision": "precision ↑",
    "recall": "recall ↑",
    "density": "density ↑",
    "coverage": "coverage ↑",
    "fid": "FID ↓",
    "kl": "KL ↓",
    "nearest_train_ratio": "distance to train (best 1)",
}
TREATMENTS = {
    "real": "real",
    "synthetic": "real + synthetic",
    "reconstructed": "reconstructed",
    "reconstructed_synthetic": "reconstructed + synthetic",
    "convex": "real + convex",
    "both": "real + both",
}
SHOWN_WARNINGS = 5
SHOWN_CLASSES = 12
GEOMETRY = ("geometry", "mean error ↓", "SD error ↓", "spread error ↓", "C2ST (real)", "coverage ↑ (real)")


def cell_table(report: dict[str, Any], folder: str) -> RenderableType:
    """What one finished cell scores, beside the best trivial predictor and fresh real rows.

    Args:
        report: `contracts.Report` as a plain dict.
        folder: where the run's files are, to be shown.
    """
    title = f"{report['cell']}, seed {report['seed']}, {report['parameters']:,} parameters"
    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("measure", "this cell", "best trivial", "fresh real"):
        table.add_column(name, justify="left" if name == "measure" else "right", header_style="dim")
    errors, scores = list(_errors(report)), list(_scores(report))
    for row in errors:
        table.add_row(*row)
    if errors and scores:
        table.add_row()
    for row in scores:
        table.add_row(*row)
    parts: list[RenderableType] = [table]
    blocks = (
        geometry_table(report.get("geometry", [])),
        claims_table(report.get("claims", [])),
        utility_table(report["utility"]),
        class_table(report["utility"]),
    )
    for more in blocks:
        parts += [] if more is None else [Text(), more]
    parts += [Text(), *_warnings(report)] if list(_warnings(report)) else []
    return Group(*parts, Text(), Text(f"files: {folder}", overflow="fold"))


def geometry_table(rows: list[dict[str, Any]]) -> Table | None:
    """Each class' errors of moments, C2ST and coverage, a second real sample's in brackets, if any."""
    if not rows:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in GEOMETRY:
        table.add_column(name, justify="left" if name == "geometry" else "right", header_style="dim")
    for row in rows[:SHOWN_CLASSES]:
        table.add_row(Text(row["class"], overflow="ellipsis"), *_geometry(row["scores"]))
    if len(rows) > 1:
        arms = {
            arm: {key: sum(row["scores"][arm][key] for row in rows) / len(rows) for key in scores}
            for arm, scores in rows[0]["scores"].items()
        }
        table.add_row(Text(f"mean of {len(rows)} classes", style="bold"), *_geometry(arms))
    return table


def _geometry(scores: dict[str, dict[str, float]]) -> Iterator[str]:
    generated, second = scores["generated"], scores["second"]
    for key in ("mean_error", "std_error", "spread_error"):
        yield f"{100 * generated[key]:.1f} %"
    for key in ("c2st", "coverage"):
        yield f"{number(generated[key])} ({number(second[key])})"


def utility_table(rows: list[dict[str, Any]]) -> Table | None:
    """Macro F1 on real test rows for each treatment with its 95 % interval; None where there is none."""
    scored = {(row["protocol"], row["treatment"]): row for row in rows if row["treatment"] in TREATMENTS}
    if not scored:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("macro F1, trained on", header_style="dim", no_wrap=True)
    protocols = list(dict.fromkeys(protocol for protocol, _ in scored))
    for protocol in protocols:
        table.add_column(protocol, justify="right", header_style="dim")
        table.add_column("− real", justify="right", header_style="dim")
    for treatment, label in TREATMENTS.items():
        entries: list[Text | str] = []
        for protocol in protocols:
            row = scored.get((protocol, treatment), {})
            entries.append(_pair(row.get("f1_macro")))
            entries.append("" if treatment == "real" else difference(row.get("difference_f1_macro")))
        if any(map(str, entries)):
            table.add_row(label, *entries)
    return table


def _errors(report: dict[str, Any]) -> Iterator[tuple[str | Text, ...]]:
    for direction, label in DIRECTIONS.items():
        value = report["metrics"].get(f"test/{direction}/mse")
        if value is None:
            continue
        best = lowest_baseline(report, direction.removesuffix("_walk"), "mse")
        style = "" if best is None else "green" if value < best[1] else "yellow"
        reference = "" if best is None else f"{number(best[1])} ({best[0]})"
        yield f"MSE {label} ↓", Text(number(value), style=style), reference, ""


def _scores(report: dict[str, Any]) -> Iterator[tuple[str | Text, ...]]:
    for key, label in SCORES.items():
        value = report["metrics"].get(f"test/samples/{key}")
        if value is not None:
            fresh = report["metrics"].get(f"fresh/samples/{key}")
            yield f"samples {label}", Text(number(value)), "", "" if fresh is None else number(fresh)


def _warnings(report: dict[str, Any]) -> Iterator[Text]:
    """The run's own warnings, and what the backward walk had to pay for its worst layer."""
    walk = [row for row in report["conditioning"] if row.get("condition")]
    if walk:
        worst = max(walk, key=lambda row: row["condition"])
        inexact = sum(not row["exact"] for row in report["conditioning"])
        text = f"backward walk: worst condition {number(worst['condition'])} at {worst['layer']}"
        yield Text(text + (f"; {inexact} of {len(report['conditioning'])} layers inexact" if inexact else ""))
    for warning in report["warnings"][:SHOWN_WARNINGS]:
        yield Text(f"warning: {warning}", style="yellow")
    hidden = len(report["warnings"]) - SHOWN_WARNINGS
    if hidden > 0:
        yield Text(f"and {hidden} more warnings in report.json", style="yellow")


def _pair(value: dict[str, float | None] | None) -> str:
    return "" if value is None else interval(value["mean"], value["half_width"])
