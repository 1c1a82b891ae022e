"""The control that looks at test rows: what it changes, and that nothing else does."""

from __future__ import annotations

import json

import numpy as np
import pytest
from refusals import check_refused

from inn_experiments.data.division import Parts
from inn_experiments.data.simulated.mnist1d import Mnist1d
from inn_experiments.data.snooping import Snooping
from inn_experiments.data.source import ArrayRows
from inn_experiments.data.tables.digits import Digits

X = np.random.default_rng(0).normal(size=(12, 3)) + np.r_[np.zeros(6), np.full(6, 10.0)][:, None]
PARTS = Parts(np.arange(4), np.arange(4, 6), np.arange(6, 10), np.arange(10, 12))


def split(snooping: Snooping):
    return ArrayRows(x=X, y=np.arange(12) % 2, classes=("a", "b"), name="rows", snooping=snooping).split(PARTS)


def test_nothing_looks_at_test_rows_unless_told_to():
    found = split("none")
    assert found.scaling.describe() == {"mean": X[:4].mean(), "std": X[:4].std()}
    assert len(found.train) == 4 and ArrayRows(x=X, y=np.zeros(12, int), classes=("a",), name="").snooping == "none"
    assert Mnist1d().snooping == Digits().snooping == "none"


def test_statistics_of_all_rows_change_the_units_and_no_row():
    honest, found = split("none"), None
    with pytest.warns(UserWarning, match="data.snooping=statistics"):
        found = split("statistics")
    assert found.scaling.describe() == pytest.approx(
        {"mean": X[[*range(4), *range(6, 10)]].mean(), "std": X[[*range(4), *range(6, 10)]].std()}
    )
    for part in ("train", "val", "test", "fresh"):
        one, other = (vars(each)[part] for each in (honest, found))
        np.testing.assert_array_equal(one.y, other.y)
        np.testing.assert_allclose(honest.scaling.undo(one.x), found.scaling.undo(other.x), rtol=1e-5)


def test_rows_of_the_test_join_the_training_rows():
    with pytest.warns(UserWarning, match="data.snooping=rows: the test rows are among the training rows"):
        found = split("rows")
    np.testing.assert_array_equal(found.train.x[4:], found.test.x)
    assert len(found.train) == 8 and len(found.val) == 2


@pytest.mark.parametrize("experiment", ["snooping", "snooping_digits"])
def test_the_report_says_that_test_rows_were_looked_at(run, tmp_path, experiment):
    quick = ("utility=none", "tracking=none", "trainer.epochs=1", "trainer.progress=false", "seed=0")
    status, _, err = run(f"experiment={experiment}", *quick)
    assert status == 0, err
    reports = [json.loads(path.read_text()) for path in (tmp_path / "out/runs").rglob("report.json")]
    told = {report["axes"].get("snooping", "none"): " ".join(report["warnings"]) for report in reports}
    assert told.keys() == {"none", "statistics", "rows"}
    assert all((f"data.snooping={snooping}" in words) == (snooping != "none") for snooping, words in told.items())


def test_it_is_no_setting_of_any_other_kind(run, tmp_path):
    check_refused(run("data.snooping=all", "tracking=none"), ["data.snooping", "statistics"], tmp_path / "out")
