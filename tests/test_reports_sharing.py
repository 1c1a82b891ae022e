"""Which interval runs over seeds get: by whether their splits share rows, as the runs tell it or as is known of old."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from measured import report_of

from inn_experiments.contracts import Number, Report, child_seed
from inn_experiments.data.simulated.mnist1d import Mnist1d
from inn_experiments.data.tables.digits import Digits
from inn_experiments.data.toys.two_clusters import TwoClusters
from inn_experiments.measures.numbers.intervals import corrected_interval, mean_interval
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import Frame, frame_of
from inn_experiments.reports.sharing import DIVIDED, DRAWN, ONE_TEST, UNTOLD, interval_words
from inn_experiments.reports.studies.compare import STUDY
from inn_experiments.running.beginning import describe

VALUES = [0.1, 0.2, 0.4]
SIZES = {"train": 100, "test": 40}


def framed(data: str, *splits: dict) -> Frame:
    numbers = [[Number("test/samples/c2st", value)] for value in VALUES]
    return frame_of(
        Report(data, seed, f"{data}{seed}", {"data": data, "seed": seed}, numbers=numbers[seed], split=split)
        for seed, split in enumerate(splits)
    )


def told(pools: str, tests: str) -> list[dict]:
    return [{**SIZES, "pool": pool, "test_rows": test} for pool, test in zip(pools, tests, strict=True)]


@pytest.mark.parametrize(
    ("data", "splits", "kind"),
    [
        ("mnist1d_redrawn", told("abc", "xxx"), DRAWN),
        ("table", told("aaa", "xyz"), DIVIDED),
        ("table", told("aaa", "xxx"), ONE_TEST),
        ("table", told("aab", "xyz"), DIVIDED),
        ("digits", [SIZES] * 3, DIVIDED),
        ("mnist1d", [SIZES] * 3, ONE_TEST),
        ("swiss_roll", [SIZES] * 3, DRAWN),
        ("ims", [{}] * 3, UNTOLD),
    ],
)
def test_an_interval_is_corrected_exactly_where_seeds_divide_the_same_rows(data, splits, kind):
    frame = framed(data, *splits)
    assert [one.kind for one in frame.sharing.values()] == [kind]
    wanted = corrected_interval(VALUES, 100, 40) if kind == DIVIDED else mean_interval(VALUES)
    assert over_seeds(frame.value("test/samples/c2st"), frame) == pytest.approx(wanted)
    # Whatever the rows of a table are called: seeds, places or runs.
    assert over_seeds(pd.Series(VALUES, index=[7, 8, 9]), frame) == pytest.approx(wanted)
    assert over_seeds(pd.Series([], dtype=float), frame) is None


def test_the_head_of_a_report_says_which_interval_it_shows():
    frame = framed("table", *told("aaa", "xyz"))
    options = type("Options", (), {"only": {}, "rows": ["data"], "columns": ["test/samples/c2st"], "title": "T"})
    text = STUDY.answer(frame, options).markdown("2026-01-01", [])
    assert "- intervals over seeds: corrected for resampling (Nadeau and Bengio 2003)" in text
    assert "Student t interval" not in text
    assert "intervals over seeds" not in STUDY.answer(framed("table", told("a", "x")[0]), options).markdown("d", [])
    both = {**frame.sharing, **framed("swiss_roll", *[SIZES] * 2).sharing}
    assert [line.partition(":")[0] for line in interval_words(both)] == [
        "intervals over seeds of table",
        "intervals over seeds of swiss_roll",
    ]


def test_runs_of_two_data_sets_together_are_corrected_where_either_is():
    kept = [framed("swiss_roll", *[SIZES] * 3), framed("digits", *[SIZES] * 3)]
    reports = [
        Report("c", seed, f"{data}{seed}", {"data": data, "seed": seed}, split=SIZES)
        for data in ("swiss_roll", "digits")
        for seed in range(3)
    ]
    both = frame_of(reports)
    halves = [over_seeds(pd.Series(VALUES), one)[1] for one in (*kept, both)]
    assert halves[0] < halves[1] == halves[2]


def test_sources_tell_their_pool_and_test_part(tmp_path):
    facts = {
        name: [describe(source(seed).load(seed=child_seed(seed, "data"), cache=tmp_path)) for seed in (0, 1)]
        for name, source in {
            "drawn": lambda seed: TwoClusters(rows=60, val_rows=0, test_rows=40, fresh_rows=0),
            "divided": lambda seed: Digits(),
            "pool": lambda seed: Digits(pool_seed=0),
            "published": lambda seed: Mnist1d(),
            "redrawn": lambda seed: Mnist1d(draw=seed),
        }.items()
    }
    alike = {
        name: tuple(first[key] == second[key] for key in ("pool", "test_rows"))
        for name, (first, second) in facts.items()
    }
    assert not alike["drawn"][0] and not alike["redrawn"][0]
    assert alike["divided"] == (True, False) and alike["pool"] == alike["published"] == (True, True)


def test_a_study_of_mnist1d_redraws_it_and_its_first_seed_has_the_published_one(run, tmp_path):
    rows = ["data.rows=100", "data.val_rows=0", "data.fresh_rows=0"]
    quick = ["utility=none", "tracking=none", "trainer.progress=false", *rows]
    study = ["experiment=all_synthesizers", "preset=gaussian", "seed=0,1"]
    status, _, err = run(*study, *quick, "-m")
    assert status == 0, err
    status, _, err = run("generator=gaussian", *quick)
    assert status == 0, err
    found = [report_of(json.loads(path.read_text())) for path in sorted((tmp_path / "out/runs").rglob("report.json"))]
    by = {(one.axes["data"], one.seed): one for one in found}
    assert set(by) == {("mnist1d", 0), ("mnist1d_redrawn", 0), ("mnist1d_redrawn", 1)}
    first, fixed, second = by["mnist1d_redrawn", 0], by["mnist1d", 0], by["mnist1d_redrawn", 1]
    assert first.numbers == fixed.numbers and first.split == fixed.split
    assert second.split["pool"] == "mnist1d 43" != first.split["pool"]
