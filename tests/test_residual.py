"""Directions that a generator does not learn: they are completed within the class, by a law or by copies."""

from __future__ import annotations

import cells
import numpy as np
import pytest
from test_latent import ABOUT, LABELS, TRAIN, VAL, plain

from inn_experiments.autoencoders.residual import RIDGES, Residual, copied, mixed, regression
from inn_experiments.contracts import UserError
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.latent import Latent
from inn_experiments.training.files import load, write


def related(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of two classes, in which the first four directions follow from the last two, and have noise of their own."""
    rng, y = np.random.default_rng(seed), np.arange(n) % 2
    lead = rng.normal(size=(n, 2))
    maps = rng.normal(size=(2, 2, 4))
    rest = np.einsum("nl,nlr->nr", lead, maps[y]) + 0.5 * (1 + y[:, None]) * rng.normal(size=(n, 4))
    return np.concatenate([rest, lead], axis=1).astype(np.float32), y


def completed(kind: str, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    z, y = related(2 * n)
    residual = Residual(kind, 2)
    assert residual.fit(z[:n], y[:n]).tolist() == z[:n, -2:].tolist()
    return z, y, residual.complete(z[n:, -2:], y[n:], seed=3)


@pytest.mark.parametrize("kind", ["local", "bootstrap"])
def test_the_leading_directions_are_kept_and_the_rest_has_the_classes_own_moments(kind: str) -> None:
    z, y, found = completed(kind, 2000)
    np.testing.assert_array_equal(found[:, -2:], z[2000:, -2:])
    for label in (0, 1):
        made, real = (rows[y[2000:] == label] for rows in (found, z[2000:]))
        np.testing.assert_allclose(np.cov(made.T), np.cov(real.T), atol=0.35, rtol=0.15)


def test_bootstrap_copies_the_nearest_row_of_the_class_and_local_copies_none() -> None:
    z, y, found = completed("bootstrap")
    train = {tuple(row) for row in z[:400, :4].tolist()}
    assert all(tuple(row) in train for row in found[:, :4].tolist())
    nearest = [
        z[:400][y[:400] == label][np.argmin(np.linalg.norm(z[:400][y[:400] == label][:, -2:] - row, axis=1)), :4]
        for row, label in zip(z[400:, -2:], y[400:], strict=True)
    ]
    np.testing.assert_array_equal(found[:, :4], nearest)
    _, _, drawn = completed("local")
    assert not any(tuple(row) in train for row in drawn[:, :4].tolist())


def left_out(x: np.ndarray, y: np.ndarray, ridge: float) -> float:
    """The mean squared error of a ridge regression fitted without each row in turn, its intercept not penalised."""
    errors = []
    for row in range(len(x)):
        rest = np.arange(len(x)) != row
        a, b = x[rest] - x[rest].mean(0), y[rest] - y[rest].mean(0)
        weights = np.linalg.solve(a.T @ a + ridge * np.eye(x.shape[1]), a.T @ b)
        errors.append(y[row] - y[rest].mean(0) - (x[row] - x[rest].mean(0)) @ weights)
    return float(np.mean(np.square(errors)))


@pytest.mark.parametrize("related", [0.0, 1.0])
def test_the_map_is_the_one_that_errs_least_on_rows_left_out(related: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(14, 3))
    y = related * x @ rng.normal(size=(3, 2)) + 0.3 * rng.normal(size=(14, 2))
    x, y = x - x.mean(0), y - y.mean(0)
    finite = {ridge: left_out(x, y, ridge) for ridge in RIDGES if np.isfinite(ridge)}
    alone = np.mean(np.square([y[row] - np.delete(y, row, 0).mean(0) for row in range(14)]))
    best = min(finite, key=finite.get)
    expected = np.linalg.solve(x.T @ x + best * np.eye(3), x.T @ y) if finite[best] < alone else np.zeros((3, 2))
    np.testing.assert_allclose(regression(x, y), expected, atol=1e-6)


@pytest.mark.parametrize("made", [copied, mixed])
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_few_rows_of_a_class_are_enough(made, rows: int) -> None:
    rng = np.random.default_rng(0)
    first, rest = rng.normal(size=(rows, 3)), rng.normal(size=(rows, 4))
    found = made(first, rest, rng.normal(size=(7, 3)), rng)
    assert found.shape == (7, 4) and np.isfinite(found).all()


def test_the_same_seed_completes_alike_and_a_class_without_rows_has_those_of_all() -> None:
    z, y = related()
    residual = Residual("local", 2)
    residual.fit(z, y)
    asked = np.array([0, 1, 7])
    first, again, other = (residual.complete(z[:3, -2:], asked, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.isfinite(first).all() and not np.array_equal(first, other)


def test_inside_an_autoencoder_it_is_kept_and_read_again(tmp_path) -> None:
    def make() -> Latent:
        return Latent(plain(normalise="whitened", leading=2, residual="local"), Bootstrap())

    latent = make()
    latent.fit(TRAIN, ABOUT, seed=5, val=VAL)
    samples = latent.sample(LABELS, seed=1)
    assert latent.generator.sample(LABELS, seed=1).x.shape == (5, 2) and samples.latent.shape == (5, 5)
    write(tmp_path / "kept", latent.state())
    again = make()
    load(again, tmp_path / "kept")
    np.testing.assert_array_equal(again.sample(LABELS, seed=1).x, samples.x)


def test_settings_that_cannot_go_are_refused_in_words() -> None:
    with pytest.raises(UserError, match=r"autoencoder.leading=2: only whitened latents .*normalise=whitened"):
        plain(leading=2)
    latent = Latent(plain(normalise="whitened", leading=9), Bootstrap())
    with pytest.raises(UserError, match=r"autoencoder.leading is 9: the latents have 5 directions"):
        latent.fit(TRAIN, ABOUT, seed=0)


def test_the_two_ways_to_complete_share_one_training() -> None:
    base = (*cells.short(1), "generator=diffusion", "network=mlp", "schedule.steps=20", "sampler.steps=5")
    base += ("autoencoder=plain", "autoencoder.normalise=whitened", "autoencoder.leading=3")
    keys = {
        cells.training(*base, f"autoencoder.residual={kind}", of=cells.unbounded()) for kind in ("local", "bootstrap")
    }
    assert len(keys) == 1
    assert keys != {cells.training(*base, "autoencoder.leading=4", of=cells.unbounded())}


def test_another_way_is_refused_by_name() -> None:
    with pytest.raises(UserError, match=r"autoencoder.residual.*copy.*local"):
        cells.composed("generator=gaussian", "autoencoder=plain", "autoencoder.residual=copy")
