"""Parameterizations: what the network should predict leads back to the clean row, whatever the corruption."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.contracts import Corrupted, UserError
from inn_experiments.maths.corruption import Convex, Gaussian, Multiplicative
from inn_experiments.maths.parameterization import LEAST_ALPHA, LEAST_SAMPLED_ALPHA, X0, Epsilon, Mu, V
from inn_experiments.maths.samplers import DDIM, DDPM
from inn_experiments.maths.schedules import Cosine, Linear, posterior

STEPS = 50
ALL = [X0(), Epsilon(), V()]
# Those that a diffusion can walk on; the mean of the next state belongs to a schedule.
WALKED = [*ALL, Mu().on(Cosine(STEPS))]


def corrupted(kind, rows: int = 600) -> tuple[torch.Tensor, Corrupted]:
    """Rows in float64 corrupted to every level, the parts in float64 as well."""
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(rows, 5, generator=generator, dtype=torch.float64)
    y = torch.arange(rows) % 3
    corruption = kind()
    corruption.fit(x, y, Cosine(STEPS), ("a", "b", "c"))
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


@pytest.mark.parametrize("way", WALKED, ids=lambda way: type(way).__name__)
@pytest.mark.parametrize("other", WALKED, ids=lambda way: type(way).__name__)
@pytest.mark.parametrize("kind", [Gaussian, Convex])
def test_any_prediction_converts_to_any_other_and_back_without_loss(way, other, kind):
    """From a raw prediction, right or wrong, both halves of x_t; from those the other's raw prediction."""
    x, c = corrupted(kind)
    usable = ((c.alpha >= 0.02) & (c.sigma >= 0.02))[:, 0]
    assert usable.double().mean() > 0.9
    c = Corrupted(c.x_t[usable], c.t[usable], c.alpha[usable], c.sigma[usable], c.noise[usable])
    raw = torch.randn(c.x_t.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def converted(prediction, source, goal):
        clean, noise = source.split(prediction, c.x_t, c.alpha, c.sigma, c.t)
        torch.testing.assert_close(c.alpha * clean + c.sigma * noise, c.x_t, rtol=0, atol=1e-11)
        return goal.target(clean, Corrupted(c.x_t, c.t, c.alpha, c.sigma, noise))

    torch.testing.assert_close(converted(converted(raw, way, other), other, way), raw, rtol=0, atol=1e-9)
    torch.testing.assert_close(
        converted(way.target(x[usable], c), way, other), other.target(x[usable], c), rtol=0, atol=1e-10
    )


def test_a_split_caps_the_row_of_a_noise_prediction_and_never_the_noise():
    zero = torch.zeros(1, 1, dtype=torch.float64)
    x_t, raw = torch.full((1, 2), 3.0, dtype=torch.float64), torch.full((1, 2), 2.5, dtype=torch.float64)
    clean, noise = Epsilon().split(raw, x_t, zero, zero + 1, torch.tensor([STEPS]))
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


SCHEDULES = pytest.mark.parametrize(
    "schedule", [Cosine(STEPS), Linear(STEPS), Linear(1000)], ids=["cosine", "linear", "linear1000"]
)


def test_what_needs_no_schedule_is_itself_on_any():
    assert all(way.on(Cosine(STEPS)) is way for way in ALL)
    first, second = (Mu().on(schedule) for schedule in (Cosine(STEPS), Linear(STEPS)))
    assert not torch.allclose(first.of_row, second.of_row)


@SCHEDULES
def test_the_mean_from_the_noise_is_the_mean_from_the_row(schedule):
    """Equation (9): mu = (x_t - beta_t / sqrt(1 - alpha_bar_t) noise) / sqrt(alpha_t)."""
    generator = torch.Generator().manual_seed(0)
    share = schedule.alpha_bar()
    # Where the last level has no signal at all, alpha_t = 0 and (9) divides by nothing.
    t = torch.arange(1, schedule.steps + 1)[share[1:] > 1e-12]
    x, noise = torch.randn(2, len(t), 4, generator=generator, dtype=torch.float64)
    alpha, sigma = share[t].sqrt()[:, None], (1 - share[t]).sqrt()[:, None]
    x_t = alpha * x + sigma * noise
    kept = (share[t] / share[t - 1])[:, None]
    from_noise = (x_t - (1 - kept) / sigma * noise) / kept.sqrt()
    mu = Mu().on(schedule).target(x, Corrupted(x_t, t, alpha, sigma, noise))
    torch.testing.assert_close(mu, from_noise, rtol=0, atol=1e-10)


@SCHEDULES
@pytest.mark.parametrize("sampler", [DDPM(), DDIM(STEPS)], ids=["ddpm", "ddim"])
def test_ancestral_sampling_over_all_levels_walks_on_the_prediction_itself(schedule, sampler):
    """Whatever the network says, right or wrong, is the mean of the next state; ddim steps elsewhere."""
    way, said = Mu().on(schedule), []
    share = schedule.alpha_bar()
    alphas, sigmas = share.sqrt()[:, None], (1 - share).sqrt()[:, None]

    def network(x, t):
        said.append(torch.sin(3 * x) + t[:, None] / schedule.steps)
        return way.split(said[-1], x, alphas[t], sigmas[t], t)

    start = torch.randn(6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    states = sampler(network, start, schedule, torch.Generator().manual_seed(2), kept=None)
    draws = torch.Generator().manual_seed(2)
    for number, t in enumerate(sampler.times(schedule)[:-1]):
        deviation = posterior((alphas[t], sigmas[t]), (alphas[t - 1], sigmas[t - 1]))[2] if t > 1 else 0.0
        fresh = deviation * torch.randn(6, 3, generator=draws, dtype=torch.float64) if t > 1 else 0.0
        exact = torch.allclose(states[number + 1], said[number] + fresh, rtol=0, atol=1e-9)
        assert exact == (isinstance(sampler, DDPM) or t == 1), t


def test_a_level_without_signal_before_it_leaves_the_mean_finite():
    """A schedule so steep that alpha underflows: A = 0 there, and its share is capped."""
    schedule = Linear(1000, last=1.0)
    way, t = Mu().on(schedule), torch.tensor([1000])
    assert float(way.of_row[1000]) == 0
    one = torch.ones(1, 2, dtype=torch.float64)
    mean = way.target(one, Corrupted(one, t, 0 * one[:, :1], one[:, :1], one))
    clean, noise = way.split(mean, one, 0 * one[:, :1], one[:, :1], t)
    assert mean.isfinite().all() and clean.isfinite().all() and torch.equal(noise, one)


@pytest.mark.parametrize(
    ("schedule", "sampler", "lost"),
    [
        (Cosine(1000), DDIM(100), True),
        (Cosine(1000), DDIM(10), True),
        (Cosine(1000), DDIM(None), False),
        (Cosine(1000), DDPM(), False),
        (Cosine(50), DDIM(10), False),
        (Linear(50), DDIM(50), False),
    ],
)
def test_a_walk_that_would_lose_predicted_means_is_refused(schedule, sampler, lost):
    times = sampler.times(schedule)
    for way in (X0(), Epsilon(), V()):
        way.on(schedule).check(times)
    if not lost:
        Mu().on(schedule).check(times)
        return
    with pytest.raises(UserError, match=r"parameterization=mu: .* levels multiply .* sampler.steps=null"):
        Mu().on(schedule).check(times)
