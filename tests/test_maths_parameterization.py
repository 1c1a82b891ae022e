"""Parameterizations: what the network should predict leads back to the clean row, whatever the corruption."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.contracts import Corrupted
from inn_experiments.maths.corruption import Convex, Gaussian, Multiplicative
from inn_experiments.maths.parameterization import LEAST_ALPHA, LEAST_SAMPLED_ALPHA, X0, Epsilon, V
from inn_experiments.maths.schedules import Cosine

STEPS = 50
ALL = [X0(), Epsilon(), V()]


def corrupted(kind, rows: int = 600) -> tuple[torch.Tensor, Corrupted]:
    """Rows in float64 corrupted to every level, the parts in float64 as well."""
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(rows, 5, generator=generator, dtype=torch.float64)
    y = torch.arange(rows) % 3
    corruption = kind()
    corruption.remember(x, y, Cosine(STEPS), ("a", "b", "c"))
    c = corruption(x, y, torch.arange(rows) % STEPS + 1, generator, torch.arange(rows))
    alpha, sigma = c.alpha.double(), c.sigma.double()
    return x, Corrupted(alpha * x + sigma * c.noise, c.t, alpha, sigma, c.noise)


def terminal(x: torch.Tensor) -> Corrupted:
    """The rows at the terminal level: the input is a prime image, alpha = 0 and sigma = 1."""
    prime = x.flip(1)
    zero = torch.zeros(len(x), 1, dtype=x.dtype)
    return Corrupted(prime, torch.full((len(x),), STEPS + 1), zero, zero + 1, prime)


@pytest.mark.parametrize("way", ALL, ids=lambda way: type(way).__name__)
@pytest.mark.parametrize("kind", [Gaussian, Multiplicative, Convex])
def test_the_target_leads_back_to_the_clean_row(way, kind):
    x, c = corrupted(kind)
    assert kind is not Gaussian or float(c.alpha.min()) < 1e-3
    clean = way.clean(way.target(x, c), c.x_t, c.alpha, c.sigma)
    solvable = torch.ones(len(x), dtype=torch.bool) if type(way) is not Epsilon else c.alpha[:, 0] >= LEAST_ALPHA
    assert solvable.double().mean() > 0.9
    torch.testing.assert_close(clean[solvable], x[solvable], rtol=0, atol=1e-12)


@pytest.mark.parametrize("way", ALL, ids=lambda way: type(way).__name__)
@pytest.mark.parametrize("other", ALL, ids=lambda way: type(way).__name__)
@pytest.mark.parametrize("kind", [Gaussian, Convex])
def test_any_prediction_converts_to_any_other_and_back_without_loss(way, other, kind):
    """From a raw prediction, right or wrong, both halves of x_t; from those the other's raw prediction."""
    x, c = corrupted(kind)
    usable = ((c.alpha >= 0.02) & (c.sigma >= 0.02))[:, 0]
    assert usable.double().mean() > 0.9
    c = Corrupted(c.x_t[usable], c.t[usable], c.alpha[usable], c.sigma[usable], c.noise[usable])
    raw = torch.randn(c.x_t.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def converted(prediction, source, goal):
        clean, noise = source.split(prediction, c.x_t, c.alpha, c.sigma)
        torch.testing.assert_close(c.alpha * clean + c.sigma * noise, c.x_t, rtol=0, atol=1e-11)
        return goal.target(clean, Corrupted(c.x_t, c.t, c.alpha, c.sigma, noise))

    torch.testing.assert_close(converted(converted(raw, way, other), other, way), raw, rtol=0, atol=1e-9)
    torch.testing.assert_close(
        converted(way.target(x[usable], c), way, other), other.target(x[usable], c), rtol=0, atol=1e-10
    )


def test_a_split_caps_the_row_of_a_noise_prediction_and_never_the_noise():
    zero = torch.zeros(1, 1, dtype=torch.float64)
    x_t, raw = torch.full((1, 2), 3.0, dtype=torch.float64), torch.full((1, 2), 2.5, dtype=torch.float64)
    clean, noise = Epsilon().split(raw, x_t, zero, zero + 1)
    assert torch.equal(noise, raw)
    torch.testing.assert_close(clean, (x_t - raw) / LEAST_SAMPLED_ALPHA)


@pytest.mark.parametrize("way", ALL, ids=lambda way: type(way).__name__)
def test_the_terminal_level_has_a_target_too(way):
    x, _ = corrupted(Gaussian)
    c = terminal(x)
    clean = way.clean(way.target(x, c), c.x_t, c.alpha, c.sigma)
    torch.testing.assert_close(clean, x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("way", ALL, ids=lambda way: type(way).__name__)
def test_the_target_at_the_terminal_level_depends_on_the_clean_row(way):
    """Otherwise nothing about the way from prime space could be learned."""
    x, _ = corrupted(Gaussian)
    c = terminal(x)
    assert not torch.allclose(way.target(x, c), way.target(x + 1, c))


def test_a_noise_prediction_without_signal_is_shrunk_not_blown_up():
    """Below LEAST_ALPHA the division is capped: a prediction error of 1 moves the estimate by 1/LEAST_ALPHA."""
    x, c = corrupted(Gaussian)
    weak = c.alpha[:, 0] < LEAST_ALPHA
    target = Epsilon().target(x, c)
    clean = Epsilon().clean(target, c.x_t, c.alpha, c.sigma)
    torch.testing.assert_close(clean[weak], (c.alpha / LEAST_ALPHA * x)[weak], rtol=0, atol=1e-12)
    moved = Epsilon().clean(target + 1, c.x_t, c.alpha, c.sigma)
    assert (moved - clean).abs().max() <= 1 / LEAST_ALPHA + 1e-9


def test_only_x0_predicts_the_row_itself():
    assert [way.direct for way in ALL] == [True, False, False]
    x, c = corrupted(Gaussian)
    targets = [way.target(x, c) for way in ALL]
    assert torch.equal(targets[0], x) and torch.equal(targets[1], c.noise)
    assert not torch.allclose(targets[2], x) and not torch.allclose(targets[2], c.noise)


def test_v_is_orthogonal_to_the_corrupted_row_in_the_plane_of_row_and_noise():
    """(alpha, sigma) and (-sigma, alpha) are a rotation: x_t and v carry the row and the noise without loss."""
    x, c = corrupted(Gaussian)
    v = V().target(x, c)
    torch.testing.assert_close(c.x_t**2 + v**2, (x**2 + c.noise**2), rtol=0, atol=1e-6)
