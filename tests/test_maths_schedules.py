"""Schedules: all signal at level 0, less at every level, none at T, and the square of the cosine."""

from __future__ import annotations

import math

import cells
import pytest
import torch

from inn_experiments.maths.schedules import Cosine, Linear, levels

ALL = [Cosine(), Cosine(1000), Cosine(7, offset=0.02), Linear(), Linear(1000, rescale=False), Linear(50, rescale=False)]


@pytest.mark.parametrize("schedule", ALL, ids=lambda s: f"{type(s).__name__}{s.steps}")
def test_the_signal_starts_whole_and_falls_at_every_level(schedule):
    share = schedule.alpha_bar()
    assert share.shape == (schedule.steps + 1,) and share.dtype == torch.float64
    assert share[0] == 1
    assert (share.diff() < 0).all() and (share >= 0).all()


@pytest.mark.parametrize("schedule", ALL, ids=lambda s: f"{type(s).__name__}{s.steps}")
def test_the_variance_of_a_row_of_variance_one_is_kept(schedule):
    alpha, sigma = levels(schedule)
    torch.testing.assert_close(alpha**2 + sigma**2, torch.ones(schedule.steps + 1), rtol=0, atol=1e-6)
    assert alpha[0] == 1 and sigma[0] == 0
    assert (alpha.diff() < 0).all() and (sigma.diff() >= 0).all()


def test_cosine_is_the_squared_reading():
    """Without offset half of the variance is left half-way, and alpha itself is the cosine of the angle."""
    schedule = Cosine(100, offset=0.0)
    assert schedule.alpha_bar()[50] == pytest.approx(0.5, abs=1e-12)
    angle = torch.arange(101, dtype=torch.float64) / 100 * math.pi / 2
    torch.testing.assert_close(schedule.alpha_bar().sqrt(), angle.cos(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("option", ["cosine", "linear"])
def test_no_signal_is_left_at_the_end_of_a_configured_schedule(option):
    alpha, _ = levels(cells.composed(f"schedule={option}").build("schedule"))
    assert alpha[-1] < 0.01


def test_a_short_linear_schedule_needs_the_rescaling():
    """The published betas at T = 100 leave 0.60 of the amplitude; rescaling changes nothing at T = 1000."""
    assert Linear(100, rescale=False).alpha_bar()[-1].sqrt() == pytest.approx(0.60, abs=0.01)
    assert torch.equal(Linear(1000, rescale=True).alpha_bar(), Linear(1000, rescale=False).alpha_bar())


def test_linear_keeps_one_minus_beta_of_the_variance_at_each_level():
    schedule = Linear(200, first=1e-3, last=0.03, rescale=False)
    share = schedule.alpha_bar()
    beta = 1 - share[1:] / share[:-1]
    torch.testing.assert_close(beta, torch.linspace(1e-3, 0.03, 200, dtype=torch.float64), rtol=1e-9, atol=0)
