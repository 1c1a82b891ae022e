"""How far numbers move between seeds: known spreads in, ratios and their intervals out."""

from __future__ import annotations

from argparse import Namespace

import pandas as pd
import pytest
from scipy.stats import f as fisher

from inn_experiments.contracts import Number, Report, UserError
from inn_experiments.reports.runs import frame_of
from inn_experiments.reports.studies.spread import STUDY, wider

KEY = "test/samples/c2st"


def made(data: str, seed: int, value: float, **axes: str) -> Report:
    split = {"train": 20, "test": 10, "pool": "one" if data == "mnist1d" else f"{seed}", "test_rows": "same"}
    found = {"data": data, "preset": "convex", "seed": seed, **axes}
    return Report(data, seed, f"{data}{seed}", found, numbers=[Number(KEY, value)], split=split)


def options(**given: object) -> Namespace:
    return Namespace(**{"by": "data=mnist1d", "rows": ["preset"], "columns": [KEY], "only": {}, "title": "T", **given})


def runs() -> list[Report]:
    values = {"mnist1d": (0.5, 0.6, 0.7), "mnist1d_redrawn": (0.5, 0.7, 0.9, 0.7)}
    return [made(data, seed, value) for data, some in values.items() for seed, value in enumerate(some)]


def test_a_ratio_of_spreads_has_the_interval_of_f():
    ratio, low, high = wider(pd.Series([0.0, 1.0, 2.0]), pd.Series([0.0, 4.0, 2.0, None]))
    assert ratio == 2 and (low, high) == pytest.approx((2 / fisher.ppf(0.975, 2, 2) ** 0.5, 2 * 39**0.5), rel=1e-3)
    assert wider(pd.Series([1.0, 1.0]), pd.Series([0.0, 1.0])) is None is wider(pd.Series([1.0]), pd.Series([0.0, 1.0]))


def test_each_side_has_its_own_interval_and_the_head_says_which():
    text = STUDY.answer(frame_of(runs()), options()).markdown("2026-01-01", ["a command"])
    line = next(line for line in text.splitlines() if line.startswith("| convex"))
    assert "| mnist1d_redrawn | 0.600 ± 0.248 | 0.700 ± 0.260 | 1.63 [" in line and line.endswith("| 3 and 4 |")
    assert "Geometric mean of the 1 ratios: 1.63." in text
    assert "intervals over seeds of mnist1d: Student's t: all seeds are scored on the same test rows" in text
    assert "intervals over seeds of mnist1d_redrawn: Student's t: every seed has rows of its own" in text


def test_a_value_that_no_run_has_and_two_runs_of_one_place_are_named():
    with pytest.raises(UserError, match="--by data=digits: .* data has mnist1d, mnist1d_redrawn"):
        STUDY.answer(frame_of(runs()), options(by="data=digits"))
    with pytest.raises(UserError, match="which differ in levels; name it in --rows"):
        STUDY.answer(frame_of([*runs(), made("mnist1d", 0, 0.5, levels="50")]), options())
