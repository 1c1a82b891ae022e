"""What autoencoders are made of: widths, halves, statistics of rows, batches."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from autoencoder_examples import spectra

from inn_experiments.maths import moments as moments_module
from inn_experiments.maths.moments import LEAST_VARIANCE, Moments, whitening
from inn_experiments.nets.autoencoders import LinearStack, falling_widths, rising_widths
from inn_experiments.training.batches import Blocks, looked_up


def test_the_published_widths_and_sizes():
    encoder, decoder = LinearStack(falling_widths(1676, 512, 9)), LinearStack(rising_widths(512, 1676, 9))
    assert encoder.widths == [1676, 1547, 1418, 1289, 1160, 1031, 902, 773, 644, 512]
    assert decoder.widths == [512, 641, 770, 900, 1029, 1158, 1288, 1417, 1546, 1676]
    sizes = [sum(p.numel() for p in half.parameters()) / 1e6 for half in (encoder, decoder)]
    np.testing.assert_allclose(sizes, [11.8, 11.7], atol=0.05)


@pytest.mark.parametrize("given", [(1676, 512, 9), (40, 512, 9), (10, 8, 9), (2, 2, 1)])
def test_widths_are_monotone_and_end_where_they_should(given):
    features, latent, layers = given
    for first, last, widths in [
        (features, latent, falling_widths(features, latent, layers)),
        (latent, features, rising_widths(latent, features, layers)),
    ]:
        assert (widths[0], widths[-1], len(widths)) == (first, last, layers + 1)
        assert widths == sorted(widths, reverse=first > last)


def test_a_signal_keeps_its_variance_through_nine_layers():
    torch.manual_seed(0)
    half = LinearStack(falling_widths(400, 100, 9))
    assert 0.3 < half(torch.randn(500, 400)).std().item() < 3


def test_a_settled_half_starts_at_the_background_in_the_units_of_the_rows():
    rows = spectra()
    moments = Moments.of(rows.x)
    half = LinearStack([20, 16, 20])
    half.set_units(moments.mean, moments.deviation, torch.from_numpy(moments.columns), moments.residual)
    made = half(torch.from_numpy(rows.x)).detach().numpy()
    assert np.abs(made.mean(axis=0) - moments.columns).mean() < moments.residual
    assert 0.1 < (made - moments.columns).std() / moments.residual < 3


def test_bounded_outputs_reach_zero_exactly_and_are_never_stuck():
    half = LinearStack([1, 4], bounded=True)
    background = torch.tensor([-3.0, -0.5, 0.5, 4.0])
    half.set_units(0.0, 1.0, background, 1.0)
    with torch.no_grad():
        half.layers[0].weight.zero_()
    made = half(torch.zeros(1, 1))
    assert made.tolist() == [[0.0, 0.0, 0.5, 1.0]]
    (made - 0.5).square().sum().backward()
    # Too low is pulled up, too high is pushed down, right is left alone, however far outside the interval.
    assert half.background.grad.tolist() == [-1.0, -1.0, 0.0, 1.0]


def test_moments_in_blocks_are_those_of_the_whole(monkeypatch):
    monkeypatch.setattr(moments_module, "BLOCK", 7)
    x = np.random.default_rng(0).normal(np.arange(4), 2, size=(50, 4)).astype(np.float32)
    moments, exact = Moments.of(x), x.astype(np.float64)
    np.testing.assert_allclose(moments.columns, exact.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose([moments.mean, moments.deviation], [exact.mean(), exact.std()], rtol=1e-6)
    np.testing.assert_allclose(moments.residual, (exact - exact.mean(axis=0)).std(), rtol=1e-6)


def test_whitening_makes_all_directions_that_matter_weigh_the_same():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(400, 3)) * [1, 0.1, 1e-4]) @ rng.normal(size=(3, 3)) + 5
    columns = x.mean(axis=0)
    values = np.linalg.eigvalsh(np.cov(x.T, bias=True))
    white = np.linalg.eigvalsh(np.cov(((x - columns) @ whitening(x, columns)).T, bias=True))
    expected = values / (values + LEAST_VARIANCE * values[-1])
    np.testing.assert_allclose(white, expected / expected.mean(), rtol=1e-6, atol=1e-12)
    np.testing.assert_array_equal(whitening(np.ones((5, 3)), np.ones(3)), np.eye(3))


def test_batches_hold_every_row_once_with_its_own_target(monkeypatch):
    monkeypatch.setattr("inn_experiments.training.batches.BLOCK_VALUES", 40)
    x = np.arange(46, dtype=np.float32).reshape(23, 2)
    draw = looked_up(x, lambda index: 10 * x[index])
    batches = Blocks(*x.shape, draw, 4, torch.Generator().manual_seed(0))
    epochs = [list(batches), list(batches)]
    assert len(epochs[0]) == len(batches) == 2 and len(epochs[0][0][0]) == 20
    for blocks in epochs:
        inputs, targets = (torch.cat(parts) for parts in zip(*blocks, strict=True))
        assert torch.equal(targets, 10 * inputs)
        assert sorted(inputs[:, 0].tolist()) == x[:, 0].tolist()
    assert not torch.equal(epochs[0][0][0], epochs[1][0][0])
