"""Answers to the expected findings follow the data, and say so when there is none."""

from __future__ import annotations

import pytest
from reports_examples import WOBBLE, make_grid

from inn_experiments.reports.studies.grid.findings import below_trivial, hypotheses_section, trainings
from inn_experiments.reports.studies.grid.hypotheses import answer, answers, holm, overall


def about(grid, name: str):
    return [one for one in answers(grid) if one.comparison.hypothesis == name]


@pytest.mark.parametrize(("semi", "verdict"), [(0.1, "supported"), (0.9, "not supported"), (0.5, "undecided")])
def test_h1_follows_the_data(semi, verdict):
    def change(cell, seed):
        # The wobble's sign differs between methods, so that a paired difference of zero has an interval.
        level = semi + WOBBLE[seed] if cell.method == "semi_implicit" else 0.5 - WOBBLE[seed]
        return {f"test__round_trip_{end}__mse": level for end in ("clean", "prime")}

    group = about(make_grid(change), "H1")
    assert overall(group) == verdict
    assert group[0].difference == pytest.approx(semi - 0.5, abs=1e-12)
    assert group[0].favourable == {"supported": 5, "not supported": 0, "undecided": 2}[verdict]


def test_pairing_removes_what_seeds_share():
    def change(cell, seed):
        shared = 10.0 * seed
        return {"test__samples__fid": shared + (1.0 if cell.sampling == "convex" else 1.1) + WOBBLE[seed] / 10}

    first = next(one for one in about(make_grid(change), "H4") if one.comparison.key == "test/samples/fid")
    assert first.verdict == "supported"
    assert first.difference == pytest.approx(-0.1)


def test_higher_scores_count_as_better_where_they_are():
    grid = make_grid(lambda cell, seed: {"test__samples__coverage": 0.9 if cell.sampling == "convex" else 0.5})
    coverage = next(one for one in about(grid, "H4") if one.comparison.key == "test/samples/coverage")
    assert coverage.verdict == "supported"


def test_a_ratio_decides_where_outliers_hide_a_difference():
    def change(cell, seed):
        size = {"svd": 1.0 + WOBBLE[seed], "explicit": 10.0 ** (2 + 2 * seed)}
        return {"test__inverse__mse": size.get(cell.method, 1.0)}

    grid = make_grid(change)
    first = about(grid, "H3")[0]
    # The difference, which is that of the largest errors alone, contains 0; the ratio leaves 1 out.
    assert abs(first.difference) < first.half and first.ratio.bounds[1] < 1
    assert (first.alone, first.favourable) == ("supported", 5) and first.comparison.by_ratio
    assert f"**{first.ratio.mean:.1e} [" in "\n".join(hypotheses_section(grid))


def test_a_verdict_is_by_the_adjusted_p():
    def change(cell, seed):
        # A small gain with a small interval, p about .02 by itself: not enough for one of so many.
        return {"test__samples__fid": 0.5 + (WOBBLE[seed] - 0.02 if cell.loss == "fid" else 0.0)}

    grid = make_grid(change)
    first = about(grid, "H5")[0]
    assert first.comparison.own and first.alone == "supported" and first.p < 0.05 < first.holm
    assert first.verdict == "undecided" and overall(about(grid, "H5")) == "undecided"
    text = "\n".join(hypotheses_section(grid))
    assert "samples/fid (lower), its own" in text and "undecided (alone: supported)" in text
    assert "Of the 1 that their own intervals decide 0 stay decided" in text
    assert answer(grid, first.comparison).verdict == "undecided", "a p that is not adjusted decides nothing"


def test_h5_can_be_contradicted_by_metrics_that_no_loss_lowers():
    def change(cell, seed):
        level = {"fid": 0.7, "kl": 0.5}[cell.loss] + WOBBLE[seed] * (1 if cell.loss == "fid" else -1) / 10
        own = {"test__samples__fid": 1 - level, "test__samples__kl": level}
        return own | {"test__samples__c2st": level, "test__samples__swd": level}

    group = about(make_grid(change), "H5")
    assert [one.comparison.key.rpartition("/")[2] for one in group] == ["fid", "c2st", "kl", "swd"]
    assert [one.verdict for one in group] == ["supported", "not supported", "supported", "supported"]
    assert overall(group) == "not supported"


def test_runs_that_share_a_forward_network_are_one_training():
    def change(cell, seed):
        # As semi_implicit trains another network, and the loss and the sampling decide the weights.
        mark = [cell.method == "semi_implicit", cell.loss == "kl", cell.sampling == "convex"]
        return {"test__forward__mse": 0.4 + 0.01 * seed + 1e-9 * sum(2**place * one for place, one in enumerate(mark))}

    grid = make_grid(change)
    assert trainings(grid).nunique() == 40 and len(grid.frame) == 80
    assert "in 80 of 80 runs, which are 40 of 40 trainings of a forward network" in below_trivial(grid)
    grid.frame.runs["trained"] = [{"generator": str(run), "forward": "one"} for run in grid.frame.runs.index]
    assert trainings(grid).nunique() == 1


def test_an_axis_value_without_runs_gives_no_data():
    grid = make_grid(skip=lambda cell, seed: cell.method == "explicit")
    assert {one.verdict for one in about(grid, "H3")} == {"no data"}


def test_holm_is_monotone_and_multiplies_by_the_number_of_tests_left():
    assert holm([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, pytest.approx(0.06), pytest.approx(0.06)]


def test_rounding_is_no_difference():
    def change(cell, seed):
        return {"test__inverse__mse": 1.0 + WOBBLE[seed] + (1e-15 if cell.method == "explicit" else 0.0)}

    first = about(make_grid(change), "H3")[0]
    assert (first.verdict, first.difference, first.favourable) == ("undecided", 0.0, 0)
