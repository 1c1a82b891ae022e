"""The classical synthesizers keep the contract and do what their names say."""

import numpy as np
import pytest

from inn_experiments.contracts import About, Rows, Synthesizer, UserError
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex
from inn_experiments.synthesizers.classical.gaussian import Gaussian
from inn_experiments.synthesizers.classical.jitter import Jitter
from inn_experiments.synthesizers.classical.smote import Smote
from inn_experiments.training.files import load, write

ALL = (Convex, Smote, Gaussian, Bootstrap, Jitter)
UNKNOWN = About()
LABELS = np.array([2, 0, 0, 1, 2, 2, 2, 0, 1])


@pytest.fixture
def train() -> Rows:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [30, 3, 12])
    return Rows((rng.normal(size=(45, 7)) + 10 * y[:, None]).astype(np.float32), y.astype(np.int64))


def fitted(kind, train, about=UNKNOWN, **options):
    synthesizer = kind(**options)
    synthesizer.fit(train, about, seed=3)
    return synthesizer


@pytest.mark.parametrize("kind", ALL)
def test_contract_fresh_and_after_save_and_load(kind, train, tmp_path):
    synthesizer = fitted(kind, train)
    assert isinstance(synthesizer, Synthesizer)
    samples = synthesizer.sample(LABELS, seed=1)
    assert samples.x.shape == (len(LABELS), 7) and samples.x.dtype == np.float32
    assert np.isfinite(samples.x).all()
    np.testing.assert_array_equal(samples.y, LABELS)
    # Classes lie ten standard deviations apart, so a row of the wrong class would show.
    np.testing.assert_array_equal(np.round(samples.x.mean(axis=1) / 10), LABELS)
    np.testing.assert_array_equal(samples.x, synthesizer.sample(LABELS, seed=1).x)
    assert not np.array_equal(samples.x, synthesizer.sample(LABELS, seed=2).x)
    write(tmp_path / "model", synthesizer.state())
    assert {path.name for path in (tmp_path / "model").iterdir()} == {"weights.pt", "trained.json"}
    loaded = kind()
    load(loaded, tmp_path / "model")
    np.testing.assert_array_equal(samples.x, loaded.sample(LABELS, seed=1).x)


@pytest.mark.parametrize("kind", ALL)
def test_other_classes_do_not_change_a_class(kind, train):
    synthesizer = fitted(kind, train)
    together, alone = synthesizer.sample(LABELS, seed=1), synthesizer.sample(LABELS[LABELS == 2], seed=1)
    np.testing.assert_array_equal(together.x[LABELS == 2], alone.x)


@pytest.mark.parametrize("kind", ALL)
def test_bounded_samples_stay_in_the_unit_interval(kind, train):
    unit = Rows(np.clip(train.x - 10 * train.y[:, None], 0, 1).astype(np.float32), train.y)
    synthesizer = fitted(kind, unit, About(bounded=True))
    x = synthesizer.sample(np.repeat(LABELS, 20), seed=0).x
    assert x.min() >= 0 and x.max() <= 1


@pytest.mark.parametrize("kind", ALL)
def test_errors_name_what_is_wrong(kind, train, tmp_path):
    with pytest.raises(UserError, match="class 7"):
        fitted(kind, train).sample(np.array([0, 7]), seed=0)
    with pytest.raises(UserError, match="before fit"):
        kind().sample(LABELS, seed=0)
    with pytest.raises(UserError, match="missing"):
        load(kind(), tmp_path)


@pytest.mark.parametrize("kind", (Convex, Smote, Gaussian))
def test_a_class_with_one_row_is_named(kind, train):
    with pytest.raises(UserError, match="class 1 has 1 training row"):
        fitted(kind, train.take(np.r_[0:31, 33:45]))


def test_convex_rows_lie_on_segments_between_two_different_rows():
    corners = Rows(np.eye(3, dtype=np.float32), np.zeros(3, dtype=np.int64))
    x = fitted(Convex, corners).sample(np.zeros(3000, dtype=np.int64), seed=0).x
    np.testing.assert_allclose(x.sum(axis=1), 1, atol=1e-6)
    assert ((x > 0).sum(axis=1) == 2).mean() > 0.99
    larger = x.max(axis=1)
    assert abs(larger.mean() - 0.75) < 0.01  # max(lam, 1 - lam) of a uniform lam


