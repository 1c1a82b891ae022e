"""Errors against closed forms, and trivial predictors that are what they say."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from inn_experiments.contracts import Rows, UserError
from inn_experiments.measures.numbers.errors import direction_errors, frechet, histogram_kl, trivial_errors

RNG = np.random.default_rng(0)


def test_all_errors_are_zero_at_equality_and_shape_matters():
    x = RNG.normal(size=(50, 6))
    assert direction_errors(x, x) == pytest.approx({"mse": 0, "mae": 0, "kl": 0, "fid": 0}, abs=1e-9)
    with pytest.raises(ValueError, match="one shape"):
        direction_errors(x, x[:3])


def test_frechet_of_a_shift_is_its_squared_length_and_agrees_with_scipy():
    a = RNG.normal(size=(200, 5))
    assert frechet(a + 2, a) == pytest.approx(5 * 4)
    b = RNG.normal(size=(300, 5)) @ RNG.normal(size=(5, 5))
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real)
    assert frechet(a, b, shrinkage=0) == pytest.approx(expected, rel=1e-8)
    assert frechet(a, b) == pytest.approx(frechet(b, a))


def test_frechet_with_fewer_rows_than_features_equals_the_full_computation():
    a, b = RNG.normal(size=(6, 30)), 2 * RNG.normal(size=(7, 30))
    shrunken = []
    for z in (a, b):
        covariance = np.cov(z.T)
        shrunken.append(0.9 * covariance + 0.1 * np.trace(covariance) / 30 * np.eye(30))
    cross = np.trace(sqrtm(shrunken[0] @ shrunken[1]).real)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(shrunken[0] + shrunken[1]) - 2 * cross
    assert frechet(a, b, shrinkage=0.1) == pytest.approx(expected, rel=1e-6)


def test_histogram_kl_is_finite_for_collapse_constants_and_outliers():
    x = RNG.normal(size=(100, 3))
    x[:, 2] = 0.5
    assert histogram_kl(x, x) == pytest.approx(0, abs=1e-12)
    for other in (np.zeros((100, 3)), x + 1e9, np.full((4, 3), -np.float64(1e300))):
        assert 0 < histogram_kl(other, x) < np.inf


def test_histogram_kl_estimates_the_gaussian_divergence():
    reference, a = RNG.normal(size=(100_000, 1)), 0.5 + RNG.normal(size=(100_000, 1))
    assert histogram_kl(a, reference, bins=40) == pytest.approx(0.5**2 / 2, rel=0.1)


def test_trivial_predictors_on_a_linear_problem():
    mixing = RNG.normal(size=(4, 4))
    y = np.repeat([0, 1], 100)
    clean = RNG.normal(size=(200, 4)) + 3 * y[:, None]
    given = clean @ mixing
    even, odd = slice(0, None, 2), slice(1, None, 2)
    test = Rows(clean[odd], y[odd])
    errors = trivial_errors(given[even], Rows(clean[even], y[even]), given[odd], test)
    assert set(errors) == {"zeros", "global_mean", "class_mean", "identity", "linear"}
    assert errors["linear"]["mse"] < 1e-3
    assert errors["zeros"]["mse"] == pytest.approx(np.mean(clean[odd] ** 2))
    assert errors["class_mean"]["mse"] == pytest.approx(1, abs=0.2)
    assert errors["class_mean"]["mse"] < errors["global_mean"]["mse"] < errors["zeros"]["mse"]
    assert errors["identity"]["mse"] == pytest.approx(np.mean((given[odd] - clean[odd]) ** 2))
    assert min(errors, key=lambda predictor: errors[predictor]["mse"]) == "linear"
    with pytest.raises(UserError, match="class 1"):
        trivial_errors(given[:50], Rows(clean[:50], y[:50]), given[odd], test)
