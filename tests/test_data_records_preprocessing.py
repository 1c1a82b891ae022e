"""The preprocessing of 2-D records: each step and its way back, and what is lost by design."""

from __future__ import annotations

import json

import numpy as np
import pytest
from record_examples import SHAPE, records

from inn_experiments.data.records.preprocessing import Preprocessing, Settings
from inn_experiments.data.records.steps import Log, Wavelet


def fitted(x: np.ndarray, wavelet="db2", levels=(1, 1), retention=None, drift=None, axes=None) -> Preprocessing:
    axes = axes or tuple(np.arange(size, dtype=float) for size in x.shape[1:])
    settings = Settings(wavelet=wavelet, levels=levels, retention=retention, drift=drift)
    return Preprocessing.fit(x, axes, settings, "toy")


@pytest.mark.parametrize(
    ("wavelet", "levels"), [("db2", (1, 1)), ("haar", (2, 3)), ("sym4", (1, 0)), ("bior2.2", (1, 2)), ("db1", (0, 0))]
)
@pytest.mark.parametrize("crop", [(None, None), ((4.0, 11.0), (2.0, 21.0))])
def test_what_was_undone_comes_back_exactly(wavelet, levels, crop):
    x = records()
    preprocessing = fitted(x, wavelet, levels, *crop)
    z = preprocessing.forward(x.astype(np.float64))
    assert z.shape[1:] == preprocessing.shape and z.min() == 0 and z.max() == 1
    np.testing.assert_allclose(preprocessing.forward(preprocessing.backward(z)), z, rtol=0, atol=1e-10)
    for step in preprocessing.steps:
        inner = np.random.default_rng(1).random((3, *step.apply(step_input(preprocessing, step)).shape[1:]))
        np.testing.assert_allclose(step.apply(step.undo(inner)), inner, rtol=1e-9, atol=1e-9)


def step_input(preprocessing: Preprocessing, wanted) -> np.ndarray:
    x = np.zeros((1, *preprocessing.raw_shape))
    for step in preprocessing.steps:
        if step is wanted:
            return x
        x = step.apply(x)
    raise AssertionError


def test_nothing_is_lost_but_what_wavelet_and_crop_drop():
    x = records().astype(np.float64)
    plain = fitted(x, levels=(0, 0))
    np.testing.assert_allclose(plain.backward(plain.forward(x)), x, rtol=1e-9, atol=1e-9)
    smooth = Wavelet("db2", (1, 1), SHAPE)
    kept = smooth.undo(smooth.apply(x))
    assert np.abs(kept - x).max() > 1
    halved = fitted(x)
    np.testing.assert_allclose(halved.backward(halved.forward(x)), kept, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(halved.backward(halved.forward(kept)), kept, rtol=1e-9, atol=1e-9)
    cropped = fitted(x, levels=(0, 0), retention=(2.0, 9.0), drift=(5.0, 20.0))
    back = cropped.backward(cropped.forward(x))
    np.testing.assert_allclose(back[:, 2:10, 5:21], x[:, 2:10, 5:21], rtol=1e-9, atol=1e-9)
    outside = np.ones(SHAPE, dtype=bool)
    outside[2:10, 5:21] = False
    np.testing.assert_allclose(back[:, outside], np.tile(x.mean(axis=0)[outside], (len(x), 1)))


def test_odd_sizes_keep_their_size_and_differ_at_the_far_edge_alone():
    x = records(shape=(15, 21))
    preprocessing = fitted(x)
    assert preprocessing.shape == (8, 11)
    z = preprocessing.forward(x.astype(np.float64))
    again = preprocessing.forward(preprocessing.backward(z))
    # The extension is periodic: the far edge of db2 reaches one coefficient around to the near one.
    np.testing.assert_allclose(again[:, 1:-2, 1:-2], z[:, 1:-2, 1:-2], atol=1e-10)
    assert preprocessing.apply(x.reshape(len(x), -1)).shape == (30, 88)
    assert preprocessing.undo(z.reshape(30, -1)).shape == (30, 15 * 21)


@pytest.mark.parametrize(("wavelet", "levels"), [("db2", (1, 1)), ("sym3", (2, 1)), ("coif1", (0, 2))])
def test_the_wavelet_keeps_the_units_of_intensity(wavelet, levels):
    step = Wavelet(wavelet, levels, (32, 48))
    flat = np.full((1, 32, 48), 7.5)
    np.testing.assert_allclose(step.apply(flat), 7.5, rtol=1e-9)
    np.testing.assert_allclose(step.undo(step.apply(flat)), flat, rtol=1e-9)
    x = records(2, (32, 48)).astype(np.float64)
    np.testing.assert_allclose(step.apply(x).mean(axis=(1, 2)), x.mean(axis=(1, 2)), rtol=1e-9)


def test_values_below_the_floor_are_finite_and_come_back():
    x = records()
    log = Log.fit(x)
    low = np.array([log.floor - 1e4, log.floor - log.scale, log.floor, log.floor + 1e4])
    found = log.apply(low)
    np.testing.assert_allclose(found[1:3], [-np.log(2), 0])
    assert np.all(np.diff(found) > 0)
    np.testing.assert_allclose(log.undo(found), low, rtol=1e-9)
    above = np.linspace(log.floor, log.floor + 100, 50)
    np.testing.assert_allclose(log.apply(above), np.log1p((above - log.floor) / log.scale))


def test_rounding_errors_of_a_flat_baseline_are_no_scale():
    flat = np.full((6, 16, 16), 0.1) + 1e-17
    flat[:, 5, 5] = np.arange(6.0) * 100
    log = fitted(flat).steps[2]
    assert log.scale >= 1e-6 * 100 * 0.2


@pytest.mark.parametrize("value", [1e9, -1e9])
def test_wild_generated_values_stay_finite(value):
    preprocessing = fitted(records())
    assert np.isfinite(preprocessing.undo(np.full((2, 96), value, dtype=np.float32))).all()


def test_stages_show_every_step_and_describe_is_plain():
    x = records()
    preprocessing = fitted(x, retention=(4.0, 11.0))
    stages = preprocessing.stages(x[3])
    assert [step.name for step in preprocessing.steps] == ["wavelet", "crop", "log", "minmax"]
    assert {name: matrix.shape for name, matrix in stages.items()} == {
        "wavelet": (8, 12),
        "crop": (4, 12),
        "log": (4, 12),
        "minmax": (4, 12),
        "undone": SHAPE,
    }
    np.testing.assert_allclose(stages["minmax"].ravel(), preprocessing.apply(x[3].reshape(1, -1))[0], atol=1e-6)
    said = json.loads(json.dumps(preprocessing.describe(), allow_nan=False))
    assert said["raw_shape"] == [16, 24] and said["shape"] == [4, 12] and said["retention"] == [4.5, 10.5]
    assert said["steps"][2]["scale"] > 0 and said["steps"][3].keys() == {"step", "minimum", "maximum"}
