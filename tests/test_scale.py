"""Many or wide rows: blocks, draws and threads change no number, and what is left out is said."""

from __future__ import annotations

import multiprocessing

import cells
import numpy as np
import pytest
from measured import subject
from measured import treatments as by_name

from inn_experiments.contracts import Rows, UserError
from inn_experiments.data import scaling
from inn_experiments.data.checks import BLOCK, check_finite
from inn_experiments.data.scaling import Standard
from inn_experiments.data.tables.table import Table
from inn_experiments.measures import directions
from inn_experiments.measures.numbers import errors
from inn_experiments.measures.numbers.cores import workers
from inn_experiments.measures.utility import forest
from inn_experiments.measures.utility.division import few
from inn_experiments.measures.utility.forest import forest_predictions
from inn_experiments.measures.utility.utility import Utility
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap


def table(rows: int, dtype=np.float32) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {"X": rng.random((rows, 5)).astype(dtype), "kind": np.arange(rows) % 3}


@pytest.mark.parametrize(("rows", "features"), ((300, 20), (40, 60), (2 * errors.BLOCK + 7, 6)))
@pytest.mark.parametrize("kind", ("full", "sparse", "flat"))
def test_ridge_predicts_what_scikit_learns_ridge_cv_does(rows, features, kind):
    from sklearn.linear_model import RidgeCV

    rng = np.random.default_rng(rows)
    clean = rng.normal(size=(rows + 10, features)) + 5.0
    if kind == "sparse":
        clean = np.clip(clean - 6.0, 0, None)
        clean[:, ::3] = 0.0
    if kind == "flat":
        clean = rng.normal(size=(rows + 10, 3)) @ rng.normal(size=(3, features))
    noisy = (clean + 0.3 * rng.normal(size=clean.shape)).astype(np.float32)
    clean = clean.astype(np.float32)
    judge = RidgeCV(alphas=errors.RIDGES).fit(noisy[:rows].astype(float), clean[:rows].astype(float))
    found = errors.ridge(noisy[:rows], clean[:rows], noisy[rows:])
    np.testing.assert_allclose(found, judge.predict(noisy[rows:].astype(float)), rtol=1e-9, atol=1e-10)


def test_ridge_of_rows_that_do_not_differ_is_their_targets_mean():
    target = np.arange(8.0).reshape(4, 2)
    found = errors.ridge(np.ones((4, 3)), target, np.zeros((2, 3)))
    np.testing.assert_allclose(found, np.tile(target.mean(axis=0), (2, 1)))


def test_directions_fit_and_score_as_many_rows_as_they_say(monkeypatch):
    split, inn = cells.split(), cells.fitted("method=implicit", epochs=1)
    seen = []

    def spied(train_input, train, test_input, test):
        seen.append((len(train_input), len(train), len(test_input), len(test)))
        return {}

    monkeypatch.setattr(directions, "trivial_errors", spied)
    monkeypatch.setattr(directions, "ROWS", 50)
    directions.Directions()(subject(inn, split), seed=0)
    assert seen == [(50, 50, 50, 50)] * 3


def test_few_rows_are_drawn_class_by_class():
    y = np.repeat([0, 1, 2], [600, 300, 3])
    rows = Rows(np.arange(len(y), dtype=np.float32)[:, None], y)
    drawn = few(rows, 90, seed=0)
    assert np.bincount(drawn.y).tolist() == [60, 30, 2], "each class keeps the two that a combination takes"
    assert len(np.unique(drawn.x)) == len(drawn)
    assert (few(rows, 90, seed=1).x != drawn.x).any()
    assert few(rows, len(rows), seed=0) is rows and few(rows, None, seed=0) is rows


