"""Effects of a factorial with known additive parts: recovered exactly, paired by seed, gaps named."""

from __future__ import annotations

from argparse import Namespace
from itertools import product

import numpy as np
import pytest
from geometry_examples import make_report
from reports_examples import found_by, framed

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.measures.quantities import quantity
from inn_experiments.reports import __main__ as command
from inn_experiments.reports.design import Design
from inn_experiments.reports.studies.effects import answer, balanced, contrasts, effect_table, verdict
from inn_experiments.reports.studies.effects import factorial as sorted_runs

C2ST = "test/geometry/generated/c2st"
TARGET = {"epsilon": 0.2, "v": 0.05, "x0": 0.0}
FACTORS = {"parameterization": "epsilon", "schedule": "linear", "levels": None}
SEEDS = (0, 1, 2)


def runs(skip=lambda target, schedule, levels, seed: False) -> list[dict]:
    """C2ST = .5 + target + .03 linear + .04 (linear and 50 levels) + a seed's own level + its effect of the
    target."""
    found = []
    for target, schedule, levels, seed in product(TARGET, ("cosine", "linear"), (50, 1000), SEEDS):
        if skip(target, schedule, levels, seed):
            continue
        report = make_report(seed, parameterization=target, schedule=schedule, levels=levels, data="ims")
        linear = schedule == "linear"
        value = 0.5 + TARGET[target] * (1 + 0.1 * seed) + 0.03 * linear + 0.04 * (linear and levels == 50) + seed
        report["metrics"][C2ST] = value
        found.append(report)
    return found


def factorial(reports: list[dict], factors: dict) -> Design:
    return sorted_runs(framed(reports), factors)


def test_main_effects_and_interactions_are_the_parts_the_data_are_made_of():
    design = factorial(runs(), FACTORS)
    assert design.values == {
        "parameterization": ("epsilon", "v", "x0"),
        "schedule": ("linear", "cosine"),
        "levels": ("50", "1000"),
    }
    rests = balanced(design, ["parameterization"], C2ST)
    assert len(rests) == 4
    # The seeds' own levels, far larger than any effect, cancel: pairs are of one seed.
    found = contrasts(design, {"parameterization": ("x0", "epsilon")}, rests, C2ST)
    assert found == pytest.approx([-0.2, -0.22, -0.24])
    schedule = contrasts(design, {"schedule": ("cosine", "linear")}, balanced(design, ["schedule"], C2ST), C2ST)
    assert schedule == pytest.approx([-0.03 - 0.04 / 2] * 3)
    both = ["schedule", "levels"]
    pairs = {"schedule": ("cosine", "linear"), "levels": ("1000", "50")}
    assert contrasts(design, pairs, balanced(design, both, C2ST), C2ST) == pytest.approx([0.04] * 3)
    pairs = {"parameterization": ("x0", "epsilon"), "levels": ("1000", "50")}
    none = contrasts(design, pairs, balanced(design, ["parameterization", "levels"], C2ST), C2ST)
    assert none == pytest.approx([0.0] * 3, abs=1e-12)


def test_the_report_shows_paired_intervals_and_which_way_is_better():
    options = Namespace(factors=FACTORS, columns=[C2ST], only={"data": "ims"}, title="Effects")
    document = answer(framed(runs()), options)
    text = document.markdown("2026-01-01", ["python -m a"])
    assert len(document.runs) == 36 and "Missing" not in text and "0.5 is best" in text
    mean, half = mean_interval([-0.2, -0.22, -0.24])
    assert f"| parameterization: x0 − epsilon | {mean:.3f} ± {half:.3f} (better) |" in text
    assert "schedule: cosine − linear x levels: 1000 − 50 | +0.040 ± 0.000 |" in text
    assert text.index("## Cells") < text.index("## Main effects") < text.index("## Two-factor interactions")


def test_missing_runs_are_named_and_incomplete_combinations_left_out():
    def skip(target: str, schedule: str, levels: int, seed: int) -> bool:
        return (target, schedule, levels, seed) == ("v", "cosine", 50, 1)

    design = factorial(runs(skip), FACTORS)
    options = Namespace(factors=FACTORS, columns=[C2ST], only={}, title="Effects")
    text = answer(framed(runs(skip)), options).markdown("2026-01-01", [])
    assert "## Missing runs\n\n- parameterization=v, schedule=cosine, levels=50: seed 1\n\n" in text
    assert {"schedule": "cosine", "levels": "50"} not in balanced(design, ["parameterization"], C2ST)
    table = effect_table(design, [C2ST], 1)
    assert f"parameterization on `{C2ST}`: left out as incomplete: schedule=cosine, levels=50" in table
    found = contrasts(
        design, {"parameterization": ("x0", "epsilon")}, balanced(design, ["parameterization"], C2ST), C2ST
    )
    assert np.allclose(found, [-0.2, -0.22, -0.24])
    nothing = factorial(runs(lambda target, schedule, levels, seed: seed == 0 and target == "x0"), FACTORS)
    assert "| parameterization: x0 − epsilon | - |" in effect_table(nothing, [C2ST], 1)


def test_a_factor_with_one_value_and_a_single_seed():
    one = [report for report in runs() if report["seed"] == 0 and report["axes"]["levels"] == 50]
    table = effect_table(factorial(one, FACTORS), [C2ST], 1)
    assert "levels: a factor with one value" in table and "± n/a |" in table


def test_runs_that_would_mix_another_axis_into_a_factor_are_refused():
    other = runs()
    other[0]["axes"]["epochs"] = 5
    with pytest.raises(UserError, match=r"differ in epochs \(5, -; -: at its default\).*--only epochs=VALUE"):
        factorial(other, FACTORS)
    with pytest.raises(UserError, match="two runs of parameterization=epsilon.* have seed 0"):
        factorial([*runs(), runs()[0]], FACTORS)
    with pytest.raises(UserError, match="--factors network: no such axis.*parameterization"):
        factorial(runs(), {"network": None})
    with pytest.raises(UserError, match="--factors schedule=square: no run has that value.*cosine, linear"):
        factorial(runs(), FACTORS | {"schedule": "square"})
    options = Namespace(factors=FACTORS, only={"data": "swiss_roll"})
    with pytest.raises(UserError, match="none of the 36"):
        answer(framed(runs()), options)


def test_every_metric_says_which_way_is_better():
    assert verdict(C2ST, -0.1, 0.05) == "better" and verdict(C2ST, 0.1, 0.05) == "worse"
    assert verdict("test/geometry/generated/coverage_worst", 0.1, 0.05) == "better"
    assert verdict(C2ST, 0.1, 0.2) == verdict(C2ST, 0.1, None) == verdict("a/distance_ratio", 0.5, 0.1) == ""
    assert quantity("a/distance_ratio").meaning == "1 is best"
    assert quantity("unseen/cosine/generated").meaning == "higher is better"
    assert quantity("utility/same_rows/both/f1_macro").meaning == "higher is better"
    assert "neither" in quantity("a/unheard_of").meaning


def test_the_command_writes_the_file(tmp_path, monkeypatch, capsys):
    found_by(monkeypatch, runs())
    target = tmp_path / "parameterization.md"
    arguments = ["effects", "--outputs", str(tmp_path), "--to", str(target), "--columns", C2ST, "--factors"]
    assert command.main([*arguments, "parameterization=epsilon,schedule=linear,levels"]) == 0
    assert target.read_text().startswith("# Effects") and "36 runs" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        command.main([*arguments, "schedule,schedule"])