def test_bootstrap_gives_training_rows_and_jitter_moves_them_by_its_scale(train):
    labels = np.zeros(4000, dtype=np.int64)
    copies = fitted(Bootstrap, train).sample(labels, seed=0).x
    assert {row.tobytes() for row in copies} <= {row.tobytes() for row in train.x[train.y == 0]}
    still = fitted(Jitter, train, scale=0.0).sample(labels, seed=0).x
    moved = fitted(Jitter, train, scale=0.2).sample(labels, seed=0).x
    np.testing.assert_allclose((moved - still).std(axis=0), 0.2 * train.x.std(axis=0), rtol=0.05)
    with pytest.raises(UserError, match="scale"):
        Jitter(scale=-1.0)


@pytest.mark.parametrize("shrinkage", ("ledoit_wolf", "oas"))
def test_gaussian_draws_have_scikit_learns_shrunken_moments(train, shrinkage):
    from sklearn.covariance import OAS, LedoitWolf

    estimator = {"ledoit_wolf": LedoitWolf, "oas": OAS}[shrinkage]()
    rows = train.x[train.y == 2].astype(np.float64)
    x = fitted(Gaussian, train, shrinkage=shrinkage).sample(np.full(40_000, 2), seed=0).x
    np.testing.assert_allclose(x.mean(axis=0), rows.mean(axis=0), atol=0.03)
    np.testing.assert_allclose(np.cov(x.T), estimator.fit(rows).covariance_, atol=0.05)


def test_gaussian_shrinks_where_singular_alone():
    from sklearn.covariance import LedoitWolf

    rng, counts = np.random.default_rng(1), (8, 9, 3)
    y = np.repeat(np.arange(3), counts)
    scales = np.geomspace(0.1, 3, 8)
    rows = Rows((rng.normal(size=(20, 8)) * scales).astype(np.float32), y.astype(np.int64))
    free, everywhere = fitted(Gaussian, rows, shrinkage="where_singular"), fitted(Gaussian, rows)
    # Of d + 1 rows the covariance is invertible, of d rows it is not.
    assert free.rho[1] == 0 and everywhere.rho[1] > 0
    assert free.rho[0] == everywhere.rho[0] > 0 and free.rho[2] == everywhere.rho[2] > 0
    labels = np.repeat([0, 1], 60_000)
    x = free.sample(labels, seed=0).x / scales
    full = np.cov(rows.x[y == 1].T / scales[:, None], bias=True)
    shrunk = LedoitWolf().fit(rows.x[y == 0].astype(np.float64)).covariance_ / np.outer(scales, scales)
    np.testing.assert_allclose(np.cov(x[labels == 1].T), full, atol=0.05)
    np.testing.assert_allclose(np.cov(x[labels == 0].T), shrunk, rtol=0.05, atol=0.05 * shrunk.diagonal().max())
    np.testing.assert_array_equal(everywhere.sample(labels[:9], seed=0).x, free.sample(labels[:9], seed=0).x)


def test_copies_without_replacement_double_a_class_exactly(train):
    counts = np.bincount(train.y)
    generator = Bootstrap(replacement=False)
    generator.fit(train, About(), seed=0)
    copies = generator.sample(np.repeat(train.y, 2), seed=0).x
    for label, count in enumerate(counts):
        found = np.unique(copies[np.repeat(train.y, 2) == label], axis=0, return_counts=True)[1]
        assert len(found) == count and (found == 2).all()
    assert generator.sample(np.empty(0, np.int64), seed=0).x.shape == (0, train.x.shape[1])


def test_a_gaussian_of_two_rows_a_class_has_no_holes():
    """Rounding may leave a shrinkage just below 0, which has no root."""
    for seed in range(20):
        x = np.random.default_rng(seed).normal(size=(2, 20)).astype(np.float32)
        generator = Gaussian()
        generator.fit(Rows(x, np.zeros(2, np.int64)), About(), seed=0)
        assert np.isfinite(generator.sample(np.zeros(5, np.int64), seed=1).x).all()
