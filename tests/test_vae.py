"""The VAE: closed forms of its bound, the linear case that is solved, classes, noise; its autoencoder."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from inn_experiments.autoencoders.vae import Vae as AutoencoderVae
from inn_experiments.conditioning.kinds import Label, Nothing
from inn_experiments.contracts import About, Rows, UserError
from inn_experiments.maths.moments import Moments
from inn_experiments.nets.variational import VariationalAutoencoder, divergence
from inn_experiments.synthesizers.vae import Vae
from inn_experiments.training.files import load, write
from inn_experiments.training.objectives import Evidence
from inn_experiments.training.trainer import Trainer

UNKNOWN = About()
CENTRES = np.array([[4.0, 0.0, 1.0], [-2.0, 3.0, 1.0], [0.0, -3.0, 6.0]])


def rows(count: int = 600, deviation: float = 0.5, seed: int = 0) -> Rows:
    """Three classes around CENTRES, in units far from standard."""
    y = np.arange(count) % 3
    noise = deviation * np.random.default_rng(seed).standard_normal((count, 3))
    return Rows((10 + CENTRES[y] + noise).astype(np.float32), y)


def built(conditioning=None, epochs: int = 2, learning_rate: float = 3e-3, **options) -> Vae:
    trainer = Trainer(epochs=epochs, batch=100, learning_rate=learning_rate, weight_decay=0.0, progress=False)
    return Vae(conditioning or Label(), trainer, **{"latent": 2, "hidden": 32, **options})


def fitted(train: Rows | None = None, about: About = UNKNOWN, **options) -> Vae:
    made = built(**options)
    made.fit(train or rows(), about, seed=0, val=train or rows(60, seed=1))
    return made


def autoencoder(**settings) -> AutoencoderVae:
    usual = {"latent": 2, "hidden": 32, "epochs": 60, "batch": 50, "learning_rate": 3e-3, **settings}
    return AutoencoderVae(Trainer(progress=False, weight_decay=0.0), **usual)


def test_the_divergence_is_that_of_gaussians():
    torch.manual_seed(0)
    mean, log_variance = torch.randn(2, 50, 7, dtype=torch.float64)
    prior = Normal(torch.zeros_like(mean), torch.ones_like(mean))
    expected = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), prior).sum(1)
    torch.testing.assert_close(divergence(mean, log_variance), expected)
    assert divergence(torch.zeros(1, 3), torch.zeros(1, 3)).item() == 0


def test_the_surprise_is_that_of_gaussians_at_the_best_noise_level():
    torch.manual_seed(0)
    net = VariationalAutoencoder(5, 0, 2, 8, 2).double()
    net.set_units(Moments(np.zeros(5), 3.0, 2.0, 1.0))
    x, decoded = 3 + 2 * torch.randn(2, 40, 5, dtype=torch.float64)
    squares = net.squares(x, decoded)
    net.follow(squares, 5)
    level = float(net.variance)
    assert level == pytest.approx(float(((x - decoded) / 2).square().mean()))
    expected = -Normal((decoded - 3) / 2, level**0.5).log_prob((x - 3) / 2).sum(1)
    torch.testing.assert_close(net.surprise(squares, 5), expected)
    at_best = float(net.surprise(squares, 5).mean())
    for other in (0.9, 1.1):
        net.variance.fill_(other * level)
        assert float(net.surprise(squares, 5).mean()) > at_best


def test_the_loss_is_its_two_parts():
    torch.manual_seed(0)
    net, x = VariationalAutoencoder(5, 0, 2, 8, 2), torch.randn(40, 5)
    objective = Evidence(net, 0.25, torch.Generator().manual_seed(0), None)
    with torch.no_grad():
        terms = objective.terms((x, x[:, :0]))
        expected = divergence(*net.encode(x, x[:, :0])).mean()
    loss, reconstruction, kl = terms.values()
    assert float(loss) == pytest.approx(float(reconstruction + 0.25 * kl), rel=1e-6)
    assert float(kl) == pytest.approx(float(expected), rel=1e-6)


def test_linear_halves_find_probabilistic_principal_components():
    """Tipping and Bishop 1999: C = W W' + s I, the largest directions kept, s the mean of the others."""
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    x = (rng.standard_normal((2000, 5)) * [3.0, 2.0, 0.6, 0.5, 0.4] @ turn + 7).astype(np.float32)
    train = Rows(x, np.zeros(2000, int))
    made = fitted(train, conditioning=Nothing(), layers=1, epochs=100, learning_rate=1e-2)
    values, vectors = np.linalg.eigh(np.cov(x.T))
    left = values[:3].mean()
    expected = left * np.eye(5) + (vectors[:, 3:] * (values[3:] - left)) @ vectors[:, 3:].T
    noise = float(made.net.variance * made.net.deviation**2)
    assert noise == pytest.approx(left, rel=0.08)
    sampled = made.sample(np.zeros(20_000, int), seed=1).x
    assert np.abs(np.cov(sampled.T) - expected).max() < 0.08 * values[-1]
    assert np.abs(sampled.mean(0) - x.mean(0)).max() < 0.15
    # The marginal likelihood bounds the evidence bound, and a linear one reaches it (Lucas et al. 2019).
    inverse = np.linalg.inv(expected)
    centred = x - x.mean(0)
    best = 0.5 * (
        np.einsum("ni,ij,nj->n", centred, inverse, centred).mean()
        + np.linalg.slogdet(expected)[1]
        + 5 * np.log(2 * np.pi)
    ) - 5 * np.log(float(made.net.deviation))
    assert made.curves["train/loss"][1][-1] == pytest.approx(best, abs=0.1)