def test_utility_of_many_rows_takes_some_of_them_and_says_so():
    split, made = cells.split(), Bootstrap()
    made.fit(split.train, split.about(), seed=0)
    options = {"repeats": 2, "trees": 3, "per_class": 2}
    with pytest.warns(
        UserWarning, match=r"utility.rows is 60: of \d+ training rows and .* utility.rows=null takes all"
    ):
        found = Utility(rows=60, **options)(subject(made, split), seed=0)
    for protocol in ("same_rows", "disjoint"):
        real = by_name(found, protocol)["real"]
        assert abs(real["n_train"].value - 60) <= 5 and abs(real["n_test"].value - 60) <= 5
    every = Utility(rows=None, **options)(subject(made, split), seed=0)
    assert every == Utility(**options)(subject(made, split), seed=0)
    with pytest.raises(UserError, match="utility.rows is 0; it must be 1 or more"):
        Utility(rows=0)


def test_threads_change_no_prediction(monkeypatch):
    rng = np.random.default_rng(0)
    # Equal rows of different classes: leaves with thirds, whose sums depend on their order.
    x = rng.integers(0, 3, (300, 2)).astype(np.float32)
    train, options = Rows(x, rng.integers(0, 3, 300)), {"trees": 30, "levels": None, "seed": 3}
    with monkeypatch.context() as patch:
        patch.setattr(forest, "workers", lambda: 1)
        alone = forest_predictions(train, x, **options)
    for _ in range(3):
        assert (forest_predictions(train, x, **options) == alone).all()


def test_a_worker_of_a_sweep_takes_one_core():
    assert workers() == -1
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(workers) == 1


@pytest.mark.parametrize("kind", ("base_peak", "standard"))
def test_rows_in_single_precision_are_scaled_as_in_double(tmp_path, kind):
    given = table(3 * BLOCK + 5)
    np.savez(tmp_path / "single.npz", **given)
    np.savez(tmp_path / "double.npz", **given | {"X": given["X"].astype(np.float64)})
    single, double = (
        Table(str(tmp_path / f"{name}.npz"), "kind", scaling=kind).load(seed=0, cache=tmp_path)
        for name in ("single", "double")
    )
    for part in ("train", "val", "test"):
        x = vars(single)[part].x
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, vars(double)[part].x)
    assert single.scaling == double.scaling


def test_parquet_and_csv_give_the_rows_of_the_archive(tmp_path):
    import pandas

    given = table(BLOCK + 5)
    np.savez(tmp_path / "rows.npz", **given)
    frame = pandas.DataFrame(given["X"], columns=[f"v{number}" for number in range(5)])
    frame["kind"] = given["kind"].astype(str)
    frame.to_parquet(tmp_path / "rows.parquet", row_group_size=100)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    npz, parquet, csv = (
        Table(str(tmp_path / f"rows.{suffix}"), "kind").load(seed=0, cache=tmp_path)
        for suffix in ("npz", "parquet", "csv")
    )
    np.testing.assert_array_equal(parquet.train.x, npz.train.x)
    np.testing.assert_allclose(csv.train.x, npz.train.x, rtol=0, atol=1e-6)
    assert Table(str(tmp_path / "rows.parquet"), "kind").read(tmp_path).x.dtype == np.float32
    assert Table(str(tmp_path / "rows.csv"), "kind").read(tmp_path).x.dtype == np.float64


def test_streamed_statistics_are_those_of_the_whole(monkeypatch):
    x = np.random.default_rng(0).normal(3.0, 2.0, (3 * BLOCK + 5, 4)).astype(np.float32)
    whole = Standard.fit(x)
    monkeypatch.setattr(scaling, "WHOLE", 10)
    streamed = Standard.fit(x)
    assert (streamed.mean, streamed.std) == pytest.approx((whole.mean, whole.std), rel=1e-12)


def test_missing_numbers_far_apart_are_all_counted():
    x = np.zeros((3 * BLOCK, 2), np.float32)
    x[[5, BLOCK + 7, 2 * BLOCK + 9], 1] = np.nan
    with pytest.raises(UserError, match=rf"here: 3 missing .* row 6, .* row {BLOCK + 8}, .* row {2 * BLOCK + 10}, "):
        check_finite(x, ["a", "b"], "here")
    x[:, 0] = np.inf
    with pytest.raises(UserError, match=rf"here: {3 * BLOCK + 3} missing .*; \.\.\.; correct"):
        check_finite(x, ["a", "b"], "here")
