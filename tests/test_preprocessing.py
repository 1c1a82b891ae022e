"""Preprocessing: each step is the textbook's, and comes back as exactly as it says, at the training rows' level."""

from __future__ import annotations

import numpy as np
import pytest
from absorbance_examples import CHANNELS, nir, raw, split

from inn_experiments.contracts import UserError
from inn_experiments.data.division import Parts
from inn_experiments.data.preprocessing import steps
from inn_experiments.data.preprocessing.derivative import Savgol
from inn_experiments.data.preprocessing.options import wanted
from inn_experiments.data.preprocessing.prepared import Prepared
from inn_experiments.data.preprocessing.steps import Baseline, Msc, Snv
from inn_experiments.data.scaling import RowError

X, Y = nir()
TRAIN, TEST = X[:40], X[40:]
EVERY = ["snv", "msc", "savgol", "baseline"]
CHAINS = [*EVERY, ["baseline", "snv"], ["snv", {"savgol": {"window": 15, "derivative": 2}}], ["msc", "savgol"]]


def without(x: np.ndarray, degree: int) -> np.ndarray:
    """Rows less the best polynomials of a lower degree."""
    basis = np.linalg.qr(np.vander(np.linspace(-1, 1, x.shape[1]), degree))[0]
    return x - (x @ basis) @ basis.T


def clean(rows: int, channels: int, seed: int) -> np.ndarray:
    """Bands that are broad beside every window here, without noise."""
    rng, place = np.random.default_rng(seed), np.linspace(0, 1, channels)
    bands = np.exp(-0.5 * ((place - rng.uniform(0.1, 0.9, (6, 1))) / rng.uniform(0.1, 0.2, (6, 1))) ** 2)
    return rng.uniform(0.2, 1.0, (rows, 6)) @ bands + rng.uniform(0, 1, (rows, 1))


