"""How levels count in a denoiser's loss: the same error of the row costs the same, whatever is predicted."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.contracts import Corrupted
from inn_experiments.maths.parameterization import X0, Epsilon, Mu, V
from inn_experiments.maths.schedules import Cosine, Linear
from inn_experiments.maths.weighting import GAMMA, weights
from inn_experiments.training.objectives import Denoising

WAYS = pytest.mark.parametrize("way", [X0(), Epsilon(), V(), Mu()], ids=["x0", "epsilon", "v", "mu"])
SCHEDULES = pytest.mark.parametrize("schedule", [Cosine(50), Linear(50)], ids=["cosine", "linear"])


def levels(schedule, below: float = 1.0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Levels t, alpha and sigma (n, 1), float64, where alpha is large enough for no cap to act."""
    alphas, sigmas = schedule.levels()
    t = torch.arange(1, schedule.steps + 1)
    t = t[alphas[t] > 0.05]
    return t, alphas[t][:, None], sigmas[t][:, None]


@SCHEDULES
@WAYS
def test_a_weighted_error_is_that_of_the_row_it_implies(way, schedule) -> None:
    way, draws = way.on(schedule), torch.Generator().manual_seed(0)
    t, alpha, sigma = levels(schedule)
    x, noise, wrong = torch.randn(3, len(t), 6, generator=draws, dtype=torch.float64)
    corrupted = Corrupted(alpha * x + sigma * noise, t, alpha, sigma, noise)
    target = way.target(x, corrupted)
    clean, _ = way.split(target + 0.01 * wrong, corrupted.x_t, alpha, sigma, t)
    weight = weights("row", way, schedule)[t][:, None]
    torch.testing.assert_close(
        (weight * (0.01 * wrong) ** 2).double(), (clean - x).double() ** 2, rtol=1e-4, atol=1e-10, check_dtype=False
    )


@SCHEDULES
@WAYS
def test_min_snr_counts_a_row_by_its_capped_ratio_of_signal_to_noise(way, schedule) -> None:
    way = way.on(schedule)
    t, alpha, sigma = levels(schedule)
    ratio = weights("min_snr", way, schedule)[t] / weights("row", way, schedule)[t]
    torch.testing.assert_close(ratio.double(), ((alpha / sigma) ** 2)[:, 0].clamp(max=GAMMA), rtol=1e-4, atol=0)
    assert weights("plain", way, schedule) is None
    assert weights("min_snr", way, schedule).isfinite().all()


def test_the_loss_is_the_weighted_mean_of_squares() -> None:
    class Echo(torch.nn.Module):
        def forward(self, x, t, z):
            return x

    x, t, target = torch.ones(3, 2), torch.tensor([0, 1, 2]), torch.zeros(3, 2)
    weight = torch.tensor([1.0, 10.0, 100.0])
    loss = Denoising(Echo(), 0.0, weights=weight).terms((x, t, None, target))["loss"]
    assert float(loss) == pytest.approx(37.0)
    assert float(Denoising(Echo(), 0.0).terms((x, t, None, target))["loss"]) == pytest.approx(1.0)
