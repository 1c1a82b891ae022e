"""Divergences: 0 at equality, a gradient everywhere, and the closed forms of SciPy in float64."""

from __future__ import annotations

import cells
import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from scipy.stats import entropy

from inn_experiments.maths.losses import Fid, Kl, Mse


def rows(count: int, features: int = 6, seed: int = 0, dtype=torch.float64) -> torch.Tensor:
    """Correlated rows with another mean and spread in every feature."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(features, features, generator=torch.Generator().manual_seed(99), dtype=torch.float64)
    x = torch.randn(count, features, generator=generator, dtype=torch.float64) @ mixing
    return (x + torch.arange(features)).to(dtype)


def remembering(loss, x):
    loss.remember(x)
    return loss


def other_rows(count: int, features: int = 6, dtype=torch.float64) -> torch.Tensor:
    return (0.8 * rows(count, features, seed=1) + 0.3).to(dtype)


@pytest.mark.parametrize("kind", [Fid, Kl])
@pytest.mark.parametrize("dtype, tolerance", [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_the_distance_of_rows_from_themselves_is_0_and_of_others_is_not(kind, dtype, tolerance):
    x = rows(50, dtype=dtype)
    loss = remembering(kind(), x)
    assert float(loss(x)) == pytest.approx(0, abs=tolerance)
    assert float(loss(x[torch.randperm(50)])) == pytest.approx(0, abs=tolerance)
    assert float(loss(other_rows(50, dtype=dtype))) > 0.01


@pytest.mark.parametrize("kind", [Fid, Kl])
def test_the_distance_grows_as_rows_move_away(kind):
    x = rows(60)
    loss = remembering(kind(), x)
    distances = [float(loss(x + shift)) for shift in (0.0, 0.2, 0.5, 1.0, 2.0)]
    assert distances == sorted(distances) and all(value >= -1e-12 for value in distances)


@pytest.mark.parametrize("kind", [Fid, Kl])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("count", [2, 4, 40])
def test_the_gradient_reaches_every_value_and_is_finite_even_for_few_rows(kind, dtype, count):
    loss = remembering(kind(), rows(80, dtype=dtype))
    prediction = (rows(80, dtype=dtype)[:count] * 0.7 + 0.2).requires_grad_()
    (gradient,) = torch.autograd.grad(loss(prediction), prediction)
    assert gradient.isfinite().all()
    assert (gradient.abs().amax(1) > 0).all() and (gradient.abs().amax(0) > 0).all()


@pytest.mark.parametrize("kind", [Fid, Kl])
def test_following_the_gradient_lowers_the_distance(kind):
    loss = remembering(kind(), rows(80))
    prediction = other_rows(40).requires_grad_()
    before = loss(prediction)
    (gradient,) = torch.autograd.grad(before, prediction)
    with torch.no_grad():
        assert float(loss(prediction - 1e-4 * gradient / gradient.norm())) < float(before)


@pytest.mark.parametrize("kind", [Fid, Kl])
def test_the_gradient_agrees_with_finite_differences(kind):
    loss = remembering(kind(), rows(30, features=4))
    prediction = other_rows(7, features=4).requires_grad_()
    assert torch.autograd.gradcheck(loss, prediction)


@pytest.mark.parametrize("kind", [Fid, Kl])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_last_batch_of_one_row_leaves_the_loss_and_its_gradient_finite(kind, dtype):
    """129 training rows in batches of 128 end with a batch of one; NaN there would destroy every weight."""
    loss = remembering(kind(), rows(80, dtype=dtype))
    prediction = other_rows(1, dtype=dtype).requires_grad_()
    value = loss(prediction)
    (gradient,) = torch.autograd.grad(value, prediction)
    assert value.isfinite() and gradient.isfinite().all()


@pytest.mark.parametrize("kind", [Fid, Kl])
def test_constant_predictions_have_a_finite_gradient(kind):
    """A network may begin with one output for all rows: a covariance of 0, a histogram with one bin."""
    loss = remembering(kind(), rows(80))
    prediction = torch.full((12, 6), 0.5, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(prediction), prediction)
    assert gradient.isfinite().all() and gradient.abs().max() > 0


@pytest.mark.parametrize("shrinkage", [0.0, 0.05, 0.5])
def test_fid_is_the_closed_form_with_scipys_matrix_square_root(shrinkage):
    x, y = rows(70), other_rows(40)
    m, n = x.numpy(), y.numpy()

    def covariance(values):
        raw = np.cov(values.T)
        return (1 - shrinkage) * raw + shrinkage * np.trace(raw) / len(raw) * np.eye(len(raw))

    a, b = covariance(m), covariance(n)
    cross = sqrtm(a @ b)
    expected = ((m.mean(0) - n.mean(0)) ** 2).sum() + np.trace(a + b - 2 * cross.real)
    loss = remembering(Fid(shrinkage=shrinkage), x)
    assert float(loss(y)) == pytest.approx(expected / x.shape[1], rel=1e-6)


def test_fid_of_moved_and_scaled_rows_has_its_textbook_value():
    """|shift|^2 for a shift; (1 - s)^2 tr C for a scaling about the mean."""
    x = rows(60)
    loss = remembering(Fid(), x)
    shift = torch.tensor([1.0, 0, -2, 0, 0, 0.5], dtype=torch.float64)
    assert float(loss(x + shift)) == pytest.approx(float(shift.pow(2).sum()) / 6, rel=1e-9)
    scaled = x.mean(0) + 1.5 * (x - x.mean(0))
    assert float(loss(scaled)) == pytest.approx(0.25 * float(x.var(0).sum()) / 6, rel=1e-9)


def test_kl_is_scipys_entropy_of_the_same_histograms():
    x, y = rows(70), other_rows(40)
    loss = remembering(Kl(), x)
    real, predicted = loss.histogram(x).numpy(), loss.histogram(y).numpy()
    assert float(loss(y)) == pytest.approx(entropy(real, predicted, axis=1).mean(), rel=1e-10)


def test_kl_histograms_count_what_numpy_counts():
    """Values on bin centres are counted whole: then the smooth histogram is the ordinary one with its floor."""
    loss = remembering(Kl(bins=8, floor=1e-3), rows(50))
    generator = torch.Generator().manual_seed(5)
    slots = torch.randint(0, 8, (90, 6), generator=generator)
    smooth = loss.histogram(loss.low + slots * loss.width)
    counts = np.stack([np.bincount(column, minlength=8) for column in slots.T.numpy()]) / 90 + 1e-3
    np.testing.assert_allclose(smooth.numpy(), counts / counts.sum(1, keepdims=True), atol=1e-9)
    torch.testing.assert_close(smooth.sum(1), torch.ones(6, dtype=torch.float64))


def test_kl_of_rows_far_outside_the_training_range_is_finite():
    loss = remembering(Kl(), rows(50))
    for value in (1e6, -1e6):
        distance = float(loss(torch.full((5, 6), value, dtype=torch.float64)))
        assert np.isfinite(distance) and distance > 1


def test_divergences_are_means_over_features_so_that_one_weight_fits_all():
    for kind in (Fid, Kl):
        x, y = rows(300, features=1), other_rows(300, features=1)
        single = remembering(kind(shrinkage=0.0) if kind is Fid else kind(), x)
        repeated = remembering(kind(shrinkage=0.0) if kind is Fid else kind(), x.repeat(1, 3))
        if kind is Kl:
            assert float(repeated(y.repeat(1, 3))) == pytest.approx(float(single(y)), rel=1e-9)
        shift = float(repeated(x.repeat(1, 3) + 2)) / float(single(x + 2))
        assert shift == pytest.approx(1, rel=1e-3)


def test_each_configured_loss_has_the_weight_of_its_option():
    for option, kind in (("mse", Mse), ("fid", Fid), ("kl", Kl)):
        cfg = cells.composed(f"loss={option}")
        loss = cfg.build("loss")
        assert type(loss) is kind and loss.weight == (cfg.value("loss.weight") or 0.0)
    assert Mse()(rows(4)) == 0
    assert not list(Fid().parameters()) and not list(Kl().parameters())


@pytest.mark.parametrize("kind", [Fid, Kl])
def test_a_network_in_bfloat16_does_not_make_the_distance_coarse(kind):
    """Inside autocast a loss is what it is outside, of the same numbers, and passes its gradient on."""
    loss = remembering(kind(), rows(50, dtype=torch.float32))
    prediction = other_rows(50).to(torch.bfloat16).requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        inside = loss(prediction)
    inside.backward()
    outside = loss(prediction.detach().float())
    assert inside.dtype == torch.float32 and inside.item() == pytest.approx(outside.item(), rel=1e-5)
    assert prediction.grad.isfinite().all() and prediction.grad.abs().sum() > 0