def test_each_step_is_that_of_chemotools():
    from chemotools.baseline import AirPls
    from chemotools.derivative import SavitzkyGolay
    from chemotools.scatter import MultiplicativeScatterCorrection, StandardNormalVariate

    peers = {
        "snv": (StandardNormalVariate(), {}),
        "msc": (MultiplicativeScatterCorrection(), {}),
        "savgol": (SavitzkyGolay(window_length=11, polyorder=2, deriv=1, mode="interp"), {}),
        "baseline": (AirPls(lam=1e4), {"smoothness": 1e4}),
    }
    # From 0 to 1, as rows are brought to before their baseline is sought.
    x = (X - X.min(axis=1, keepdims=True)) / np.ptp(X, axis=1, keepdims=True)
    for name, (peer, settings) in peers.items():
        (step,) = wanted({name: settings})
        fitted = step.learn(found := x[:40].copy())
        np.testing.assert_allclose(found, peer.fit(x[:40]).transform(x[:40]), rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(fitted.forward(x[40:]), peer.transform(x[40:]), rtol=1e-7, atol=1e-9)


def test_snv_comes_back_exactly_for_variates_and_at_the_level_of_training_rows():
    step = Snv.fit(TRAIN)
    y = step.forward(TEST)
    np.testing.assert_allclose(step.forward(step.backward(y)), y, rtol=1e-12, atol=1e-12)
    back = step.backward(y)
    np.testing.assert_allclose(back.mean(axis=1), TRAIN.mean(axis=1).mean(), rtol=1e-12)
    np.testing.assert_allclose(back.std(axis=1), TRAIN.std(axis=1).mean(), rtol=1e-12)


def test_msc_gives_every_row_the_reference_s_level_and_slope_and_is_then_done():
    step = Msc.fit(TRAIN)
    y = step.forward(TEST)
    lines = np.polyfit(TRAIN.mean(axis=0), y.T, 1)
    np.testing.assert_allclose(lines, np.array([[1.0], [0.0]]).repeat(len(y), 1), atol=1e-12)
    np.testing.assert_allclose(step.forward(step.backward(y)), y, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(step.backward(y), y)


@pytest.mark.parametrize("derivative", [0, 1, 2])
@pytest.mark.parametrize(("window", "order"), [(7, 2), (11, 2), (15, 3), (31, 4)])
@pytest.mark.parametrize("channels", [150, 1000, 5000])
def test_a_derivative_comes_back_but_for_what_it_does_not_see(channels, window, order, derivative):
    train, test = clean(20, channels, 0), clean(20, channels, 1)
    step = Savgol.fit(train, window=window, order=order, derivative=derivative)
    back = step.backward(step.forward(test))
    right = train.mean(axis=0) + without(test - train.mean(axis=0), derivative)
    assert np.abs(back - right).max() < 2e-3 * np.ptp(test)
    if derivative:
        np.testing.assert_allclose(back.mean(axis=1), train.mean(), rtol=1e-9)
    y = step.forward(test)
    assert np.abs(step.forward(back) - y).max() < 2e-3 * np.abs(y).max()


def test_what_a_filter_smooths_away_is_not_brought_back_and_noise_is_not_made_large():
    step, rng = Savgol.fit(TRAIN), np.random.default_rng(0)
    wave = np.where(np.arange(CHANNELS) % 2, 1.0, -1.0)
    left = step.backward(step.forward(TRAIN + wave)) - step.backward(step.forward(TRAIN))
    assert left.std() < 0.2 * wave.std()
    y = step.forward(TRAIN)
    noise = 1e-3 * np.abs(y).max() * rng.standard_normal(y.shape)
    assert np.abs(step.backward(y + noise) - step.backward(y)).max() < 0.05 * np.ptp(TRAIN)


def test_a_baseline_comes_back_exactly_where_it_is_the_mean_one():
    x = TRAIN.copy()
    step = Baseline.learn(x)
    np.testing.assert_allclose(step.backward(x).mean(axis=0), TRAIN.mean(axis=0), rtol=1e-12)
    own = TEST - step.forward(TEST)
    np.testing.assert_allclose(step.backward(step.forward(TEST)), TEST - own + step.mean, rtol=1e-12)


@pytest.mark.parametrize("noise", [0.0, 1e-4, 1e-2])
@pytest.mark.parametrize("level", [0.0, -2.0, 1000.0])
def test_bands_stay_and_the_ground_is_taken_away(noise, level):
    place, heights = np.linspace(0, 1, 400), np.array([[0.5], [1.0], [1.5]])
    ground, bands = 3 - 2 * place + place**2 + level, heights * np.exp(-0.5 * ((place - 0.5) / 0.02) ** 2)
    rows = ground + bands + noise * np.random.default_rng(0).standard_normal((3, 400))
    step = Baseline.learn(rows)
    assert np.abs(rows - bands).max() < 0.05 + 4 * noise
    assert np.abs(step.mean - ground).max() < 0.05 + 4 * noise


@pytest.mark.parametrize("scaling", ["none", "standard"])
@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_every_chain_comes_back_at_the_level_of_the_training_rows(chain, scaling):
    found = split(X, Y, scaling, chain)
    assert not found.bounded and found.train.x.dtype == np.float32
    same = split(X, Y, "none")
    back, rows = found.scaling.undo(found.train.x), same.train.x
    assert np.abs(back.mean(axis=0) - rows.mean(axis=0)).max() < 0.05 * np.ptp(rows)
    assert abs(back.mean() - rows.mean()) < 1e-3 * abs(rows.mean())
    for label in range(3):
        moved = back[found.train.y == label].mean(axis=0) - rows[same.train.y == label].mean(axis=0)
        assert np.abs(moved).max() < 0.15 * np.ptp(rows)
    again = found.scaling.apply(found.scaling.undo(found.test.x))
    limit = 0.3 if "baseline" in chain else 0.1
    assert np.abs(again - found.test.x).max() < limit * np.abs(found.test.x).max()
    told = found.scaling.describe()["preprocessing"]
    assert [each["step"] for each in told] == [step.kind.name for step in wanted(chain)]


@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_only_training_rows_decide(chain):
    changed = X.copy()
    changed[40:] = 3.0 * X[40:, ::-1] + 1.0
    parts = Parts(*np.split(np.arange(60), [40, 45, 55]))
    one, other = (raw(x, Y, "standard", chain).split(parts) for x in (X, changed))
    np.testing.assert_array_equal(one.train.x, other.train.x)
    np.testing.assert_array_equal(one.scaling.undo(one.train.x), other.scaling.undo(other.train.x))


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e200, 1e300])
@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_numbers_of_any_size_are_preprocessed_alike(chain, size):
    fitted, ordinary = (Prepared.fit(TRAIN * factor, wanted(chain), "standard") for factor in (size, 1.0))
    scaled = fitted.apply(TEST * size)
    np.testing.assert_allclose(scaled, ordinary.apply(TEST), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(fitted.undo(scaled) / size, ordinary.undo(scaled), rtol=1e-4, atol=1e-4)


def test_rows_are_treated_in_blocks_as_one_by_one(monkeypatch):
    monkeypatch.setattr(steps, "BLOCK", 7)
    for name in EVERY:
        (step,) = wanted(name)
        fitted = step.learn(x := TRAIN.copy())
        np.testing.assert_allclose(
            x, np.concatenate([fitted.forward(row[None]) for row in TRAIN]), rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("snw", "data.preprocessing: 'snw' is not known; did you mean 'snv'.*snv, msc, savgol, baseline"),
        ([["snv"]], "neither a name nor a mapping"),
        ({"savgol": {"windw": 3}}, "data.preprocessing.savgol: 'windw' is not known; did you mean 'window'"),
        ({"snv": {"window": 3}}, "data.preprocessing.snv: 'window' is not known .there are none"),
        ({"savgol": {"window": 2.5}}, "data.preprocessing.savgol.window=2.5: must be a whole number from 3"),
        ({"savgol": {"derivative": 3}}, "derivative=3: must be a whole number from 0 to 2"),
        ({"savgol": {"order": True}}, "order=True"),
        ({"savgol": 15}, "must be a mapping of settings .window, order, derivative"),
        ({"baseline": {"smoothness": 0}}, "smoothness=0: must be a number from"),
        ({"baseline": {"smoothness": float("nan")}}, "smoothness=nan"),
    ],
)
def test_an_option_that_cannot_be_meant_is_named_at_once(given, words):
    with pytest.raises(UserError, match=words):
        wanted(given)


