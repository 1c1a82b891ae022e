"""The test of normality: its level and its power, and what the measure says of latents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from measured import claims, subject

from inn_experiments.contracts import Rows, Samples, Split, UserError
from inn_experiments.data.scaling import BasePeak
from inn_experiments.measures.gaussianity import Gaussianity
from inn_experiments.measures.numbers.normality import (
    Law,
    fisher,
    heavy_tailed,
    henze_zirkler,
    leading_scores,
    null,
    p_values,
    statistics,
)

WIDE = 60


def rows(n: int, seed: int, clusters: bool = False) -> np.ndarray:
    """Rows (n, 60) with few directions that matter, of one Gaussian or of two far apart."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, WIDE)) * np.geomspace(1, 0.02, WIDE)
    if clusters:
        x[:, 0] = 3 * rng.choice([-1.0, 1.0], n) + 0.3 * x[:, 0]
    return x @ np.linalg.qr(np.random.default_rng(9).normal(size=(WIDE, WIDE)))[0]


def split(train: np.ndarray, y: np.ndarray) -> Split:
    part = Rows(train.astype(np.float32), y)
    none, places = part.take(np.arange(0)), np.arange(train.shape[1])
    names = tuple(f"class {label}" for label in range(int(y.max()) + 1))
    return Split(part, none, part, part, names, places, "value", BasePeak(), False, "toy")


class Same:
    """A synthesizer whose latents are its rows."""

    encode = staticmethod(lambda x: x)
    decode = staticmethod(lambda z: z)


def measured(of: Split, **settings) -> dict:
    about = replace(subject(Same(), of), samples=Samples(of.test.x, of.test.y, latent=of.test.x))
    return {
        key.removeprefix("gaussianity/"): claim
        for key, claim in claims(Gaussianity(**{"draws": 400, "samples": 100, **settings})(about, seed=0)).items()
    }


def test_the_statistic_is_the_sum_of_its_definition_and_knows_no_linear_map() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 12, 2)) ** 3
    scores = leading_scores(x, 2)
    assert scores.mean(axis=1) == pytest.approx(np.zeros((1, 2)), abs=1e-12)
    assert scores[0].T @ scores[0] / 12 == pytest.approx(np.eye(2), abs=1e-9)
    turned = leading_scores(x @ np.array([[2.0, 1.0], [0.0, 0.5]]) + 7, 2)
    assert henze_zirkler(turned) == pytest.approx(henze_zirkler(scores))
    n, k, z = 12, 2, scores[0]
    beta = (n * (2 * k + 1) / 4) ** (1 / (k + 4)) / np.sqrt(2)
    pairs = sum(np.exp(-(beta**2) / 2 * np.sum((a - b) ** 2)) for a in z for b in z) / n
    single = sum(np.exp(-(beta**2) / (2 * (1 + beta**2)) * a @ a) for a in z)
    by_hand = pairs - 2 * (1 + beta**2) ** -1 * single + n * (1 + 2 * beta**2) ** -1
    assert henze_zirkler(scores)[0] == pytest.approx(by_hand)


def test_the_level_holds_and_the_alternatives_are_seen() -> None:
    rng = np.random.default_rng(3)
    law, under_null = Law.of(rows(30, 4)), null(30, 3, 1000, rng)
    gaussian = law.draw(300, rng)

    def rejected(x: np.ndarray) -> float:
        return float(np.mean(p_values(statistics(x, 3), under_null) < 0.05))

    assert rejected(gaussian) < 0.09
    assert rejected(heavy_tailed(gaussian, rng)) > 0.9
    assert rejected(law.two_clusters(gaussian, rng)) > rejected(gaussian)


def test_the_fitted_law_has_the_shrunken_covariance() -> None:
    from sklearn.covariance import ledoit_wolf

    x = rows(25, 5)
    law = Law.of(x)
    drawn = law.draw(2000, np.random.default_rng(0)).reshape(-1, WIDE)
    expected = ledoit_wolf(x)[0]
    assert np.abs(np.cov(drawn, rowvar=False) - expected).max() < 0.05 * expected.max()
    two = law.two_clusters(drawn[None], np.random.default_rng(1))[0]
    assert np.abs(np.cov(two, rowvar=False) - expected).max() < 0.1 * expected.max()


def test_p_values_are_never_zero_and_fisher_adds_them_up() -> None:
    assert p_values(np.array([9.0, -1.0]), np.arange(4.0)).tolist() == [0.2, 1.0]
    assert fisher(np.array([[0.5], [0.5]]))[0] > 0.5 and fisher(np.array([[0.03], [0.04]]))[0] < 0.01


def test_clusters_are_rejected_and_one_gaussian_a_class_is_not() -> None:
    y = np.repeat([0, 1], 40)
    good = measured(split(np.concatenate([rows(40, 11), rows(40, 2)]), y))
    bad = measured(split(np.concatenate([rows(40, 11), rows(40, 2, clusters=True)]), y))
    assert good["rejected"].value == 0 and good["rejected"].p > 0.05
    assert bad["rejected"].value == 1 and bad["rejected/class 1"].p < 0.01 < bad["rejected/class 0"].p
    assert bad["holm"].value == 0.5
    assert good["rejected"].chance < 0.15 and good["rejected"].n == 80
    assert good["power_tails"].value > 0.9
    assert {"c2st/generated", "c2st/second"} <= good.keys()


def test_a_class_with_few_rows_is_left_out_with_a_word_and_none_is_refused() -> None:
    y = np.repeat([0, 1], [20, 4])
    with pytest.warns(UserWarning, match="class 1"):
        found = measured(split(rows(24, 1), y))
    assert "rejected/class 0" in found and "rejected/class 1" not in found
    with pytest.raises(UserError, match="6 training rows"):
        Gaussianity().check(split(rows(8, 1), np.repeat([0, 1], 4)), seed=0)
