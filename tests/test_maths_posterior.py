"""The Markov chain of diffusion and its posterior, against Bayes' rule and the marginals of the schedule."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.maths.parameterization import Mu
from inn_experiments.maths.schedules import Cosine, Linear, forward_chain, posterior

STEPS = 50
SCHEDULES = pytest.mark.parametrize(
    "schedule", [Cosine(STEPS), Linear(STEPS), Linear(1000)], ids=["cosine", "linear", "linear1000"]
)


@SCHEDULES
def test_the_mean_is_bayes_rule(schedule):
    """(6) to (8) by precisions: N(x_s; a_s x, s_s^2) times the likelihood N(x_t; r x_s, 1 - r^2) of x_s."""
    share = schedule.alpha_bar()
    a, s = share.sqrt(), (1 - share).sqrt()
    for t in range(2, schedule.steps + 1):
        ratio = a[t] / a[t - 1]
        precision = 1 / s[t - 1] ** 2 + ratio**2 / (1 - ratio**2)
        expected = (a[t - 1] / s[t - 1] ** 2 / precision, ratio / (1 - ratio**2) / precision, precision**-0.5)
        got = posterior((a[t], s[t]), (a[t - 1], s[t - 1]))
        torch.testing.assert_close(torch.stack(got), torch.stack(expected), rtol=1e-9, atol=1e-15)


def test_the_last_step_goes_to_the_row_and_the_marginal_of_every_level_is_kept():
    """The mean at a_t x + s_t noise has the signal a_{t-1} x, and with the draw the variance s_{t-1}^2."""
    share = Cosine(STEPS).alpha_bar()
    a, s = share.sqrt(), (1 - share).sqrt()
    mean = Mu().on(Cosine(STEPS))
    of_row, of_state = mean.of_row, mean.of_state
    torch.testing.assert_close(torch.stack([of_row[1], of_state[1]]), torch.tensor([1.0, 0.0]).double())
    torch.testing.assert_close(of_row[1:] + of_state[1:] * a[1:], a[:-1])
    deviation = posterior((a[1:], s[1:]), (a[:-1], s[:-1]))[2]
    torch.testing.assert_close((of_state[1:] * s[1:]) ** 2 + deviation**2, s[:-1] ** 2)


@SCHEDULES
def test_the_chain_has_the_marginals_of_its_schedule(schedule):
    """Equation (4) at every level: mean sqrt(alpha_bar) x, variance 1 - alpha_bar; and levels are joined."""
    size = 4000
    x = torch.tensor([2.0, -1.0], dtype=torch.float64).expand(size, 2)
    states = forward_chain(x, schedule, torch.Generator().manual_seed(0))
    share = schedule.alpha_bar()[:, None]
    assert states.shape == (schedule.steps + 1, size, 2) and torch.equal(states[0], x)
    # Five standard errors, for 2,000 dependent comparisons.
    allowed = 5 * ((1 - share) / size).sqrt() + 1e-12
    assert ((states.mean(1) - share.sqrt() * x[0]).abs() < allowed).all()
    assert ((states.var(1) - (1 - share)).abs() < 5 * (1 - share) * (2 / size) ** 0.5 + 1e-12).all()
    # A chain, not fresh noise at every level: neighbours are as alike as (2) makes them.
    noises = (states - share.sqrt()[:, :, None] * x)[1:] / (1 - share[1:, :, None]).sqrt()
    likeness = (noises[1:] * noises[:-1]).mean((1, 2))
    expected = (share[2:] / share[1:-1] * (1 - share[1:-1]) / (1 - share[2:])).sqrt()[:, 0]
    torch.testing.assert_close(likeness, expected, rtol=0, atol=5 / (2 * size) ** 0.5 * 1.5)
