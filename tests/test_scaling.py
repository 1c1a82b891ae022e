"""Scalings: which is chosen, numbers of any size, and what float32 cannot hold is named."""

from __future__ import annotations

import numpy as np
import pytest
from absorbance_examples import nir, raw, split

from inn_experiments.contracts import UserError
from inn_experiments.data import scaling
from inn_experiments.data.checks import BLOCK
from inn_experiments.data.division import Division, Parts
from inn_experiments.data.ims.stored import RowWriter, StoredRows
from inn_experiments.data.preprocessing.options import wanted
from inn_experiments.data.preprocessing.prepared import plan
from inn_experiments.data.scaling import SCALINGS, BasePeak, RowError, Standard, Unscaled, choose

X, Y = nir()
PEAKS = np.where(np.random.default_rng(0).random((40, 30)) < 0.2, X[:40, :30], 0.0)
PEAKS[:, 4] = 1.0
WHOLE, BROKEN = np.arange(30.0), np.arange(30) + 0.5
SIZES = [1e-305, 1e-300, 1e-200, 1e-30, 1.0, 1e30, 1e200, 1e300, 4e307]


@pytest.mark.parametrize(
    ("x", "unit", "axis", "name", "reason"),
    [
        (X, "m/z", None, "base_peak", "mass spectra"),
        (PEAKS, "", WHOLE, "base_peak", "sparse and non-negative"),
        (PEAKS, "", BROKEN, "standard", "not mass"),
        (PEAKS, "", WHOLE[::-1], "standard", "not mass"),
        (PEAKS, "", None, "standard", "not mass"),
        (PEAKS, "nm", WHOLE, "standard", "not mass"),
        (X[:, :30], "", WHOLE, "standard", "not mass"),
        (-PEAKS, "", WHOLE, "standard", "not mass"),
        (-PEAKS, "m/z", WHOLE, "standard", "negative"),
        (np.vstack([PEAKS, np.zeros((1, 30))]), "m/z", WHOLE, "standard", "no peak"),
    ],
)
def test_the_scaling_is_chosen_by_what_the_rows_are(x, unit, axis, name, reason):
    found, why = choose(x, unit, axis)
    assert found == name and reason in why
    planned = plan(x, "auto", unit=unit, axis=axis)
    assert planned.told == f"{name} (chosen: {why}; data.scaling to force)"
    assert planned.fit == SCALINGS[name].fit and planned.bounded == (name == "base_peak")


@pytest.mark.parametrize("name", ["none", "standard", "base_peak"])
def test_a_scaling_that_is_given_is_taken_whatever_the_rows_are(name):
    planned = plan(X, name, unit="nm")
    assert planned.told == name and planned.fit == SCALINGS[name].fit and planned.bounded == (name == "base_peak")
    assert not plan(X - 1.0, name).bounded
    assert not plan(X, name, wanted("snv")).bounded
    assert plan(X, "auto", wanted("snv"), unit="m/z").told.startswith("snv, then standard (chosen: ")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [Standard, BasePeak])
