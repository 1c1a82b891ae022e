"""Tests of normality: their size and power, and what is said of rows on their way into noise."""

from __future__ import annotations

import numpy as np
import pytest
from measured import claims, subject

from inn_experiments.contracts import UserError
from inn_experiments.data.toys.two_clusters import TwoClusters
from inn_experiments.maths.schedules import Linear
from inn_experiments.measures import normality
from inn_experiments.measures.normality import Normality, gaussian_tests, noised
from inn_experiments.measures.numbers import two_samples
from inn_experiments.measures.numbers.normality import bhep, excess_kurtosis, whitened

SPLIT = TwoClusters(rows=100, val_rows=0, test_rows=400, fresh_rows=0).load(seed=0, cache=None)


class Forward:
    """The way into noise of rows whose units are those that it is added in."""

    def __init__(self, steps: int = 20) -> None:
        self.alphas = Linear(steps=steps).levels()[0].numpy()

    def signal(self):
        return self.alphas

    def standardised(self, x):
        return np.asarray(x, np.float64)

    def diffuse(self, x, *, seed):
        rng = np.random.default_rng(seed)
        states = [np.asarray(x, np.float64)]
        for before, after in zip(self.alphas[:-1], self.alphas[1:], strict=True):
            states.append(noised(states[-1], np.array([before, after]), "gaussian", rng))
        return np.arange(len(states)), np.stack(states)

    def reverse(self, start, y, *, seed):
        raise AssertionError("not watched")

    score = freshness = reverse


def test_the_statistic_knows_no_affine_map_and_is_the_distance_of_characteristic_functions():
    rng = np.random.default_rng(0)
    x = rng.exponential(size=(60, 2))
    assert bhep(whitened(x)) == pytest.approx(bhep(whitened(x @ np.array([[2.0, 1.0], [0.0, 0.1]]) + 5)))
    z = whitened(x)
    np.testing.assert_allclose(z.T @ z / 60, np.eye(2), atol=1e-10)
    # Its definition, integrated: n times E |empirical - exact|^2 over frequencies ~ N(0, width I).
    width = (60 * 5 / 4) ** (2 / 6) / 2
    frequency = rng.normal(size=(200_000, 2)) * np.sqrt(width)
    gap = np.exp(1j * frequency @ z.T).mean(axis=1) - np.exp(-(frequency**2).sum(axis=1) / 2)
    assert bhep(z) == pytest.approx(60 * np.mean(np.abs(gap) ** 2), rel=0.02)


def test_kurtosis_of_known_laws():
    rng = np.random.default_rng(0)
    assert abs(excess_kurtosis(whitened(rng.normal(size=(50_000, 3))))) < 0.02
    # Of independent coordinates with kurtosis 1, d (d + 2) becomes d^2.
    assert excess_kurtosis(whitened(rng.choice([-1.0, 1.0], size=(20_000, 3)))) == pytest.approx(9 / 15 - 1, abs=0.01)


@pytest.mark.parametrize("d", [2, 10])
def test_the_tests_have_their_size_and_power(d):
    tests, rng = gaussian_tests(100, d, 0), np.random.default_rng(1)
    for test in tests.values():
        told = np.mean([test(rng.normal(size=(100, d))) for _ in range(300)])
        assert 0.01 < told < 0.11
        assert (
            np.mean([test(rng.choice([-1.0, 1.0], size=(100, d)) + 0.1 * rng.normal(size=(100, d))) for _ in range(20)])
            > 0.9
        )
    away = [3 + 2 * rng.normal(size=(100, d)) for _ in range(100)]
    assert np.mean([tests["shape"](x) for x in away]) < 0.15 and all(tests["limit"](x) for x in away)


def test_coins_become_gaussian_in_a_chain_and_not_in_one_draw():
    rng, path = np.random.default_rng(0), Linear(steps=1000).levels()[0].numpy()
    ends = {
        way: noised(np.zeros((2000, 1)), alphas, "coins", rng)
        for way, alphas in (("chain", path), ("one", path[[0, -1]]))
    }
    assert len(np.unique(ends["one"].round(6))) == 2 and len(np.unique(ends["chain"].round(6))) > 1000
    assert excess_kurtosis(whitened(ends["one"])) < -0.6 and excess_kurtosis(whitened(ends["chain"])) > -0.1


def test_two_clusters_are_told_at_once_and_not_in_the_end(monkeypatch):
    monkeypatch.setattr(two_samples, "TREES", 5)
    found = claims(Normality(rows=200, repeats=20)(subject(Forward(), SPLIT), seed=0))
    found = {key.removeprefix("normality/"): one for key, one in found.items()}
    assert found["0000_shape"].value == found["0000_limit"].value == 1 and found["0000_c2st"].value > 0.8
    assert found["0020_shape"].value < 0.3 and found["0000_kurtosis"].value < -0.2
    assert found["gaussian_shape"].value < 0.3 and found["gaussian_shape"].chance == 0.05
    assert 0 < found["shape_level"].value <= 1
    assert found["gaussian_one" + "_shape"].value < 0.3 and found["coins_one_shape"].value == 1
    assert all(one.low <= one.value <= one.high for key, one in found.items() if one.low is not None)
    assert normality.FEW > normality.SIZE


def test_samples_that_are_too_large_are_refused():
    for rows in (2, 401):
        with pytest.raises(UserError, match=f"claims.rows is {rows}"):
            Normality(rows=rows).check(SPLIT, seed=0)
    Normality().check(SPLIT, seed=0)
    with pytest.raises(UserError, match="generator=diffusion"):
        Normality()(subject(object(), SPLIT), seed=0)
