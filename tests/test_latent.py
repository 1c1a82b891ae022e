"""The latent synthesizer: any generator inside any autoencoder, as one synthesizer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from inn_experiments.autoencoders.plain import Plain
from inn_experiments.contracts import About, Invertible, Rows, Samples, Synthesizer, UserError
from inn_experiments.maths.corruption import Gaussian as GaussianNoise
from inn_experiments.maths.losses import Mse
from inn_experiments.maths.parameterization import X0
from inn_experiments.maths.primes import Orthogonal
from inn_experiments.maths.schedules import Cosine
from inn_experiments.methods.implicit import Implicit
from inn_experiments.nets.point_unet import PointUNet
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.gaussian import Gaussian
from inn_experiments.synthesizers.inn import Inn
from inn_experiments.synthesizers.latent import Latent
from inn_experiments.training.files import load, write
from inn_experiments.training.trained import Fitted
from inn_experiments.training.trainer import Trainer

LABELS = np.array([2, 0, 0, 1, 2])


def spectra(rows: int = 36, seed: int = 0) -> Rows:
    """Rows in [0, 1], 16 wide, of three classes with one peak each on a noisy ground."""
    rng, y = np.random.default_rng(seed), np.arange(rows) % 3
    peaks = np.exp(-0.5 * (np.arange(16) - 4 * y[:, None] - 3) ** 2)
    x = np.clip(peaks + 0.3 * rng.random((rows, 16)) - 0.1, 0, None)
    return Rows((x / x.max(1, keepdims=True)).astype(np.float32), y.astype(np.int64))


TRAIN, VAL, ABOUT = spectra(), spectra(9, seed=1), About(bounded=True)


def plain(**settings) -> Plain:
    numbers = {"latent": 5, "layers": 2, "epochs": 4, "batch": 16, "learning_rate": 3e-3}
    return Plain(Trainer(progress=False), **{**numbers, **settings})


def inn() -> Inn:
    """An inversion generator for rows without bounds, after two epochs."""
    network = partial(PointUNet, hidden=8, embedding=4, layers=1)
    trainer = Trainer(epochs=2, batch=16, progress=False)
    return Inn(network, Implicit(), Orthogonal(), GaussianNoise(), Mse(), X0(), Cosine(), trainer)


MAKERS = {
    "plain, bootstrap": lambda: Latent(plain(), Bootstrap()),
    "plain, gaussian": lambda: Latent(plain(), Gaussian()),
    "plain, inn": lambda: Latent(plain(), inn()),
}


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest):
    return MAKERS[request.param]


def fitted(latent: Latent, seed: int = 5) -> Latent:
    latent.fit(TRAIN, ABOUT, seed=seed, val=VAL)
    return latent


def test_it_is_a_synthesizer_without_directions(make):
    latent = fitted(make())
    assert isinstance(latent, Synthesizer) and not isinstance(latent, Invertible)
    before = TRAIN.x.copy()
    samples = latent.sample(LABELS, seed=1)
    assert samples.x.shape == (5, 16) and samples.x.dtype == np.float32
    assert samples.x.min() >= 0 and samples.x.max() <= 1
    np.testing.assert_array_equal(samples.y, LABELS)
    np.testing.assert_array_equal(latent.decode(samples.latent), samples.x)
    np.testing.assert_array_equal(latent.sample(LABELS, seed=1).x, samples.x)
    assert not np.array_equal(latent.sample(LABELS, seed=2).latent, samples.latent)
    empty = latent.sample(LABELS[:0], seed=1)
    assert empty.x.shape == (0, 16) and len(empty.latent) == 0
    fitted(make())
    np.testing.assert_array_equal(TRAIN.x, before, "rows must not be normalised where they lie")


def test_a_fresh_fit_and_a_loaded_one_give_the_same_rows(make, tmp_path):
    first, again, loaded = fitted(make()), fitted(make()), make()
    write(tmp_path / "new", first.state())
    load(loaded, tmp_path / "new")
    samples = first.sample(LABELS, seed=1)
    for other in (again, loaded):
        np.testing.assert_array_equal(other.sample(LABELS, seed=1).x, samples.x)
        np.testing.assert_array_equal(other.sample(LABELS, seed=1).latent, samples.latent)
    assert (loaded.curves, loaded.parameters) == (first.curves, first.parameters)
    assert loaded.seconds == first.seconds
    assert not list((tmp_path / "new").rglob(".*"))


def test_labels_without_training_rows_are_named(make):
    latent = make()
    latent.fit(TRAIN.take(TRAIN.y != 1), ABOUT, seed=0, val=VAL)
    with pytest.raises(UserError, match="1"):
        latent.sample(LABELS, seed=0)


class Watching(Fitted):
    """A generator that keeps what it was given, and gives it back."""

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        self.train, self.about, self.val, self.seed = train, about, val, seed

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        return Samples(self.train.x, self.train.y)


def test_latents_are_normalised_with_training_statistics_and_come_back_in_the_encoder_s_units():
    val = Rows(np.clip(TRAIN.x[:9] + 0.4, 0, 1), TRAIN.y[:9], np.arange(9))
    latent = Latent(plain(), Watching())
    latent.fit(TRAIN, replace(ABOUT, classes=("a", "b", "c")), seed=0, val=val)
    made, given = latent.encode(TRAIN.x), latent.generator
    assert given.about == About(("a", "b", "c")), "latents have no bounds"
    np.testing.assert_allclose([given.train.x.mean(), given.train.x.std()], [0, 1], atol=1e-5)
    np.testing.assert_allclose(given.val.x, (latent.encode(val.x) - made.mean()) / made.std(), atol=1e-4)
    np.testing.assert_array_equal(given.val.group, val.group)
    samples = latent.sample(TRAIN.y, seed=0)
    np.testing.assert_allclose(samples.latent, made, atol=1e-5)
    np.testing.assert_allclose(samples.x, latent.decode(made), atol=1e-5)


def test_an_autoencoder_that_is_fitted_already_is_left_alone():
    alone, whole = Latent(plain(), Bootstrap()), Latent(plain(), Bootstrap())
    alone.fit_autoencoder(TRAIN, ABOUT, seed=5, val=VAL)
    curves, weights = alone.autoencoder.curves, alone.autoencoder.encoder
    fitted(alone)
    assert alone.autoencoder.curves is curves and alone.autoencoder.encoder is weights
    np.testing.assert_array_equal(fitted(whole).sample(LABELS, seed=1).x, alone.sample(LABELS, seed=1).x)


def test_numbers_and_curves_are_those_of_both_parts():
    latent = fitted(Latent(plain(), inn()))
    inner = latent.generator
    assert latent.parameters == latent.autoencoder.parameters + inner.parameters
    assert latent.seconds == latent.autoencoder.seconds + inner.seconds > 0
    assert {"train/loss", "autoencoder/joint/train/loss"} <= set(latent.curves)


def test_unfinished_trainings_are_kept_apart(tmp_path):
    latent = Latent(plain(), inn())
    latent.resume_in(tmp_path)
    assert latent.autoencoder.resume == tmp_path / "autoencoder"
    assert latent.generator.trainer.resume == tmp_path / "generator"
    Latent(plain(), Bootstrap()).resume_in(tmp_path)


def test_latents_without_any_difference_are_a_clear_error():
    class Collapsed(Plain):
        def _encode(self, x: torch.Tensor) -> torch.Tensor:
            return torch.ones(len(x), self.latent)

    with pytest.raises(UserError, match="same latent"):
        Latent(Collapsed(Trainer(epochs=1, progress=False), latent=2), Bootstrap()).fit(TRAIN, ABOUT, seed=0)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(UserError, match=str(tmp_path)):
        load(Latent(plain(), Bootstrap()), tmp_path)
    for call in (lambda latent: latent.state(), lambda latent: latent.sample(LABELS, seed=0)):
        with pytest.raises(UserError, match="before fit or load"):
            call(Latent(plain(), Bootstrap()))
