"""The samplers' steps as functions of their own: the same walk, taken by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from test_samplers import GAUSSIAN, generator, mapped, noise

from inn_experiments.maths.samplers import DDIM, DDPM, Seen
from inn_experiments.maths.schedules import Linear


@pytest.mark.parametrize("eta", [0.0, 0.6])
def test_the_public_steps_are_the_samplers_own(eta):
    schedule, start = Linear(9), noise(4)
    share = schedule.alpha_bar()
    levels = list(zip(share.sqrt().tolist(), (1 - share).sqrt().tolist(), strict=True))
    for sampler in DDIM(9, eta=eta), DDPM():
        x, draws = start, generator()
        for t, s in pairwise(sampler.times(schedule)):
            halves = GAUSSIAN.denoiser(schedule)(x, torch.full((4,), t))
            x = sampler.step([Seen(x, *halves, levels[t])], levels[s], draws)
        assert torch.equal(x, mapped(sampler, schedule, start))


def test_without_fresh_noise_any_pairs_of_levels_will_do():
    """A perfect split of x_t = a x + s noise goes to a' x + s' noise, on the unit circle or not."""
    row, eps = noise(5), noise(5, seed=2)
    moved = DDIM().step([Seen(1.0 * row + 4.0 * eps, row, eps, (1.0, 4.0))], (0.5, 1.5), generator())
    torch.testing.assert_close(moved, 0.5 * row + 1.5 * eps)
