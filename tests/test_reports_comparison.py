"""Any runs side by side: rows by axes, means over seeds, and runs that cannot be told apart."""

from __future__ import annotations

import pytest
from reports_examples import CELLS, Cell, framed, make_report

from inn_experiments.contracts import UserError
from inn_experiments.reports.studies.grid.cells import select_grid
from inn_experiments.reports.table import comparison_table

SVD = Cell("svd", "fid", "gaussian")
KEY = "test__inverse__mse"


def compare(runs: list[dict], rows: list[str], columns: list[str]) -> str:
    return comparison_table(framed(runs), rows, columns)


def variant(seed: int, weight: float, error: float) -> dict:
    report = make_report(SVD, seed, **{KEY: error})
    if weight:
        report["axes"]["inverse_weight"] = weight
    return report


def test_rows_are_axes_and_entries_are_means_over_seeds():
    runs = [variant(seed, weight, 2.0 - weight + 0.1 * seed) for seed in (0, 1, 2) for weight in (0.0, 1.0)]
    text = compare(runs, ["method", "inverse_weight"], ["test/inverse/mse"])
    lines = [line for line in text.splitlines() if line.startswith("| svd")]
    assert [line.split("|")[2].strip() for line in lines] == ["-", "1.0"]
    assert "2.10" in lines[0] and "1.10" in lines[1] and "±" in lines[0]
    assert "0.800" in text.splitlines()[-1]


def test_runs_that_the_rows_do_not_tell_apart_are_refused():
    runs = [variant(0, 0.0, 2.0), variant(0, 1.0, 1.0)]
    with pytest.raises(UserError, match="differ in an axis"):
        compare(runs, ["method"], ["test/inverse/mse"])


def test_a_difference_is_taken_within_each_run():
    runs = [make_report(CELLS[0], seed) for seed in (0, 1, 2)]
    first, second = (key for key in ("test/forward/mse", "test/forward/mae"))
    for seed, run in enumerate(runs):
        run["metrics"] |= {first: 10.0**seed, second: 10.0**seed - 0.5}
    table = compare(runs, ["method"], [f"{first}-{second}"])
    assert "0.500" in table and "± 0" in table


def test_an_unknown_metric_lists_those_there_are():
    with pytest.raises(UserError, match="test/forward/mse"):
        compare([variant(0, 0.0, 2.0)], ["method"], ["test/forward/mean"])


def test_the_grid_takes_variants_only_where_they_are_asked_for():
    runs = [make_report(cell, 0) for cell in CELLS] + [variant(0, 1.0, 1.0)]
    assert len(select_grid(framed(runs), {}, None).frame) == 16
    chosen = select_grid(framed(runs), {"inverse_weight": "1.0"}, None).frame
    assert len(chosen) == 9, "the variant, and the cells that are not walked"
    assert sorted(chosen.axes["method"].value_counts().items()) == [("implicit", 4), ("semi_implicit", 4), ("svd", 1)]