@pytest.mark.parametrize(
    ("given", "channels", "words"),
    [
        ("snv", 1, "data.preprocessing=snv: needs at least 3 channels, the rows have 1"),
        ("msc", 2, "msc: needs at least 3"),
        ("savgol", 1, "savgol: needs at least 3"),
        ("baseline", 4, "baseline: needs at least 5"),
        ({"savgol": {"window": 15}}, 10, "window 15.*longer than the rows, which have 10 channels"),
        ({"savgol": {"window": 4}}, 10, "the window must be odd, such as 5"),
        ({"savgol": {"window": 3, "order": 3}}, 10, "the order must be"),
        ({"savgol": {"order": 1, "derivative": 2}}, 10, "the order must be"),
    ],
)
def test_a_step_that_rows_cannot_go_through_is_named_before_they_do(given, channels, words):
    with pytest.raises(UserError, match=words):
        raw(X[:, :channels], Y, "standard", given)


@pytest.mark.parametrize("channels", [3, 4, 5, 6, 10, 11, 40])
def test_the_window_of_a_derivative_suits_short_rows(channels):
    found = split(X[:, :channels], Y, "standard", "savgol")
    window = found.scaling.steps[0].window
    assert window % 2 and 3 <= window <= min(11, channels)


@pytest.mark.parametrize(
    ("chain", "row", "words"),
    [
        ("snv", 0.5, r"nir: row 34 \(counted from 1\) has the same value, 0.5, in every channel"),
        ("msc", 0.5, r"nir: row 34 \(counted from 1\) has no slope"),
        (["savgol", "snv"], 0.7, r"nir: row 34 \(counted from 1\) has the same value, 0, in every channel"),
        ("savgol", 1e308 * np.resize([1, -1], CHANNELS), "nir: row 34 "),
        (["msc", "baseline"], 1e308 * np.resize([1, -1], CHANNELS), "nir: row 34 "),
    ],
)
def test_a_row_that_cannot_be_treated_is_named(chain, row, words):
    x = X.copy()
    x[33] = row
    with pytest.raises(UserError, match=words):
        split(x, Y, "standard", chain)


def test_a_flat_reference_and_rows_without_a_peak_are_named():
    flat = np.vstack([X, 5.0 - X])
    with pytest.raises(UserError, match="data.preprocessing=msc: the mean of the training rows.* is flat"):
        Msc.fit(flat)
    with pytest.raises(UserError, match=r"row \d+ \(counted from 1\) has the maximum -.*data.scaling=standard"):
        split(np.sort(X, axis=1)[:, ::-1], Y, "base_peak", "savgol")


def test_a_constant_row_among_the_training_rows_is_named_by_its_place():
    with pytest.raises(RowError, match="has the same value") as error:
        Prepared.fit(np.vstack([TRAIN, np.ones((1, CHANNELS))]), wanted("snv"), "standard")
    assert error.value.row == 40
