"""Any finished runs side by side: one row per combination of axes, one column per metric."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.reports.estimate import interval, lowest_baseline, number
from inn_experiments.reports.studies.selection import fits
from inn_experiments.reports.studies.tables import markdown

Key = tuple[str, ...]


def comparison_table(
    reports: list[dict[str, Any]], rows: Sequence[str], columns: Sequence[str], only: dict[str, str]
) -> tuple[str, int]:
    """(Markdown table, number of runs): mean and 95 % half width over seeds of each metric.

    Args:
        reports: `report.json` dicts of finished runs.
        rows: axes whose values name a row; a run that does not read an axis shows `-`.
        columns: metric keys, e.g. `test/inverse/mse`, or differences of two, `A-B`, taken within each run and so
            paired; an error's best trivial predictor fills the last row.
        only: axis -> the value a run must have.

    Raises:
        UserError: no run fits, no run has a metric, or two runs of one row share a seed.
    """
    chosen = [report for report in reports if fits(report, only)]
    if not chosen:
        raise UserError(f"none of the {len(reports)} finished runs has {only or 'anything to show'}")
    known = sorted({key for report in chosen for key in report["metrics"]})
    for column in columns:
        for key in column.split("-"):
            if key not in known:
                raise UserError(f"--columns {column}: no metric {key!r} in these runs; they have {', '.join(known)}")
    groups: dict[Key, dict[int, dict[str, Any]]] = defaultdict(dict)
    for report in chosen:
        key = tuple(str(report["axes"].get(axis, "-")) for axis in rows)
        if report["seed"] in groups[key]:
            raise UserError(
                f"two runs of {dict(zip(rows, key, strict=True))} have seed {report['seed']}: they differ in an axis "
                "that --rows does not name; name it, or choose with --only AXIS=VALUE"
            )
        groups[key][report["seed"]] = report
    lines = [
        [*key, *(_entry(runs, column) for column in columns), str(len(runs))] for key, runs in sorted(groups.items())
    ]
    trivial = [_trivial(chosen, column) for column in columns]
    if any(trivial):
        lines.append(["best trivial predictor", *[""] * (len(rows) - 1), *trivial, ""])
    return markdown([*rows, *columns, "seeds"], lines), len(chosen)


def _entry(runs: dict[int, dict[str, Any]], column: str) -> str:
    first, *others = column.split("-")
    values = [
        run["metrics"][first] - sum(run["metrics"][key] for key in others)
        for _, run in sorted(runs.items())
        if {first, *others} <= set(run["metrics"])
    ]
    return "-" if not values else interval(*mean_interval(values))


def _trivial(reports: list[dict[str, Any]], column: str) -> str:
    """The range over these runs of the best trivial predictor of an error, '' for other metrics."""
    _, direction, measure = column.split("/") if column.count("/") == 2 else ("", "", "")
    found = [lowest_baseline(report, direction.removesuffix("_walk"), measure) for report in reports]
    values = sorted(best[1] for best in found if best is not None)
    if not values:
        return ""
    low, high = number(values[0]), number(values[-1])
    return low if low == high else f"{low} to {high}"
