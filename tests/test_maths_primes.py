"""Primes: fixed images of clean rows with known properties; the orthogonal ones can be undone exactly."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.maths.primes import Catalogue, Orthogonal

FEATURES = 40


def rows(dtype=torch.float64, features=FEATURES, classes=10, each=6):
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(classes).repeat(each)
    return torch.randn(len(y), features, generator=generator, dtype=dtype), y


def pattern(number: int, x: torch.Tensor) -> torch.Tensor:
    """Catalogue pattern `number` of rows x."""
    return Catalogue()(x, torch.full((len(x),), number))


def test_matrices_are_orthogonal_and_one_for_each_class():
    prime = Orthogonal()
    matrices = [prime.matrix(label, FEATURES) for label in range(10)]
    for q in matrices:
        torch.testing.assert_close(q @ q.T, torch.eye(FEATURES, dtype=q.dtype), rtol=0, atol=1e-12)
    for number, q in enumerate(matrices):
        for other in matrices[:number]:
            # Two independent rotations: tr(Q^T Q') / d has deviation 1/d.
            assert abs((q * other).sum() / FEATURES) < 5 / FEATURES


@pytest.mark.parametrize("dtype, tolerance", [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_orthogonal_keeps_norms_and_is_undone(dtype, tolerance):
    x, y = rows(dtype)
    prime = Orthogonal()
    image = prime(x, y)
    assert image.dtype == dtype
    torch.testing.assert_close(image.norm(dim=1), x.norm(dim=1), rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(prime.undo(image, y), x, rtol=0, atol=tolerance)


def test_orthogonal_is_the_matrix_of_the_label_on_each_row():
    x, y = rows()
    prime = Orthogonal()
    expected = torch.stack([prime.matrix(int(c), FEATURES) @ row for row, c in zip(x, y, strict=True)])
    torch.testing.assert_close(prime(x, y), expected, rtol=0, atol=1e-12)
    assert not torch.allclose(prime(x, y), prime(x, (y + 1) % 10))


def test_orthogonal_images_look_like_noise():
    """A fixed spectrum far from zero mean becomes a row without a preferred feature, uncorrelated with it."""
    row = torch.zeros(1, 400, dtype=torch.float64)
    row[0, 37] = 20.0
    image = Orthogonal()(row, torch.tensor([3]))[0]
    assert image.std() == pytest.approx(1, abs=0.05) and image.abs().max() < 5
    assert abs((image @ row[0]) / 400) < 0.25


def test_orthogonal_is_fixed_by_its_own_seed():
    x, y = rows()
    assert torch.equal(Orthogonal(1)(x, y), Orthogonal(1)(x, y))
    assert not torch.allclose(Orthogonal(1)(x, y), Orthogonal(2)(x, y))
    alone = Orthogonal(1)(x[y == 7], y[y == 7])
    torch.testing.assert_close(Orthogonal(1)(x, y)[y == 7], alone, rtol=0, atol=1e-12)


def test_catalogue_linear_patterns_by_their_properties():
    x, _ = rows()
    assert torch.equal(pattern(0, x) + x, torch.zeros_like(x))
    torch.testing.assert_close(pattern(2, x), pattern(0, x) * 0.8)
    assert torch.equal(pattern(3, x)[:, 0], x[:, -1]) and torch.equal(pattern(3, pattern(3, x)), x)
    torch.testing.assert_close((pattern(5, x) + 1) / 1.5, x)


def test_catalogue_rolls_are_a_quarter_turn_and_each_other_undone():
    x, _ = rows()
    assert torch.equal(pattern(1, x)[:, FEATURES // 4], x[:, 0])
    assert torch.equal(pattern(6, x)[:, 0], x[:, FEATURES // 4])
    assert torch.equal(pattern(6, pattern(1, x)), x)
    turned = x
    for _ in range(4):
        turned = pattern(1, turned)
    assert torch.equal(turned, x)


def test_catalogue_wave_is_one_period_of_amplitude_one():
    x, _ = rows()
    wave = pattern(4, x) - x
    torch.testing.assert_close(wave, wave[:1].expand_as(wave))
    wave = wave[0]
    assert abs(wave.sum()) < 1e-9 and wave[0] == 0 and wave[FEATURES // 4] == pytest.approx(1)
    spectrum = torch.fft.rfft(wave).abs()
    assert int(spectrum.argmax()) == 1 and spectrum[2:].max() < 1e-9


def test_catalogue_nonlinear_patterns_by_their_properties():
    x, _ = rows()
    x = 4 * x
    assert torch.equal(pattern(7, x), pattern(7, -x)) and (pattern(7, x) >= -2).all()
    assert (pattern(7, torch.zeros(1, 4)) == -2).all()
    power = pattern(8, x)
    assert torch.equal(power, -pattern(8, -x)) and power.abs().max() == 5
    small = x.abs() < 5 ** (2 / 3)
    torch.testing.assert_close(power[small].abs() ** (2 / 3), x[small].abs())
    cosine = pattern(9, x)
    torch.testing.assert_close(cosine, pattern(9, x + 10))
    assert (cosine >= 0).all() and (cosine <= 2).all()
    points = torch.tensor([[0.0, 2.5, 5.0]], dtype=torch.float64)
    torch.testing.assert_close(pattern(9, points), torch.tensor([[2.0, 1.0, 0.0]], dtype=torch.float64))


def test_catalogue_cycles_over_the_classes_and_pairs_rows():
    x, _ = rows()
    y = torch.arange(len(x)) % 23
    image = Catalogue()(x, y)
    for row, label, expected in zip(x, y, image, strict=True):
        torch.testing.assert_close(pattern(int(label) % 10, row[None])[0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("prime", [Orthogonal(), Catalogue()])
def test_a_prime_does_not_touch_its_argument(prime):
    x, y = rows()
    before = x.clone()
    prime(x, y)
    assert torch.equal(x, before)
