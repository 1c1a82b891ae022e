"""The radial basis network: units in closed form, a readout for each level, and what it can represent."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from test_diffusion import Told, built

from inn_experiments.contracts import About, Rows
from inn_experiments.maths.parameterization import Epsilon
from inn_experiments.maths.samplers import DDPM
from inn_experiments.maths.schedules import Linear
from inn_experiments.nets.rbf import Rbf

STEPS = 40


def net(features: int = 2, conditions: int = 0, units: int = 16) -> Rbf:
    torch.manual_seed(0)
    return Rbf(features, STEPS, conditions, units).double()


def test_units_are_normalised_gaussians():
    made = net(3, units=5)
    x = torch.randn(7, 3, dtype=torch.float64)
    widths = made.log_widths.exp()
    bells = torch.exp(-(torch.cdist(x, made.centres) ** 2) / (2 * widths**2))
    torch.testing.assert_close(made.units(x), bells / bells.sum(1, keepdim=True))


def test_far_rows_belong_to_the_nearest_unit():
    made = net()
    x = 1e3 * made.centres.detach()
    near = torch.cdist(x, made.centres).argmin(1)
    torch.testing.assert_close(made.units(x), torch.eye(16, dtype=torch.float64)[near])


def test_levels_share_the_units_and_not_the_readout():
    """A step on level 3 alone leaves what other levels read out of the same units alone."""
    made = net()
    x, t = torch.randn(6, 2, dtype=torch.float64), torch.arange(6)
    before = made(x, t).detach()
    made(x[3:4], t[3:4]).sum().backward()
    with torch.no_grad():
        made.readout -= made.readout.grad
        made.gain -= made.gain.grad
    moved = (made(x, t) - before).abs().amax(1) > 1e-12
    assert moved.tolist() == [False, False, False, True, False, False]
    assert made.centres.grad.abs().min() > 0 and made.log_widths.grad.abs().min() > 0


def test_conditions_are_added_to_the_readout():
    made = net(conditions=3)
    x = torch.randn(2, 4, 2, dtype=torch.float64)
    t = torch.tensor([0, 7, 20, STEPS + 1])
    z = torch.randn(4, 3, dtype=torch.float64)
    with torch.no_grad():
        made.gain.normal_()
    shifts = [made(rows, t, z) - made(rows, t) for rows in x]
    torch.testing.assert_close(*shifts)
    torch.testing.assert_close(shifts[0], z @ made.told.weight.T)


@pytest.mark.parametrize(("conditions", "told"), [(0, 0), (3, 6)])
def test_the_number_of_parameters_is_that_of_the_source(conditions, told):
    """16 centres and widths; for each level a readout of 16 units to the plane and a gain; what is told."""
    count = sum(p.numel() for p in net(conditions=conditions).parameters())
    assert count == 16 * 2 + 16 + (STEPS + 2) * (16 * 2 + 1) + told


def test_a_row_far_from_every_unit_is_only_scaled():
    """What the best denoiser does there too: f(x + u) - f(x) = g_t u, whatever the readout."""
    made = net()
    with torch.no_grad():
        made.gain.normal_()
    far = torch.tensor([[900.0, 100.0], [800.0, 100.0]], dtype=torch.float64)
    t = torch.tensor([5, 5])
    first, second = made(far, t)
    torch.testing.assert_close(first - second, made.gain[5] * (far[0] - far[1]))


def test_a_constant_needs_no_bias():
    made = net()
    with torch.no_grad():
        made.readout.copy_(torch.tensor([3.0, -2.0]).expand_as(made.readout))
    y = made(10 * torch.randn(50, 2, dtype=torch.float64), torch.arange(50) % STEPS)
    torch.testing.assert_close(y, torch.tensor([[3.0, -2.0]], dtype=torch.float64).expand(50, 2))


def blobs(count: int, seed: int) -> Rows:
    """Two clusters of the plane, one class."""
    rng = np.random.default_rng(seed)
    centre = np.where(rng.random((count, 1)) < 0.5, 1.0, -1.0)
    x = centre + 0.15 * rng.standard_normal((count, 2))
    return Rows(x.astype(np.float32), np.zeros(count, dtype=np.int64))


def test_the_radial_basis_network_of_the_source_finds_two_clusters():
    """16 units and 40 levels; the control is the same network before it has learned anything."""

    def share(epochs: int, learning_rate: float) -> float:
        made = built(Epsilon(), Linear(40), DDPM(), Told(0), epochs=epochs, ema=0.99)
        made.network, made.trainer.learning_rate = partial(Rbf, units=16), learning_rate
        made.fit(blobs(1500, 0), About(), seed=0, val=blobs(50, 1))
        x = made.sample(np.zeros(1000, dtype=np.int64), seed=0).x
        sides = np.sign(x.sum(1))
        assert epochs == 1 or 0.4 < np.mean(sides > 0) < 0.6
        return float(np.mean(np.linalg.norm(x - sides[:, None], axis=1) < 0.6))

    assert share(60, 2e-2) > 0.8 and share(1, 1e-12) < 0.5
