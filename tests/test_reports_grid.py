"""The grid's report: known means and intervals, missing runs, and cells that beat trivial predictors."""

from __future__ import annotations

import math
import re

import pytest
from reports_examples import CELLS, WOBBLE, Cell, make_grid
from scipy.stats import t as student

from inn_experiments.reports.design import Design
from inn_experiments.reports.estimate import Estimate
from inn_experiments.reports.studies.grid import grid_document
from inn_experiments.reports.studies.grid.findings import below_trivial, beside_bar
from inn_experiments.reports.studies.grid.tables import paper_table_6
from inn_experiments.reports.words import number


def forward_error(grid: Design, method: str) -> Estimate:
    return grid.estimate(grid.number("test/forward/mse")[grid.places(method=method)])


def written(grid: Design) -> str:
    return grid_document(grid, "figure.png").markdown("2026-01-01", ["report"])


def test_interval_is_over_seeds_of_the_mean_over_cells():
    def change(cell, seed):
        return {"test__forward__mse": 0.4 + WOBBLE[seed] + (0.1 if cell.loss == "kl" else 0.0)}

    found = forward_error(make_grid(change), "svd")
    deviation = math.sqrt(sum(value**2 for value in WOBBLE.values()) / 4)
    assert found.mean == pytest.approx(0.45)
    assert found.half == pytest.approx(student.ppf(0.975, 4) * deviation / math.sqrt(5))
    assert (found.seeds, found.places) == (5, 4)


def test_missing_runs_are_named_and_estimates_say_what_they_rest_on():
    lost = Cell("svd", "kl", "convex")
    grid = make_grid(skip=lambda cell, seed: cell == lost or (cell.method == "explicit" and seed == 3))
    assert forward_error(grid, "svd").lacks(5, 4) == " (3 of 4 cells)"
    assert forward_error(grid, "explicit").lacks(5, 4) == " (4 of 5 seeds)"
    assert grid_document(grid, "figure.png").missing == 9
    text = written(grid)
    assert "| **Semi-Explicit (SVD)** (3 of 4 cells) |" in text
    assert "- svd, kl, convex: seed 0, 1, 2, 3, 4" in text
    assert "71 of 80 runs finished" in text
    assert re.search(r"\*\*svd, kl, convex\*\* \| missing", text)


def test_trivial_predictors_lose_no_seed_to_a_missing_cell():
    grid = make_grid(skip=lambda cell, seed: cell == CELLS[0] and seed > 1)
    linear = next(line for line in paper_table_6(grid).splitlines() if line.startswith("| linear"))
    assert "0.800 ± 0.000" in linear
    assert "of 5 seeds" not in linear


def test_one_seed_shows_no_interval_and_decides_nothing():
    grid = make_grid(
        lambda cell, seed: {"test__round_trip_clean__mse": 0.1 if cell.method == "semi_implicit" else 1}, seeds=(0,)
    )
    text = written(grid)
    assert "± n/a" in text
    assert "nan" not in text.lower()
    assert "### H1: undecided" in text


def test_below_trivial_counts_cells_in_which_every_seed_wins():
    def change(cell, seed):
        wins = cell.method != "explicit" or seed != 2
        return {"test__forward__mse": 0.4 if wins else 1.2}

    text = below_trivial(make_grid(change))
    assert "in 12 of 16 finished cells" in text
    assert "76 of 80 runs" in text
    assert "(linear)" in text
    assert "0.500 times" in text
    assert "1.50 in the worst" in text


def test_the_class_wise_bar_stands_apart_from_trivial_predictors():
    assert beside_bar(make_grid()) == "", "older runs have none"
    low = make_grid(lambda cell, seed: {"test__forward__mse": 0.4 if cell.method == "implicit" else 0.7}, bar=0.45)
    assert "(linear)" in below_trivial(low)
    text = beside_bar(low)
    assert "forward 0.450, and 20 of 80 runs (5 of 10 trainings) below it" in text and "inverse 0.450" in text
    assert "| class_linear (both samplings) |" in paper_table_6(low)


def test_unrefined_walks_have_a_column_only_where_there_are_any():
    assert "walk alone" not in paper_table_6(make_grid())
    refined = make_grid(lambda cell, seed: {"test__inverse_walk__mse": 0.1} if cell.method == "svd" else {})
    assert "walk alone" in paper_table_6(refined)


def test_numbers_keep_three_digits():
    assert [number(value) for value in (0.0, 0.9999, 9.994, 123.4)] == ["0.000", "1.000", "9.99", "123"]
