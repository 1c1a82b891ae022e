"""What every network promises, whatever it is made of: one set of checks over all of them."""

from __future__ import annotations

import importlib

import pytest
import torch
from torch import nn

STEPS = 20
NETWORKS = {
    "point_unet": "PointUNet",
    "square": "Square",
    "masked_mlp": "MaskedMLP",
    "conv_unet": "ConvUNet",
    "mlp": "Mlp",
    "rbf": "Rbf",
    "places": "Places",
    "coupling": "Coupling",
    "coupling_conv": "CouplingConv",
}
ROWS = 8


def build(name: str, features: int = 7, conditions: int = 1, seed: int = 0) -> nn.Module:
    """The network with the default options of its class."""
    module = importlib.import_module(f"inn_experiments.nets.{name}")
    torch.manual_seed(seed)
    return getattr(module, NETWORKS[name])(features=features, steps=STEPS, conditions=conditions)


def batch(features: int = 7, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows, levels from 0 to T+1 and both directions."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(ROWS, features, generator=generator).to(dtype)
    t = torch.linspace(0, STEPS + 1, ROWS).long()
    return x, t, (torch.arange(ROWS) % 2).to(dtype)


@pytest.fixture(params=NETWORKS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("features", [2, 7, 40])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rows_in_rows_out(name: str, features: int, dtype: torch.dtype) -> None:
    x, t, z = batch(features, dtype)
    y = build(name, features).to(dtype)(x, t, z)
    assert y.shape == x.shape and y.dtype == dtype and y.isfinite().all()


@pytest.mark.parametrize("conditions", [1, 0, 3])
def test_a_gradient_reaches_every_parameter_and_every_feature(name: str, conditions: int) -> None:
    net = build(name, conditions=conditions)
    x, t, z = batch()
    x.requires_grad_()
    told = {0: None, 1: z, 3: torch.eye(3)[torch.arange(ROWS) % 3]}[conditions]
    y = net(x, t, told)
    (y * torch.randn(y.shape, generator=torch.Generator().manual_seed(2))).sum().backward()
    assert (x.grad.abs().amax(0) > 0).all()
    for parameter_name, parameter in net.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), parameter_name
        assert parameter.grad.abs().max() > 0, parameter_name


def test_every_level_gives_another_output(name: str) -> None:
    """Neighbouring levels included: the embedding must resolve all of 0..T+1."""
    net = build(name)
    t = torch.arange(STEPS + 2)
    y = net(torch.ones(len(t), 7), t, torch.zeros(len(t)))
    distance = torch.cdist(y, y) + torch.eye(len(t))
    assert distance.min() > 1e-5


def test_the_direction_switches(name: str) -> None:
    net = build(name)
    x, t, z = batch()
    off, on = net(x, t, torch.zeros(ROWS)), net(x, t, torch.ones(ROWS))
    assert ((on - off).abs().amax(1) > 1e-5).all()
    mixed = torch.where(z[:, None] == 1, on, off)
    torch.testing.assert_close(net(x, t, z), mixed, rtol=1e-4, atol=1e-5)


def test_no_direction_means_forward(name: str) -> None:
    net = build(name)
    x, t, _ = batch()
    assert torch.equal(net(x, t, None), net(x, t, torch.zeros(ROWS)))


def test_every_entry_of_a_conditioning_vector_matters(name: str) -> None:
    net = build(name, conditions=4)
    x, t, _ = batch()
    nothing = net(x, t, torch.zeros(ROWS, 4))
    assert torch.equal(net(x, t, None), nothing)
    answers = [nothing, *(net(x, t, row.expand(ROWS, 4)) for row in torch.eye(4))]
    for number, answer in enumerate(answers):
        for other in answers[:number]:
            assert ((answer - other).abs().amax(1) > 1e-5).all()


def test_a_row_does_not_depend_on_its_neighbours_in_the_batch(name: str) -> None:
    """So that a batch may hold the rows of several loss terms, and evaluation may cut it anywhere."""
    net = build(name).double()
    x, t, z = batch(dtype=torch.float64)
    together = net(x, t, z)
    alone = torch.cat([net(x[i : i + 1], t[i : i + 1], z[i : i + 1]) for i in range(ROWS)])
    torch.testing.assert_close(together, alone, rtol=1e-10, atol=1e-10)


def test_the_seed_decides_the_weights_and_a_state_dict_carries_them(name: str) -> None:
    x, t, z = batch()
    first, again, other = build(name), build(name), build(name, seed=1)
    assert torch.equal(first(x, t, z), again(x, t, z))
    assert not torch.equal(first(x, t, z), other(x, t, z))
    other.load_state_dict(first.state_dict())
    torch.testing.assert_close(first(x, t, z), other(x, t, z), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("inverter", ["Exact", "RegularisedSVD"])
@pytest.mark.parametrize("walker", ["point_unet", "square", "masked_mlp", "coupling", "coupling_conv"])
@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
def test_a_walk_back_is_finite_float64_and_reports_each_layer(walker: str, inverter: str) -> None:
    from inn_experiments.maths import inverses

    net = build(walker)
    x, t, z = batch(dtype=torch.float64)
    way_back = getattr(inverses, inverter)()
    walked = net.walk_back(x, t, z, way_back)
    assert walked.shape == x.shape and walked.dtype == torch.float64 and walked.isfinite().all()
    report = way_back.report()
    assert len(report) > 1 and len({layer["layer"] for layer in report}) == len(report)
