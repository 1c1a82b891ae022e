"""The autoencoders of 2-D records: their structure, what they learn, resuming, and what they refuse."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from autoencoder_examples import taught, trainer
from torch import nn

from inn_experiments.autoencoders.joint import Joint
from inn_experiments.autoencoders.sequential import Sequential, undersample
from inn_experiments.configuration import compose as config
from inn_experiments.contracts import About, Rows, UserError
from inn_experiments.nets.series import MeanMatrix, SeriesDecoder, SeriesEncoder
from inn_experiments.synthesizers.classical.kde import Kde
from inn_experiments.synthesizers.latent import Latent
from inn_experiments.training.files import load, write
from inn_experiments.training.fitting import Fitting

M, N, D = 12, 18, 3
ABOUT = About(bounded=True, shape=(M, N))
BOTH = (Sequential, Joint)
SHORT = {
    Sequential: {"epochs": 25, "batch": 64, "learning_rate": 1e-2, "patch": 4},
    Joint: {"epochs": 60, "batch": 16, "learning_rate": 3e-3},
}


@cache
def records(count: int = 60, seed: int = 0, anywhere: bool = False) -> Rows:
    """A peak in each record, near a place of its class or anywhere, over a fixed ridge; in [0, 1]."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 2
    at, drift, height = 3 + 5 * y + rng.normal(0, 0.5, count), 7 + 5 * y, rng.uniform(0.3, 0.9, count)
    if anywhere:
        at, drift = rng.uniform(0, M, count), rng.uniform(4, N, count)
    peak = [np.exp(-0.5 * ((np.arange(size) - place[:, None]) / 1.5) ** 2) for size, place in ((M, at), (N, drift))]
    x = height[:, None, None] * peak[0][:, :, None] * peak[1][:, None]
    x[:, :, 2] += 0.5
    return Rows(x.reshape(count, -1).clip(0, 1).astype(np.float32), y.astype(np.int64))


def noise(count: int, seed: int) -> Rows:
    """Records whose points know nothing of each other."""
    x = np.random.default_rng(seed).random((count, M * N), dtype=np.float32)
    return Rows(x, np.arange(count) % 2)


def made(kind: type, **settings) -> Sequential | Joint:
    settings = {"latent": D, "width": 16, **SHORT[kind], **settings}
    return kind(settings.pop("trainer", trainer()), **settings)


@cache
def fitted(kind: type) -> Sequential | Joint:
    return taught(made(kind), records(), records(20, seed=1), 5, ABOUT)


def through(autoencoder: Sequential | Joint, x: np.ndarray) -> np.ndarray:
    return autoencoder.decode(autoencoder.encode(x))


def share(autoencoder: Sequential | Joint, train: Rows, test: Rows) -> float:
    """The squared error on `test` over that of the mean training record."""
    return float(np.square(through(autoencoder, test.x) - test.x).sum() / np.square(test.x - train.x.mean(0)).sum())


@pytest.mark.parametrize("length", (7, 8, 9))
def test_any_length_is_cut_into_patches_and_every_parameter_learns(length: int) -> None:
    torch.manual_seed(0)
    encoder = SeriesEncoder(length, 3, patch=4, width=8, blocks=2)
    decoder = SeriesDecoder(3, length, patch=4, width=8, blocks=2, bounded=False)
    x = torch.randn(5, length)
    z = encoder(x)
    assert z.shape == (5, 3) and decoder(z).shape == x.shape
    (decoder(z) - x).square().mean().backward()
    for name, parameter in [*encoder.named_parameters(), *decoder.named_parameters()]:
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


def test_units_are_taken_from_the_mean_series_and_the_deviation() -> None:
    torch.manual_seed(0)
    encoder, x, mean = SeriesEncoder(9, 3, 4, 8, 1).double(), torch.randn(6, 9).double(), torch.randn(9).double()
    encoder.set_units(mean, 2.0)
    before = encoder(x)
    encoder.set_units(mean * 50 + 7, 100.0)
    torch.testing.assert_close(encoder(x * 50 + 7), before)
    decoder = SeriesDecoder(3, 9, 4, 8, 1, bounded=False).double()
    decoder.set_units(torch.zeros(9), 1.0)
    plain = decoder(before.double())
    decoder.set_units(mean, 3.0)
    torch.testing.assert_close(decoder(before.double()), mean + 3 * plain)


