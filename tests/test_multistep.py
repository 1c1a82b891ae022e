"""Samplers of second order against closed forms: orders of convergence, the papers' formulas, the ends of a walk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import pytest
import torch
from scipy.integrate import quad
from test_samplers import GAUSSIAN, MEAN, ROOT, generator, mapped, noise, spread

from inn_experiments.contracts import UserError
from inn_experiments.maths.dpmpp import DPMpp
from inn_experiments.maths.samplers import DDIM, DDPM, Seen
from inn_experiments.maths.schedules import Cosine, Levels, Linear
from inn_experiments.maths.spacing import log_snr
from inn_experiments.maths.unipc import UniPC

SPACINGS = ("time", "logsnr", "quadratic")
SCHEDULES = [Cosine(50), Cosine(1000), Linear(100), Linear(1000, rescale=False)]
NAMED = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: f"{type(s).__name__}{s.steps}")


@dataclass
class Even(Levels):
    """Levels even in log SNR, from 3 down to -3: there is noise at level 0 too."""

    def alpha_bar(self) -> torch.Tensor:
        return torch.sigmoid(2 * torch.linspace(3, -3, self.steps + 1, dtype=torch.float64))


@dataclass
class Wave(Levels):
    """Levels that are not even in log SNR, from an angle of 0.1 to one of 1.4."""

    def alpha_bar(self) -> torch.Tensor:
        return torch.cos(torch.linspace(0.1, 1.4, self.steps + 1, dtype=torch.float64)) ** 2


def flow(schedule, start: torch.Tensor) -> torch.Tensor:
    """Where the probability flow of N(m, C) takes `start` from level T to 0: along an eigenvector of variance v,
    (x_t - alpha_t m) / sqrt(alpha_t^2 v + sigma_t^2) stays as it is."""
    share = schedule.alpha_bar()
    (first, last), values = (share[0], share[-1]), torch.linalg.eigh(ROOT @ ROOT.T)
    along = (start - last.sqrt() * MEAN) @ values[1]
    along = along * ((first * values[0] + 1 - first) / (last * values[0] + 1 - last)).sqrt()
    return along @ values[1].T + first.sqrt() * MEAN


@pytest.mark.parametrize("kind", [Even, Wave])
@pytest.mark.parametrize(("sampler", "order"), [(DDIM, 1), (DPMpp, 2), (UniPC, 3)])
def test_halving_the_step_divides_the_error_by_two_to_the_order(kind, sampler, order):
    """UniPC's corrector adds an order to its predictor's two (Zhao et al. 2023, Corollary 3.2)."""
    errors = []
    for steps in (64, 128, 256):
        got = mapped(sampler(steps), kind(steps), noise(20))
        errors.append(float((got - flow(kind(steps), noise(20))).norm()))
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(2**order, rel=0.16)


@NAMED
@pytest.mark.parametrize("spacing", SPACINGS)
def test_ten_calls_come_closer_than_those_of_ddim(schedule, spacing):
    start, errors = noise(50), {}
    for sampler in (DDIM, DPMpp, UniPC):
        got = mapped(sampler(10, spacing=spacing), schedule, start)
        errors[sampler] = float((got - flow(schedule, start)).norm())
    assert max(errors[DPMpp], errors[UniPC]) < 0.6 * errors[DDIM]


def seen(*levels: float, rows=lambda level: torch.full((4, 3), math.sin(level), dtype=torch.float64)) -> list[Seen]:
    """What was seen at some log SNR, the latest first; `rows` are the clean ones."""
    found = []
    for number, level in enumerate(levels):
        alpha, sigma = math.sqrt(1 / (1 + math.exp(-2 * level))), math.sqrt(1 / (1 + math.exp(2 * level)))
        x, clean = noise(4, seed=number), rows(level)
        found.append(Seen(x, clean, (x - alpha * clean) / sigma, (alpha, sigma)))
    return found


def test_a_step_is_that_of_the_papers_algorithm():
    """Algorithm 2 of Lu et al.: x = sigma_t / sigma_s x - alpha_t (e^-h - 1) D."""
    now, before = seen(0.4, -0.5)
    (a_s, s_s), h = seen(1.5)[0].level, 1.1
    ratio = 0.9 / h
    mixed = (1 + 1 / (2 * ratio)) * now.clean - 1 / (2 * ratio) * before.clean
    expected = s_s / now.level[1] * now.x - a_s * math.expm1(-h) * mixed
    for sampler in (DPMpp(), UniPC()):
        torch.testing.assert_close(sampler.step([now, before], (a_s, s_s), generator()), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("variant", ["bh1", "bh2"])
def test_a_correction_is_that_of_the_paper(variant):
    """UniC-2 of Zhao et al. in data prediction, its coefficients from R rho = b: B(h) cancels."""
    now, start, before = seen(1.5, 0.4, -0.5)
    (alpha, sigma), h = now.level, 1.1
    # phi_{k+1}(h) = (phi_k(h) - 1/k!) / h and b_k = h k! phi_{k+1}(h) / B(h), at -h in data prediction.
    h = -h
    scale = h if variant == "bh1" else math.expm1(h)
    phi = [math.expm1(h) / h]
    for k in (1, 2):
        phi.append((phi[-1] - 1 / math.factorial(k)) / h)
    b = torch.tensor([h * phi[1] / scale, h * 2 * phi[2] / scale], dtype=torch.float64)
    ratio = 0.9 / h
    rho = torch.linalg.solve(torch.tensor([[1.0, 1.0], [ratio, 1.0]], dtype=torch.float64), b)
    ways = rho[0] * (before.clean - start.clean) / ratio + rho[1] * (now.clean - start.clean)
    expected = sigma / start.level[1] * start.x - alpha * math.expm1(h) * start.clean - alpha * scale * ways
    got = UniPC().corrected(now, [start, before])
    torch.testing.assert_close(got.x, expected, rtol=0, atol=1e-12)
    assert torch.equal(got.clean, now.clean) and got.level == now.level
    torch.testing.assert_close(alpha * got.clean + sigma * got.noise, got.x, rtol=0, atol=1e-12)


def test_a_correction_is_exact_for_rows_quadratic_in_log_snr():
    """x_s / sigma_s = x_t / sigma_t + int e^lambda m(lambda) d lambda."""

    def rows(level):
        return torch.full((4, 3), 1.0 - 0.7 * level + 0.3 * level**2, dtype=torch.float64)

    now, start, before = seen(1.5, 0.4, -0.5, rows=rows)
    whole = quad(lambda level: math.exp(level) * float(rows(level)[0, 0]), 0.4, 1.5, epsabs=1e-13)[0]
    expected = now.level[1] * (start.x / start.level[1] + whole)
    torch.testing.assert_close(UniPC().corrected(now, [start, before]).x, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("schedule", [Cosine(1000), Linear(1000)], ids=["cosine", "linear"])
@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("sampler", [DPMpp, UniPC])
def test_few_calls_reproduce_mean_and_covariance(sampler, spacing, schedule):
    size = 4000
    rows = mapped(sampler(25, spacing=spacing), schedule, noise(size))
    variance = (ROOT @ ROOT.T).diagonal()
    assert ((rows.mean(0) - MEAN).abs() < 4 * (variance / size).sqrt() + 0.01).all()
    allowed = 4 * (2 * torch.outer(variance, variance) / size).sqrt() + 0.01 * variance.max()
    assert ((spread(rows) - ROOT @ ROOT.T).abs() < allowed).all()


@NAMED
@pytest.mark.parametrize("sampler", [DPMpp, UniPC])
@pytest.mark.parametrize("spacing", SPACINGS)
def test_the_last_step_ends_on_the_last_estimate(sampler, spacing, schedule):
    """Of log SNR without end no line can be drawn; nor is there one before the first estimate."""
    last, oracle = [], GAUSSIAN.denoiser(schedule)

    def denoise(x, t):
        last.append(oracle(x, t))
        return last[-1]

    for steps in (1, 2, 10, schedule.steps):
        rows = sampler(steps, spacing=spacing)(denoise, noise(6), schedule, generator())[-1]
        assert rows.isfinite().all() and torch.equal(rows, last[-1][0])
    one, two = (kind(1)(oracle, noise(6), schedule, generator())[-1] for kind in (sampler, DDIM))
    assert torch.equal(one, two)


@pytest.mark.parametrize("kind", [DDIM, DDPM, DPMpp, UniPC])
@pytest.mark.parametrize("spacing", SPACINGS)
@NAMED
def test_levels_are_different_and_fall_from_the_top_to_zero(kind, spacing, schedule):
    top = schedule.steps
    for steps in {1, 2, 5, 10, 33, top - 1, top}:
        times = kind(steps, spacing).times(schedule)
        assert times[0] == top and times[-1] == 0 and len(times) == steps + 1
        assert all(later < earlier for earlier, later in pairwise(times))
    with pytest.raises(UserError, match=rf"sampler\.steps is {top + 1}.*schedule\.steps has only {top}"):
        kind(top + 1, spacing).times(schedule)


def test_levels_are_spaced_as_they_say():
    schedule = Linear(1000)
    levels = list(zip(*(part.tolist() for part in schedule.levels()), strict=True))
    gaps = [log_snr(levels[s]) - log_snr(levels[t]) for t, s in pairwise(DPMpp(10, "logsnr").times(schedule)[1:-1])]
    assert max(gaps) < 1.15 * min(gaps)
    assert DPMpp(10, "quadratic").times(schedule) == [10 * number**2 for number in range(10, -1, -1)]


def test_the_level_without_signal_does_not_stretch_the_scale():
    """All but the first of the levels have signal, and no two thirds of them lie where there is next to none."""
    alpha = Cosine(1000).levels()[0]
    times = UniPC(10, "logsnr").times(Cosine(1000))
    assert alpha[1000] < 1e-9 and float(alpha[times[1]]) > 0.01
    assert sum(bool(alpha[t] > 0.1) for t in times) >= 7


@pytest.mark.parametrize("sampler", [DPMpp(7), UniPC(7), UniPC(7, "logsnr")])
def test_nothing_is_drawn_and_clipped_rows_stay_in_the_range(sampler):
    schedule, start, draws = Cosine(60), noise(500), generator()
    before = draws.get_state()
    rows = sampler(GAUSSIAN.denoiser(schedule), start, schedule, draws, clip=(-0.5, 1.0))[-1]
    assert torch.equal(draws.get_state(), before)
    assert rows.min() >= -0.5 - 1e-12 and rows.max() <= 1.0 + 1e-12
    unlimited = mapped(sampler, schedule, start)
    assert unlimited.max() > 1.5
    torch.testing.assert_close(mapped(sampler, schedule, start, clip=(-100.0, 100.0)), unlimited, rtol=0, atol=1e-9)
