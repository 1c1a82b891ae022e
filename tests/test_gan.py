"""The GAN: what its players minimise, classes learned where they are, a collapse that is told, bounds."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from inn_experiments.conditioning.kinds import Label, Nothing
from inn_experiments.contracts import About, Rows, UserError
from inn_experiments.nets.adversarial import Discriminator, Generator
from inn_experiments.synthesizers import conditional
from inn_experiments.synthesizers.gan import Gan, _spread
from inn_experiments.synthesizers.vae import Vae
from inn_experiments.training.adversarial import Adversarial
from inn_experiments.training.files import load, write
from inn_experiments.training.trainer import Trainer

UNKNOWN = About()
CENTRES = np.array([[4.0, 0.0, 1.0], [-2.0, 3.0, 1.0], [0.0, -3.0, 6.0]])


def rows(count: int = 600, deviation: float = 1.0) -> Rows:
    """Three classes around CENTRES, in units far from standard."""
    y = np.arange(count) % 3
    noise = deviation * np.random.default_rng(0).standard_normal((count, 3))
    return Rows((10 + CENTRES[y] + noise).astype(np.float32), y)


def built(conditioning=None, epochs: int = 2, learning_rate: float = 2e-3, **options) -> Gan:
    trainer = Trainer(epochs=epochs, batch=100, learning_rate=learning_rate, progress=False)
    usual = {"latent": 4, "hidden": 32, "gradient_penalty": 0.3}
    return Gan(conditioning or Label(), trainer, **{**usual, **options})


def fitted(train: Rows | None = None, about: About = UNKNOWN, **options) -> Gan:
    made = built(**options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        made.fit(train or rows(), about, seed=0)
    return made


def test_classes_are_learned_where_they_are():
    made = fitted(epochs=100)
    x = made.sample(np.repeat([0, 1, 2], 300), seed=1).x.reshape(3, 300, 3)
    # Two classes are never nearer than 5.
    assert np.abs(x.mean(1) - 10 - CENTRES).max() < 1.0
    assert 0.5 < x.std(1).mean() < 1.5
    assert not np.array_equal(made.sample([0], seed=1).x, made.sample([0], seed=2).x)


def test_without_conditions_rows_do_not_follow_their_labels():
    made = fitted(conditioning=Nothing())
    first, second = (made.sample(np.full(50, label), seed=1).x for label in (0, 2))
    np.testing.assert_array_equal(first, second)


class Fixed(nn.Module):
    """A player that answers what its one weight says."""

    def __init__(self, value: float, width: int | None = None) -> None:
        super().__init__()
        self.weight, self.width = nn.Parameter(torch.tensor(value)), width
        self.deviation = torch.tensor(1.0)

    def forward(self, x, c):
        return self.weight * (x.sum(1) if self.width is None else torch.ones(len(x), self.width))


def objective(maker: nn.Module, judge: nn.Module, **settings) -> Adversarial:
    usual = {"smoothing": 0.0, "noise": 0.0, "penalty": 0.0, **settings}
    return Adversarial(maker, judge, 2, 1, draws=torch.Generator(), **usual)


@pytest.mark.parametrize(("smoothing", "penalty"), [(0.0, 0.0), (0.1, 0.0), (0.0, 2.0)])
def test_the_players_minimise_what_the_source_says(smoothing, penalty):
    """With D(x) = sigmoid(w sum x), G = g (1, 1): every loss and gradient is known."""
    w, g, x = 0.3, -0.5, torch.tensor([[1.0, 2.0]])
    maker, judge = Fixed(g, 2), Fixed(w)
    made = objective(maker, judge, smoothing=smoothing, penalty=penalty)
    nothing = torch.optim.SGD(judge.parameters(), lr=0.0)
    value, loss, real, fake = made._judge(x, x[:, :0], nothing).values()
    d_real, d_fake = 1 / (1 + math.exp(-w * 3)), 1 / (1 + math.exp(-w * 2 * g))
    assert float(real) == pytest.approx(d_real) and float(fake) == pytest.approx(d_fake)
    assert float(value) == pytest.approx(-math.log(d_real) - math.log(1 - d_fake), rel=1e-5)
    taught = -(1 - smoothing) * math.log(d_real) - smoothing * math.log(1 - d_real) - math.log(1 - d_fake)
    # |grad of the logit|^2 is 2 w^2.
    assert float(loss) == pytest.approx(taught + 0.5 * penalty * 2 * w**2, rel=1e-5)
    slope = (d_real - 1 + smoothing) * 3 + d_fake * 2 * g + penalty * 2 * w
    assert float(judge.weight.grad) == pytest.approx(slope, rel=1e-4)
    judge.weight.grad = None
    # Non-saturating: -log D(G(z)), whose slope in g is -(1 - D) 2 w, however sure D is.
    found = made._make(x[:, :0], torch.optim.SGD(maker.parameters(), lr=0.0))
    assert float(found) == pytest.approx(-math.log(d_fake))
    assert float(maker.weight.grad) == pytest.approx(-(1 - d_fake) * 2 * w, rel=1e-5)
    assert judge.weight.grad is None, "a step of the generator leaves the discriminator alone"


def test_the_curves_say_what_the_players_do():
    made = fitted(epochs=3, smoothing=0.2)
    names = {"loss", "generator", "discriminator", "real", "fake"}
    assert set(made.curves) == {f"train/{name}" for name in names} | {"train/spread"}
    assert all(made.curves[f"train/{name}"][0] == [1, 2, 3] for name in names)
    last = {name: values[-1] for name, (_, values) in made.curves.items()}
    assert 0 < last["train/real"] < 1 and 0 < last["train/fake"] < 1
    plain = fitted(epochs=3, gradient_penalty=0.0)
    losses = (plain.curves[f"train/{name}"][1] for name in ("loss", "discriminator"))
    np.testing.assert_allclose(*losses, rtol=1e-5)


def test_a_collapse_is_told_and_a_training_without_one_is_not(tmp_path):
    made = fitted()
    for real, fake, spread, words in [
        (0.98, 0.01, 1.0, "the discriminator has won"),
        (0.5, 0.5, 0.1, "too much alike"),
        (0.6, 0.4, 0.9, None),
    ]:
        for name, value in (("real", real), ("fake", fake), ("spread", spread)):
            made.curves[f"train/{name}"] = [2], [value]
        write(tmp_path, made.state())
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            load(built(), tmp_path)
        assert len(told) == (words is not None) and all(words in str(one.message) for one in told)


def test_a_generator_that_answers_one_row_a_class_is_told_of(monkeypatch):
    monkeypatch.setattr(Generator, "forward", lambda self, z, c: self.stack(torch.cat([0 * z, c], 1)))
    with pytest.warns(UserWarning, match="collapsed"):
        built().fit(rows(), About(), seed=0)


def test_the_spread_is_the_deviation_around_class_means():
    x = rows(6000, deviation=2.0)
    assert _spread(x.x, x.y) == pytest.approx(2.0, rel=0.03)
    assert _spread(np.repeat(x.x[:3], 5, axis=0), np.repeat(x.y[:3], 5)) == pytest.approx(0.0, abs=1e-6)


def test_bounded_rows_stay_in_the_unit_interval_and_reach_its_ends():
    unit = Rows((rows().x / 20 - 0.5).clip(0, 1), rows().y)
    x = fitted(unit, About(bounded=True), epochs=20).sample(np.arange(600) % 3, seed=0).x
    assert x.min() == 0 and x.max() <= 1


def test_a_limited_discriminator_is_no_steeper_than_its_layers_allow():
    torch.manual_seed(0)
    net = Discriminator(5, 3, 16, 3, spectral=True)
    x, c = torch.randn(200, 5), torch.eye(3)[torch.arange(200) % 3]
    for _ in range(30):
        net(x, c)
    net.eval()
    far = x + 0.1 * torch.randn(200, 5)
    # The head and the projection of a one-hot vector: each at most 1.
    assert ((net(x, c) - net(far, c)).abs() <= 2.02 * (x - far).norm(dim=1)).all()
    assert fitted(spectral_norm=True).sample([0, 1], seed=0).x.shape == (2, 3)


def test_the_discriminator_is_told_the_condition():
    torch.manual_seed(0)
    net, x = Discriminator(5, 3, 16, 3), torch.randn(1, 5)
    assert len({net(x, c[None]).item() for c in torch.eye(3)}) == 3


def test_an_unknown_label_and_a_divergence_are_named():
    with pytest.raises(UserError, match="no training row has label 3"):
        fitted().sample(np.array([0, 3]), seed=0)
    with pytest.raises(UserError, match=r"training diverged.*trainer\.learning_rate"):
        built(learning_rate=1e30, epochs=3).fit(rows(), About(), seed=0)


def test_one_kind_does_not_load_another(tmp_path):
    write(tmp_path, fitted().state())
    with pytest.raises(UserError, match="generator=gan, not vae"):
        load(Vae(Label(), Trainer(progress=False)), tmp_path)


def test_many_rows_are_made_in_blocks_that_differ(monkeypatch):
    made = fitted()
    monkeypatch.setattr(conditional, "BLOCK", 16)
    x = made.sample(np.zeros(50, int), seed=0).x
    assert np.unique(x, axis=0).shape == (50, 3)
