"""The kernel density estimate: closed forms of its draws and of its bandwidths, and what it cannot do."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KernelDensity

from inn_experiments.configuration import compose as config
from inn_experiments.contracts import Rows, Synthesizer, UserError
from inn_experiments.synthesizers.classical.kde import Kde, cross_validated

WAYS = ("cross_validated", "scott", "silverman", 0.3)


def rows(*counts: int, features: int = 4, seed: int = 0) -> Rows:
    """Classes of so many rows each, ten deviations apart."""
    y = np.repeat(np.arange(len(counts)), counts)
    x = np.random.default_rng(seed).normal(size=(len(y), features)) + 10 * y[:, None]
    return Rows(x.astype(np.float32), y.astype(np.int64))


def fitted(train: Rows, **settings) -> Kde:
    density = Kde(**settings)
    density.fit(train, train, seed=0)
    return density


@pytest.mark.parametrize("bandwidth", WAYS)
def test_contract_fresh_and_after_save_and_load(bandwidth, tmp_path) -> None:
    density, labels = fitted(rows(20, 2, 9), bandwidth=bandwidth), np.array([2, 0, 1, 1, 2, 0])
    assert isinstance(density, Synthesizer)
    made = density.sample(labels, seed=1)
    assert made.x.shape == (6, 4) and made.x.dtype == np.float32 and np.isfinite(made.x).all()
    np.testing.assert_array_equal(np.round(made.x.mean(axis=1) / 10), labels)
    assert not np.array_equal(made.x, density.sample(labels, seed=2).x)
    np.testing.assert_array_equal(made.x[labels == 1], density.sample(np.array([1, 1]), seed=1).x)
    density.save(tmp_path)
    loaded = Kde(bandwidth)
    loaded.load(tmp_path)
    np.testing.assert_array_equal(made.x, loaded.sample(labels, seed=1).x)


def test_draws_have_the_mean_of_the_rows_and_their_covariance_with_that_of_the_kernel() -> None:
    train, h = rows(12), 0.7
    x = fitted(train, bandwidth=h).sample(np.zeros(60_000, np.int64), seed=0).x
    expected = np.cov(train.x.T, bias=True) + h**2 * np.eye(4)
    np.testing.assert_allclose(x.mean(axis=0), train.x.mean(axis=0), atol=0.03)
    np.testing.assert_allclose(np.cov(x.T), expected, atol=0.05)
    assert np.abs(expected - np.cov(train.x.T, bias=True)).max() > 0.4, "the kernel's part would show"


def test_a_bandwidth_towards_0_gives_copies() -> None:
    train = rows(6, 3)
    x = fitted(train, bandwidth=1e-12).sample(np.repeat([0, 1], 40), seed=0).x
    assert {row.tobytes() for row in x} == {row.tobytes() for row in train.x}


@pytest.mark.parametrize(("count", "features"), [(15, 1), (40, 3), (12, 30)])
def test_left_out_rows_are_as_likely_as_scikit_learn_finds_them_anywhere(count, features) -> None:
    x = rows(count, features=features).x.astype(np.float64)

    def likelihood(h: float) -> float:
        return cross_val_score(KernelDensity(bandwidth=h), x, cv=LeaveOneOut()).mean()

    best = cross_validated(x)
    others = best * np.geomspace(0.1, 10, 31)
    assert likelihood(best) >= max(map(likelihood, others)) - 0.01
    assert max(map(likelihood, (best / 3, best * 3))) < likelihood(best) - 0.05


def test_bandwidths_in_closed_form() -> None:
    # Two rows predict each other alone: their likelihood is that of one Gaussian, with d h^2 = |x_1 - x_2|^2.
    pair = np.array([[0.0, 0, 0, 0], [3.0, 0, 4, 0]])
    assert cross_validated(pair) == pytest.approx(5 / 2)
    x = rows(50, features=3).x.astype(np.float64)
    deviation = np.sqrt(x.var(axis=0, ddof=1).mean())
    train = Rows(x.astype(np.float32), np.zeros(50, np.int64))
    assert fitted(train, bandwidth="scott").densities[0].bandwidth == pytest.approx(deviation * 50 ** (-1 / 7))
    silverman = deviation * (50 * 5 / 4) ** (-1 / 7)
    assert fitted(train, bandwidth="silverman").densities[0].bandwidth == pytest.approx(silverman)


@pytest.mark.parametrize("bandwidth", WAYS[:3])
def test_bandwidths_follow_the_units_of_the_rows(bandwidth) -> None:
    train = rows(25)
    small, large = (fitted(Rows(train.x * scale, train.y), bandwidth=bandwidth) for scale in (1, 64))
    assert large.densities[0].bandwidth == pytest.approx(64 * small.densities[0].bandwidth)


def test_rows_that_are_there_twice_do_not_make_the_bandwidth_vanish() -> None:
    x = rows(20).x.astype(np.float64)
    assert cross_validated(np.vstack([x, x])) == pytest.approx(cross_validated(x), rel=0.1)


@pytest.mark.parametrize("bandwidth", WAYS[:3])
def test_equal_rows_are_given_back(bandwidth) -> None:
    train = Rows(np.full((5, 3), 0.25, np.float32), np.zeros(5, np.int64))
    np.testing.assert_array_equal(fitted(train, bandwidth=bandwidth).sample(train.y, seed=0).x, train.x)


def test_many_and_wide_rows_are_judged_by_some_of_them(monkeypatch) -> None:
    x = rows(400, features=300).x.astype(np.float64)
    every = cross_validated(x)
    monkeypatch.setattr("inn_experiments.synthesizers.classical.kde.JUDGED", 50)
    assert cross_validated(x) == pytest.approx(every, rel=0.05)


def test_bounded_samples_stay_in_the_unit_interval() -> None:
    train = rows(9)
    density = fitted(Rows(np.clip(train.x, 0, 1), train.y))
    free = density.sample(np.zeros(200, np.int64), seed=0).x
    density.bounded = True
    assert free.min() < 0 and free.max() > 1
    np.testing.assert_array_equal(density.sample(np.zeros(200, np.int64), seed=0).x, free.clip(0, 1))


def test_errors_name_what_is_wrong() -> None:
    with pytest.raises(UserError, match=r"class 1 has 1 training row\(s\); a bandwidth"):
        fitted(rows(4, 1))
    with pytest.raises(UserError, match="bandwidth is 0"):
        Kde(0)
    for wrong in ("wide", "-1", "true"):
        with pytest.raises(UserError, match=r"generator\.bandwidth"):
            config.compose("generator=kde", f"generator.bandwidth={wrong}")


@pytest.mark.parametrize("bandwidth", ["scott", "0.5", "2"])
def test_a_word_or_a_number_can_be_configured(bandwidth) -> None:
    assert (
        str(config.compose("generator=kde", f"generator.bandwidth={bandwidth}").build("generator").bandwidth)
        == bandwidth
    )