def test_classes_are_learned_where_they_are():
    made = fitted(epochs=60)
    x = made.sample(np.repeat([0, 1, 2], 300), seed=1).x.reshape(3, 300, 3)
    assert np.abs(x.mean(1) - 10 - CENTRES).max() < 0.4
    assert 0.35 < x.std(1).mean() < 0.75
    loss = made.curves["train/loss"][1]
    assert loss[-1] < loss[0] and made.curves["val/loss"][0] == [20, 40, 60]
    assert set(made.curves) == {"train/loss", "train/reconstruction", "train/kl", "val/loss"}


def test_noise_changes_rows_but_not_the_training(tmp_path):
    noisy, plain = fitted(noise=True), built(noise=False)
    write(tmp_path, noisy.state())
    load(plain, tmp_path)
    y = np.zeros(3000, int)
    difference = noisy.sample(y, seed=0).x - plain.sample(y, seed=0).x
    level = float(noisy.net.deviation * noisy.net.variance.sqrt())
    assert difference.std() == pytest.approx(level, rel=0.05) and level > 0


def test_bounded_rows_stay_in_the_unit_interval_and_have_no_noise_unless_asked():
    unit, made = Rows((rows().x / 20 - 0.5).clip(0, 1), rows().y), []
    for noise in (True, False, None):
        made.append(fitted(unit, About(bounded=True), noise=noise).sample(np.arange(600) % 3, seed=0).x)
        assert made[-1].min() >= 0 and made[-1].max() <= 1
    np.testing.assert_array_equal(made[1], made[2])
    assert not np.array_equal(made[0], made[1])
    noisy, usual = (fitted(noise=noise).sample([0, 1], seed=0).x for noise in (True, None))
    np.testing.assert_array_equal(noisy, usual)


def test_validation_rows_and_their_absence_do_not_change_the_training():
    made = [built(epochs=20), built(epochs=20)]
    for each, val in zip(made, (rows(60, seed=1), rows(0)), strict=True):
        each.fit(rows(), About(), seed=0, val=val)
    assert "val/loss" in made[0].curves and "val/loss" not in made[1].curves
    np.testing.assert_array_equal(*(each.sample([0, 1], seed=0).x for each in made))


def test_an_unknown_label_and_a_divergence_are_named():
    with pytest.raises(UserError, match="no training row has label 3"):
        fitted().sample(np.array([0, 3]), seed=0)
    with pytest.raises(UserError, match=r"training diverged.*trainer\.learning_rate"):
        built(learning_rate=1e30, epochs=5).fit(rows(), About(), seed=0)
    with pytest.raises(UserError, match=r"training diverged.*autoencoder\.learning_rate"):
        autoencoder(learning_rate=1e30).fit(rows(), About(), seed=0)


def test_the_autoencoder_gives_rows_back_and_its_latents_are_near_the_prior(tmp_path):
    made, train = autoencoder(), rows()
    made.fit(train, About(), seed=0, val=rows(60, seed=1))
    latents = made.encode(train.x)
    assert latents.shape == (600, 2) and made.name == "vae"
    error = np.square(made.decode(latents) - train.x).mean()
    assert error < 0.2 * np.square(train.x - train.x.mean(0)).mean()
    # The posteriors' means and what is left of them average to the prior's variance.
    with torch.no_grad():
        mean, log_variance = made.net.encode(torch.from_numpy(train.x), torch.zeros(600, 0))
    total = mean.var(0) + log_variance.exp().mean(0)
    assert ((total > 0.6) & (total < 1.6)).all()
    write(tmp_path, made.state())
    loaded = autoencoder(latent=9, hidden=5)
    load(loaded, tmp_path)
    np.testing.assert_array_equal(loaded.decode(loaded.encode(train.x)), made.decode(latents))


def test_a_linear_autoencoder_describes_itself(tmp_path):
    made = autoencoder(layers=1, epochs=2)
    made.fit(rows(), About(), seed=0)
    write(tmp_path, made.state())
    loaded = autoencoder()
    load(loaded, tmp_path)
    np.testing.assert_array_equal(loaded.encode(rows().x), made.encode(rows().x))