def test_linear_networks_make_the_latent_a_kronecker_product() -> None:
    """With x -> A x on drift series and x -> B x on retention series, vec E = (A kron B) vec X', and back."""
    autoencoder, rng = made(Sequential), np.random.default_rng(0)
    a, b = rng.normal(size=(D, N)), rng.normal(size=(D, M))
    autoencoder.about, autoencoder.fitted = ABOUT, True
    autoencoder.described = {"columns": {"length": N, "latent": D}, "rows": {"length": M, "latent": D}}
    maps = {"columns/encoder": a, "rows/encoder": b, "columns/decoder": a.T, "rows/decoder": b.T}
    for name, matrix in maps.items():
        net = nn.Linear(*matrix.shape[::-1], bias=False)
        net.weight.data = torch.tensor(matrix, dtype=torch.float32)
        autoencoder.networks[name] = net
    autoencoder.networks["mean"] = MeanMatrix(M, D)
    x = rng.normal(size=(5, M, N))
    z = autoencoder.encode(x.reshape(5, -1))
    expected = x.transpose(0, 2, 1).reshape(5, -1) @ np.kron(a, b).T
    np.testing.assert_allclose(z, expected, rtol=1e-4, atol=1e-4)
    back = (expected @ np.kron(a, b)).reshape(5, N, M).transpose(0, 2, 1).reshape(5, -1)
    np.testing.assert_allclose(autoencoder.decode(z), back, rtol=1e-3, atol=1e-3)
    plain = autoencoder.decode(z)
    autoencoder.networks["mean"].set_units(torch.full((M, D), 2.0))
    np.testing.assert_allclose(
        autoencoder.encode(x.reshape(5, -1)), z - 2 * np.tile(b.sum(axis=1), D), rtol=1e-4, atol=1e-4
    )
    offset = np.tile(2 * a.sum(axis=0), (5, M))
    np.testing.assert_allclose(autoencoder.decode(z) - plain, offset, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", BOTH)
def test_smooth_records_come_back_and_noise_does_not(kind: type) -> None:
    test, autoencoder = records(30, seed=2), fitted(kind)
    for count in (30, 0):
        assert autoencoder.encode(test.x[:count]).shape == (count, D * D)
        assert through(autoencoder, test.x[:count]).shape == (count, M * N)
    back = through(autoencoder, test.x)
    assert back.dtype == np.float32 and back.min() >= 0 and back.max() <= 1
    assert share(autoencoder, records(), test) < 0.2
    control, train = made(kind, epochs=15), noise(60, 0)
    taught(control, train, train, 5, ABOUT)
    assert share(control, train, noise(30, 2)) > 0.8


def test_a_few_records_are_enough_examples_where_the_directions_are_learned_apart() -> None:
    """The control for the paper's mechanism 1: peaks anywhere are described apart, and 24 records hold few."""
    train, test, shares = records(24, anywhere=True), records(40, seed=2, anywhere=True), {}
    for kind, epochs in ((Sequential, 40), (Joint, 100)):
        autoencoder = taught(made(kind, latent=5, epochs=epochs), train, None, 5, ABOUT)
        shares[kind] = share(autoencoder, train, test)
    assert shares[Sequential] < 0.5 * shares[Joint]


@pytest.mark.parametrize("kind", BOTH)
def test_a_saved_autoencoder_answers_bit_for_bit(kind: type, tmp_path) -> None:
    write(tmp_path, fitted(kind).state())
    loaded = kind(trainer())
    load(loaded, tmp_path)
    x = records(20, seed=3).x
    np.testing.assert_array_equal(loaded.encode(x), fitted(kind).encode(x))
    np.testing.assert_array_equal(through(loaded, x), through(fitted(kind), x))
    assert loaded.about.shape == (M, N) and loaded.parameters == fitted(kind).parameters > 0
    assert loaded.curves == fitted(kind).curves


@pytest.mark.parametrize(("kind", "stops"), [(Sequential, (10, 40)), (Joint, (30,))])
def test_an_interrupted_training_ends_with_the_same_weights(kind: type, stops, monkeypatch, tmp_path) -> None:
    ended, trained = Fitting.on_train_epoch_end, []

    def stop(module: Fitting) -> None:
        ended(module)
        trained.append(module.current_epoch)
        if len(trained) in stops:
            raise KeyError("a lost machine")

    monkeypatch.setattr(Fitting, "on_train_epoch_end", stop)
    for attempt in range(len(stops) + 1):
        autoencoder = made(kind, trainer=trainer(checkpoint_minutes=0))
        autoencoder.resume_in(tmp_path)
        try:
            taught(autoencoder, records(), records(20, seed=1), 5, ABOUT)
        except KeyError:
            assert attempt < len(stops)
    whole = sum(len(at) for name, (at, _) in fitted(kind).curves.items() if name.endswith("train/loss"))
    # The epoch that was lost before it was kept is trained again, and no other.
    assert len(trained) == whole + len(stops)
    x = records(20, seed=3).x
    np.testing.assert_array_equal(through(autoencoder, x), through(fitted(kind), x))
    assert autoencoder.curves == fitted(kind).curves


@pytest.mark.parametrize("kind", BOTH)
def test_nothing_is_learned_from_validation_rows_nor_from_the_state_of_torch(kind: type) -> None:
    torch.manual_seed(99)
    again, other = made(kind), made(kind, epochs=1)
    taught(again, records(), None, 5, ABOUT)
    taught(other, records(), records(20, seed=1), 6, ABOUT)
    x = records(10, seed=3).x
    np.testing.assert_array_equal(through(again, x), through(fitted(kind), x))
    assert not np.array_equal(other.encode(x), again.encode(x))


def test_only_series_of_low_variance_are_left_out() -> None:
    series = np.random.default_rng(0).normal(size=(4000, 6)) * np.linspace(2, 1, 4000)[:, None]
    variance = series.var(axis=1)
    low = variance < np.quantile(variance, 0.5)
    kept = undersample(series, 0.5, 0.2, seed=1)
    assert np.isin(np.flatnonzero(~low), kept).all() and (np.diff(kept) > 0).all()
    # A binomial count, five of its deviations wide.
    assert abs(low[kept].sum() - 400) < 5 * np.sqrt(2000 * 0.2 * 0.8)
    np.testing.assert_array_equal(kept, undersample(series, 0.5, 0.2, seed=1))
    assert not np.array_equal(kept, undersample(series, 0.5, 0.2, seed=2))
    np.testing.assert_array_equal(undersample(series, 0.25, 0.0, seed=1), np.sort(np.argsort(variance)[1000:]))
    assert len(undersample(series, 0.0, 0.0, seed=1)) == len(undersample(series, 1.0, 1.0, seed=1)) == 4000
    assert undersample(series, 1.0, 0.0, seed=1).tolist() == [int(variance.argmax())]
    assert len(undersample(np.zeros((10, 3)), 0.5, 0.0, seed=1)) == 5


def test_undersampling_is_of_training_alone_and_changes_it(monkeypatch) -> None:
    seen = []
    learn = Sequential._learn
    monkeypatch.setattr(Sequential, "_learn", lambda self, *a: seen.append((len(a[1]), len(a[2]))) or learn(self, *a))
    taught(made(Sequential, epochs=1, keep=0.0), records(), records(20, seed=1), 5, ABOUT)
    assert seen == [(60 * M // 2, 20 * M), (60 * D, 20 * D)]


@pytest.mark.parametrize("kind", BOTH)
def test_errors_name_what_is_wrong(kind: type) -> None:
    name = kind(trainer()).name
    with pytest.raises(UserError, match=rf"autoencoder={name}: it takes 2-D records"):
        taught(made(kind), records())
    with pytest.raises(UserError, match=r"latent=13: .*12 retention times and 18 drift times.*at most 12"):
        taught(made(kind, latent=13), records(), about=ABOUT)
    with pytest.raises(UserError, match=r"autoencoder\.learning_rate"):
        taught(made(kind, learning_rate=1e30), records(), about=ABOUT)
    with pytest.raises(UserError, match=r"autoencoder\.width: 30 .*multiple of 4"):
        config.compose(f"autoencoder={name}", "autoencoder.width=30")


def test_a_generator_works_in_the_latent_of_records(tmp_path) -> None:
    model, labels = Latent(made(Sequential, epochs=10), Kde()), np.repeat([0, 1], 40)
    taught(model, records(), records(20, seed=1), 5, ABOUT)
    made_rows = model.sample(labels, seed=2)
    assert made_rows.latent.shape == (80, D * D) and made_rows.x.min() >= 0
    means = np.stack([records().x[records().y == label].mean(axis=0) for label in (0, 1)])
    nearest = np.square(made_rows.x[:, None] - means).sum(axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.95
