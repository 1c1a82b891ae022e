"""Answers to the expected findings follow the data, and say so when there is none."""

from __future__ import annotations

import pytest
from reports_examples import WOBBLE, make_grid

from inn_experiments.reports.studies.grid.findings import hypotheses_section
from inn_experiments.reports.studies.grid.hypotheses import COMPARISONS, answer, holm, overall


def answers(grid, name: str):
    return [answer(grid, comparison) for comparison in COMPARISONS if comparison.hypothesis == name]


@pytest.mark.parametrize(("semi", "verdict"), [(0.1, "supported"), (0.9, "not supported"), (0.5, "undecided")])
def test_h1_follows_the_data(semi, verdict):
    def change(cell, seed):
        # The wobble's sign differs between methods, so that a paired difference of zero has an interval.
        level = semi + WOBBLE[seed] if cell.method == "semi_implicit" else 0.5 - WOBBLE[seed]
        return {f"test__round_trip_{end}__mse": level for end in ("clean", "prime")}

    group = answers(make_grid(change), "H1")
    assert overall(group) == verdict
    assert group[0].difference == pytest.approx(semi - 0.5, abs=1e-12)
    assert group[0].favourable == {"supported": 5, "not supported": 0, "undecided": 2}[verdict]


def test_pairing_removes_what_seeds_share():
    def change(cell, seed):
        shared = 10.0 * seed
        return {"test__inverse__mse": shared + (1.0 if cell.sampling == "convex" else 1.1) + WOBBLE[seed] / 10}

    first = answers(make_grid(change), "H4")[0]
    assert first.verdict == "supported"
    assert first.difference == pytest.approx(-0.1)


def test_higher_scores_count_as_better_where_they_are():
    grid = make_grid(lambda cell, seed: {"test__samples__coverage": 0.9 if cell.sampling == "convex" else 0.5})
    coverage = next(one for one in answers(grid, "H4") if one.comparison.key == "test/samples/coverage")
    assert coverage.verdict == "supported"


def test_a_ratio_decides_where_outliers_hide_a_difference():
    def change(cell, seed):
        size = {"svd": 1.0 + WOBBLE[seed], "explicit": 10.0 ** (2 + 2 * seed)}
        return {"test__inverse__mse": size.get(cell.method, 1.0)}

    grid = make_grid(change)
    first = answers(grid, "H3")[0]
    assert (first.verdict, first.ratio.verdict, first.favourable) == ("undecided", "supported", 5)
    assert "undecided (by the ratio: supported)" in "\n".join(hypotheses_section(grid))


def test_an_axis_value_without_runs_gives_no_data():
    grid = make_grid(skip=lambda cell, seed: cell.method == "explicit")
    assert {one.verdict for one in answers(grid, "H3")} == {"no data"}


def test_holm_is_monotone_and_multiplies_by_the_number_of_tests_left():
    assert holm([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, pytest.approx(0.06), pytest.approx(0.06)]


def test_rounding_is_no_difference():
    def change(cell, seed):
        return {"test__inverse__mse": 1.0 + WOBBLE[seed] + (1e-15 if cell.method == "explicit" else 0.0)}

    first = answers(make_grid(change), "H3")[0]
    assert (first.verdict, first.difference, first.favourable) == ("undecided", 0.0, 0)