@pytest.mark.parametrize("whole", [2**24, 10])
def test_numbers_of_any_size_are_scaled_alike_and_come_back(monkeypatch, size, kind, whole):
    monkeypatch.setattr(scaling, "WHOLE", whole)
    for rows in (X, X - 1.5):
        with np.errstate(all="raise", under="ignore"):
            ordinary, fitted = kind.fit(rows), kind.fit(rows * size)
            scaled = fitted.apply(rows * size)
            back = fitted.undo(scaled)
        np.testing.assert_allclose(scaled, ordinary.apply(rows), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(back / size, ordinary.undo(scaled), rtol=1e-5, atol=1e-6)
        assert back.dtype == (np.float32 if 1e-30 <= size <= 1e30 else np.float64) and np.isfinite(back).all()
        # Generated rows may lie beyond all training rows, and of both signs.
        assert np.isfinite(fitted.undo(np.float32(40) * scaled)).all()
        if kind is BasePeak:
            break


def test_statistics_of_ordinary_rows_are_those_of_numpy_to_the_last_digit():
    assert Standard.fit(X) == Standard(float(X.mean()), float(X.std()))
    x = X.astype(np.float32)
    np.testing.assert_array_equal(
        Standard.fit(x).apply(x), ((x.astype(float) - x.mean(dtype=float)) / x.std(dtype=float)).astype("f4")
    )


def test_a_base_peak_comes_back_at_the_median_height_of_training_rows():
    x = np.array([[1.0, 10.0], [999.0, 0.0], [3.0, 20.0]])
    fitted = BasePeak.fit(x)
    assert fitted.describe() == {"height": 20.0} and fitted.undo(np.array([[0.5, 1.0]])).tolist() == [[10.0, 20.0]]
    with pytest.raises(RowError, match="has the maximum 0, but data.scaling=base_peak") as error:
        fitted.apply(np.array([[1.0, 0.0], [0.0, -1.0]]))
    assert error.value.row == 1


def test_unscaled_rows_are_those_of_the_file():
    found = split(X, Y, "none")
    assert found.scaling == Unscaled() and found.scaling.describe() == {}
    assert set(map(bytes, found.train.x)) <= set(map(bytes, X.astype(np.float32)))
    np.testing.assert_array_equal(found.scaling.undo(found.test.x), found.test.x)


def stored(folder, x: np.ndarray, **more) -> StoredRows:
    with RowWriter(folder / "rows.npy", x.shape[1]) as writer:
        writer.append(x)
    return StoredRows(path=folder / "rows.npy", y=np.arange(len(x)) % 3, classes=("a", "b", "c"), name="nir", **more)


TRAIN = np.arange(20)
PARTS, UNSEEN = Parts(TRAIN, *np.split(np.arange(20, 50), 3)), np.arange(50, 60)
PLACES = {"val": 23, "test": 33, "fresh": 43, "unseen": 53}


def spoiled(row: int, value: float) -> np.ndarray:
    x = X.copy()
    x[row, 7] = value
    return x


@pytest.mark.parametrize("part", PLACES)
@pytest.mark.parametrize(
    ("scaling", "steps", "value"),
    [("none", None, 1e39), ("standard", None, -1e39), ("base_peak", None, -1e39), ("standard", "savgol", 1e39)],
)
def test_a_value_that_leaves_float32_is_named_in_every_part(part, scaling, steps, value):
    row = PLACES[part]
    words = rf"nir: row {row + 1} \(counted from 1\), column '1114 nm': {value:g} ".replace("+", r"\+")
    with pytest.raises(UserError, match=words):
        raw(spoiled(row, value), Y, scaling, steps).split(PARTS, UNSEEN)


def test_rows_in_a_file_of_their_own_are_checked_too(tmp_path):
    x = (1.0 + 1e-7 * X).astype(np.float32)
    x[33, 7] = 3e38
    with pytest.raises(UserError, match=r"row 34 \(counted from 1\), column 8: 3e\+38 "):
        stored(tmp_path, x).split(PARTS)
    x = spoiled(3, 3e38).astype(np.float32)
    with pytest.raises(
        UserError, match="of 20 training rows differ in the file but are equal once.*row 4 .*, column 8"
    ):
        stored(tmp_path, x).split(PARTS)


def test_the_row_of_the_file_is_named_where_rows_were_left_out():
    with pytest.raises(UserError, match="nir: row 68 "):
        raw(spoiled(33, 1e39), Y, numbers=2 * np.arange(1, 61)).split(PARTS)


def test_a_training_value_beside_which_all_others_vanish_is_named():
    with pytest.raises(
        UserError, match="differ in the file .* in row 4 .* column '1114 nm'; correct or remove that row"
    ):
        raw(spoiled(3, 1e39), Y).split(PARTS)
    with pytest.raises(UserError, match="differ in the file .*; use data.scaling=standard"):
        raw(1e9 + np.where(TRAIN[:, None] < 5, 1e4, 1e-3) * X[:20], Y[:20], "none").split(
            Parts(TRAIN, *[TRAIN[:3]] * 3)
        )
    with pytest.raises(UserError, match="after scaling: zero variance"):
        raw(1e9 + 1e-3 * X, Y, "base_peak").split(PARTS)


def test_noise_on_a_high_level_is_standardised_in_float64():
    found = raw(1e9 + 1e-3 * X, Y).split(PARTS)
    assert abs(found.train.x.std() - 1) < 1e-3
    np.testing.assert_allclose(found.train.x, raw(X, Y).split(PARTS).train.x, atol=1e-2)


def test_rows_of_later_blocks_are_named():
    x = np.tile(X, (BLOCK // 20, 1))
    x[BLOCK + 77] = -1.0
    with pytest.raises(UserError, match=rf"row {BLOCK + 78} \(counted from 1\) has the maximum -1"):
        raw(x, np.arange(len(x)) % 3, fit=BasePeak.fit).divided(Division(), seed=0)


def test_what_lies_close_together_far_from_zero_comes_back_in_64_bits() -> None:
    for offset, dtype in ((0.0, np.float32), (100.0, np.float32), (1e6, np.float64), (-1e9, np.float64)):
        x = np.random.default_rng(0).normal(offset, 1.0, (20, 5))
        scaling = Standard.fit(x)
        found = scaling.undo(scaling.apply(x))
        assert found.dtype == dtype
        np.testing.assert_allclose(found, x, atol=1e-5)
    assert scaling.undo(np.zeros((0, 5), np.float32)).dtype == np.float32
