"""Samplers against denoisers known in closed form: no training, so every error is the sampler's own."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from oracles import GaussianOracle, MixtureOracle

from inn_experiments.contracts import Corrupted, UserError
from inn_experiments.maths import parameterization
from inn_experiments.maths.dpmpp import DPMpp
from inn_experiments.maths.parameterization import X0, Epsilon, Mu, V
from inn_experiments.maths.samplers import DDIM, DDPM, KEPT
from inn_experiments.maths.schedules import Cosine, Linear
from inn_experiments.maths.unipc import UniPC

SCHEDULES = [Cosine(50), Cosine(1000), Linear(50), Linear(1000)]
NAMED = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: f"{type(s).__name__}{s.steps}")
MEAN = torch.tensor([1.0, -0.5, 0.3], dtype=torch.float64)
ROOT = torch.tensor([[1.2, 0.0, 0.0], [0.5, 0.4, 0.0], [-0.3, 0.2, 0.05]], dtype=torch.float64)
GAUSSIAN = GaussianOracle(MEAN, ROOT @ ROOT.T)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(rows: int, features: int = 3, seed: int = 1) -> torch.Tensor:
    return torch.randn(rows, features, generator=generator(seed), dtype=torch.float64)


def mapped(sampler, schedule, rows: torch.Tensor, oracle=GAUSSIAN, **options) -> torch.Tensor:
    return sampler(oracle.denoiser(schedule), rows, schedule, generator(), **options)[-1]


def spread(x: torch.Tensor) -> torch.Tensor:
    return torch.cov(x.T)


def exact(schedule, times: list[int], start: torch.Tensor) -> torch.Tensor:
    """DDIM on N(m, C): along an eigenvector of C with variance v, x_s - alpha_s m is x_t - alpha_t m times
    (alpha_s alpha_t v + sigma_s sigma_t) / (alpha_t^2 v + sigma_t^2)."""
    share = schedule.alpha_bar()
    alpha, sigma = share.sqrt(), (1 - share).sqrt()
    values, vectors = torch.linalg.eigh(ROOT @ ROOT.T)
    along = (start - alpha[times[0]] * MEAN) @ vectors
    for t, s in pairwise(times):
        along = along * (alpha[s] * alpha[t] * values + sigma[s] * sigma[t]) / (alpha[t] ** 2 * values + sigma[t] ** 2)
    return along @ vectors.T + alpha[times[-1]] * MEAN


@NAMED
@pytest.mark.parametrize("steps", [1, 7, 50])
def test_ddim_on_a_gaussian_is_its_linear_map(schedule, steps):
    start = noise(20)
    got = mapped(DDIM(steps), schedule, start)
    torch.testing.assert_close(got, exact(schedule, DDIM(steps).times(schedule), start), rtol=0, atol=1e-10)


@NAMED
def test_ddim_error_falls_with_steps(schedule):
    """The covariance that the linear map makes of standard noise, against the true one."""

    def error(steps: int) -> float:
        unit = torch.cat([torch.zeros(1, 3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)])
        image = mapped(DDIM(steps), schedule, unit)
        linear = image[1:] - image[0]
        return float((linear.T @ linear - ROOT @ ROOT.T).norm() + (image[0] - MEAN).norm())

    errors = [error(steps) for steps in (1, 3, 10, 25, 50)]
    assert all(later < earlier for earlier, later in pairwise(errors))
    assert errors[-1] < 0.2 * errors[0]


@pytest.mark.parametrize("schedule", [Cosine(1000), Linear(1000)], ids=["cosine", "linear"])
@pytest.mark.parametrize("sampler", [DDIM(200), DDPM(), DDIM(500, eta=0.5)], ids=["ddim", "ddpm", "eta"])
def test_samplers_reproduce_mean_and_covariance(sampler, schedule):
    size = 4000
    rows = mapped(sampler, schedule, noise(size))
    variance = (ROOT @ ROOT.T).diagonal()
    # Four standard errors of a mean and of a covariance, and a hundredth for the finite steps.
    assert ((rows.mean(0) - MEAN).abs() < 4 * (variance / size).sqrt() + 0.01).all()
    allowed = 4 * (2 * torch.outer(variance, variance) / size).sqrt() + 0.01 * variance.max()
    assert ((spread(rows) - ROOT @ ROOT.T).abs() < allowed).all()


@pytest.mark.parametrize("sampler", [DDIM(100), DDPM(250), DPMpp(30, "logsnr"), UniPC(20, "quadratic")])
def test_samplers_reproduce_a_mixture(sampler):
    weights = torch.tensor([0.2, 0.5, 0.3], dtype=torch.float64)
    means = torch.tensor([[3.0, 0.0], [-2.0, 1.0], [0.0, -3.0]], dtype=torch.float64)
    roots = torch.tensor([[[0.3, 0.0], [0.0, 0.1]], [[0.2, 0.1], [0.0, 0.4]], [[0.05, 0.0], [0.1, 0.05]]]).double()
    covariances = roots @ roots.transpose(1, 2)
    rows = mapped(sampler, Cosine(1000), noise(8000, 2), MixtureOracle(weights, means, covariances))
    nearest = torch.cdist(rows, means).argmin(1)
    share = torch.bincount(nearest, minlength=3) / len(rows)
    torch.testing.assert_close(share.double(), weights, rtol=0, atol=4 * 0.5 / 8000**0.5)
    for number in range(3):
        mine = rows[nearest == number]
        assert (mine.mean(0) - means[number]).norm() < 0.03
        assert (spread(mine) - covariances[number]).norm() < 0.15 * covariances[number].norm()


def test_a_mixture_of_equal_parts_is_the_gaussian():
    twice = MixtureOracle(torch.tensor([0.3, 0.7]).double(), MEAN.expand(2, 3), (ROOT @ ROOT.T).expand(2, 3, 3))
    x, alpha = noise(30), torch.linspace(0.01, 0.99, 30, dtype=torch.float64)[:, None]
    sigma = (1 - alpha**2).sqrt()
    expected = (
        MEAN
        + alpha
        * (
            (x - alpha * MEAN)[:, None]
            @ torch.linalg.inv(
                alpha[:, :, None] ** 2 * (ROOT @ ROOT.T) + sigma[:, :, None] ** 2 * torch.eye(3).double()
            )
            @ (ROOT @ ROOT.T)
        )[:, 0]
    )
    torch.testing.assert_close(GAUSSIAN.clean(x, alpha, sigma), expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(twice.clean(x, alpha, sigma), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("way", [X0(), Epsilon(), V(), Mu()], ids=lambda way: type(way).__name__)
@pytest.mark.parametrize("schedule", [Linear(200), Cosine(50)], ids=["linear", "cosine"])
@pytest.mark.parametrize("cap", [0.01, 1e-6])
@pytest.mark.parametrize("sampler", [DDIM(50), DPMpp(50), UniPC(50)], ids=["ddim", "dpmpp", "unipc"])
def test_a_perfect_network_of_any_parameterization_gives_the_same_rows(way, schedule, cap, sampler, monkeypatch):
    """The same oracle, expressed as each network would and split again, walks the same way."""
    monkeypatch.setattr(parameterization, "LEAST_SAMPLED_ALPHA", cap)
    share = schedule.alpha_bar()[:, None]
    alphas, sigmas = share.sqrt(), (1 - share).sqrt()
    oracle = GAUSSIAN.denoiser(schedule)
    way = way.on(schedule)

    def network(x, t):
        clean, eps = oracle(x, t)
        raw = way.target(clean, Corrupted(x, t, alphas[t], sigmas[t], eps))
        return way.split(raw, x, alphas[t], sigmas[t], t)

    start = noise(50)
    got = sampler(network, start, schedule, generator())[-1]
    allowed = 1e-9
    if isinstance(way, Epsilon):
        # A noise prediction says nothing of the row at a level without signal, the cosine schedule's last
        # one: what its first step then leaves out is as large as the signal that the step should have brought
        # in.
        blind = float(alphas[DDIM(50).times(schedule)[1]]) if isinstance(schedule, Cosine) else 0.0
        allowed += max(3 * cap, blind)
    torch.testing.assert_close(got, mapped(sampler, schedule, start), rtol=0, atol=allowed)


@NAMED
def test_eta_one_with_all_levels_is_ancestral_sampling_draw_for_draw(schedule):
    start = noise(15)
    full = mapped(DDIM(schedule.steps, eta=1.0), schedule, start)
    torch.testing.assert_close(full, mapped(DDPM(), schedule, start), rtol=0, atol=1e-8)
    assert not torch.allclose(full, mapped(DDIM(schedule.steps), schedule, start), atol=1e-3)


@pytest.mark.parametrize("sampler", [DDIM(20), DDIM(20, eta=1.0), DDPM(20), DPMpp(20), UniPC(20)])
def test_the_generator_decides_the_rows(sampler):
    schedule, start = Cosine(100), noise(9).float()
    oracle = GaussianOracle(MEAN.float(), (ROOT @ ROOT.T).float())
    runs = [sampler(oracle.denoiser(schedule), start, schedule, generator(seed))[-1] for seed in (3, 3, 4)]
    assert runs[0].dtype == torch.float32 and torch.equal(runs[0], runs[1])
    deterministic = not isinstance(sampler, DDPM) and not (isinstance(sampler, DDIM) and sampler.eta)
    assert torch.equal(runs[0], runs[2]) == deterministic


@pytest.mark.parametrize("sampler", [DDIM(30), DDIM(30, eta=0.5), DDPM(30)])
def test_clipped_rows_stay_in_the_range(sampler):
    seen = []
    schedule = Cosine(60)
    oracle = GAUSSIAN.denoiser(schedule)

    def denoise(x, t):
        seen.append(x)
        return oracle(x, t)

    rows = sampler(denoise, noise(500), schedule, generator(), clip=(-0.5, 1.0))[-1]
    assert len(seen) == 30
    assert rows.min() >= -0.5 - 1e-12 and rows.max() <= 1.0 + 1e-12
    unlimited = mapped(sampler, schedule, noise(500))
    assert unlimited.max() > 1.5
    wide = mapped(sampler, schedule, noise(500), clip=(-100.0, 100.0))
    torch.testing.assert_close(wide, unlimited, rtol=0, atol=1e-9)


@pytest.mark.parametrize("steps", [1, 2, 5, 8, 30, 100])
def test_a_few_states_are_shown_from_the_noise_to_the_rows(steps):
    start = noise(4)
    states = DDIM(steps)(GAUSSIAN.denoiser(Cosine(100)), start, Cosine(100), generator())
    assert len(states) == min(steps, KEPT) + 1 and torch.equal(states[0], start)
    assert DDIM(steps)(GAUSSIAN.denoiser(Cosine(100)), start[:0], Cosine(100), generator())[-1].shape == (0, 3)


@pytest.mark.parametrize("sampler", [DDIM(12), DDIM(12, eta=0.5), DDPM(12)])
def test_all_states_are_shown_on_request_and_are_the_same_walk(sampler):
    schedule, start = Cosine(100), noise(4)
    every, few, one = (
        sampler(GAUSSIAN.denoiser(schedule), start, schedule, generator(), kept=kept) for kept in (None, 4, 1)
    )
    assert (len(every), len(few), len(one)) == (13, 5, 2) and len(every) == len(sampler.times(schedule))
    for number in range(5):
        assert torch.equal(few[number], every[3 * number])
    assert torch.equal(one[-1], every[-1])


@pytest.mark.parametrize("levels", [1, 7, 50, 1000])
def test_levels_fall_evenly_from_the_top_to_zero(levels):
    for steps in {1, 2, 3, 7, 33, 50, 999, levels} & set(range(levels + 1)):
        times = DDIM(steps).times(Cosine(levels))
        gaps = {a - b for a, b in pairwise(times)}
        assert times[0] == levels and times[-1] == 0 and len(times) == steps + 1
        assert min(gaps) >= 1 and max(gaps) - min(gaps) <= 1
    assert DDPM().times(Cosine(levels)) == list(range(levels, -1, -1))


@pytest.mark.parametrize("sampler", [DDIM(51), DDPM(51)])
def test_more_steps_than_levels_are_an_error(sampler):
    with pytest.raises(UserError, match=r"sampler\.steps is 51.*schedule\.steps has only 50"):
        sampler(GAUSSIAN.denoiser(Cosine(50)), noise(2), Cosine(50), generator())


POINT = GaussianOracle(MEAN, torch.zeros(3, 3, dtype=torch.float64))
STANDARD = GaussianOracle(torch.zeros(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64))


@pytest.mark.parametrize("steps", [2, 5, 50])
@pytest.mark.parametrize(
    ("variance", "oracle", "mean"),
    [("posterior", POINT, MEAN), ("forward", STANDARD, 0 * MEAN)],
    ids=["point", "noise"],
)
def test_strided_ancestral_sampling_has_the_marginal_of_every_level_it_visits(steps, variance, oracle, mean):
    """Each end of the variances is right for one kind of rows, whatever the stride: a point, and standard noise."""
    schedule, sampler, size = Linear(50), DDPM(steps, variance=variance), 20_000
    times = sampler.times(schedule)
    states = sampler(oracle.denoiser(schedule), noise(size), schedule, generator(), kept=None)
    alpha, sigma = schedule.levels()
    for t, x in list(zip(times, states, strict=True))[1:-1]:
        deviation = sigma[t] if variance == "posterior" else 1.0
        torch.testing.assert_close(x.mean(0), alpha[t] * mean, rtol=0, atol=float(5 * deviation / size**0.5) + 0.01)
        torch.testing.assert_close(x.std(0) / deviation, torch.ones(3).double(), rtol=0, atol=5 / (2 * size) ** 0.5)


def test_the_wrong_end_of_the_variances_is_seen():
    """The posterior's is too little for standard noise, the forward step's too much for a point."""
    schedule, sigma = Linear(50), Linear(50).levels()[1]
    for variance, oracle, low in (("posterior", STANDARD, True), ("forward", POINT, False)):
        sampler = DDPM(5, variance=variance)
        t, states = (
            sampler.times(schedule)[-2],
            sampler(oracle.denoiser(schedule), noise(5000), schedule, generator(), kept=None),
        )
        ratio = float(states[-2].std()) / float(1.0 if low else sigma[t])
        assert ratio < 0.9 if low else ratio > 1.1


def test_a_variance_is_a_multiple_of_the_posteriors():
    schedule, start = Linear(50), noise(50)
    assert torch.equal(mapped(DDPM(7), schedule, start), mapped(DDPM(7, variance=1.0), schedule, start))
    still = [DDPM(7, variance=0)(GAUSSIAN.denoiser(schedule), start, schedule, generator(seed))[-1] for seed in (0, 1)]
    assert torch.equal(*still)
    assert DDPM(7).freshness(schedule) == DDPM(7, variance=0.5).freshness(schedule) == [1.0] * 7
    sampler = DDPM(7, variance="forward")
    sigma, times = schedule.levels()[1], sampler.times(schedule)
    expected = [float(sigma[t] / sigma[s]) for t, s in pairwise(times[:-1])]
    assert sampler.freshness(schedule) == pytest.approx([*expected, 1.0]) and min(expected) > 1
