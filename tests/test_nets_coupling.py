"""Couplings: what is promised of them at every row, level and width, in float64."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.maths.inverses import Exact, Inverter, RegularisedSVD
from inn_experiments.nets.coupling import Coupling

STEPS = 20


def lively(features: int, conditions: int = 0, dtype: torch.dtype = torch.float64, **options) -> Coupling:
    """A network whose shifts are as large as the rows: freshly made they are nearly 0."""
    torch.manual_seed(0)
    net = Coupling(features=features, steps=STEPS, conditions=conditions, **options)
    with torch.no_grad():
        for shift in net.shifts:
            shift.leave.weight.normal_(std=0.3)
            shift.leave.bias.normal_()
    return net.to(dtype)


def batch(features: int, conditions: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    generator = torch.Generator().manual_seed(1)
    x = 3 * torch.randn(30, features, generator=generator, dtype=torch.float64)
    z = torch.rand(30, conditions, generator=generator, dtype=torch.float64) if conditions else None
    return x, torch.randint(0, STEPS + 2, (30,), generator=generator), z


@pytest.mark.parametrize("inverter", [Exact, RegularisedSVD])
@pytest.mark.parametrize("conditions", [0, 1, 3])
@pytest.mark.parametrize("features", [1, 2, 7, 40])
def test_either_direction_undoes_the_other(features: int, conditions: int, inverter: type[Inverter]) -> None:
    net, (x, t, z) = lively(features, conditions), batch(features, conditions)
    assert (net(x, t, z) - x).abs().mean() > 0.5, "the network does nothing"
    torch.testing.assert_close(net.walk_back(net(x, t, z), t, z, inverter()), x, rtol=0, atol=1e-10)
    torch.testing.assert_close(net(net.walk_back(x, t, z, inverter()), t, z), x, rtol=0, atol=1e-10)


def test_the_determinant_is_1_at_every_row_and_level() -> None:
    net, (x, t, _) = lively(7), batch(7)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda row, level: net(row[None], level[None])[0]))(x, t)
    assert (torch.linalg.cond(jacobian) > 1.5).all(), "the network only turns rows"
    torch.testing.assert_close(torch.linalg.det(jacobian), torch.ones(30, dtype=torch.float64), rtol=0, atol=1e-10)


def test_a_step_is_triangular() -> None:
    """Odd positions pass as they are, and no even one is an input of its own shift."""
    net, (x, t, _) = lively(7, layers=1), batch(7)
    step = torch.func.jacrev(lambda row: net(row[None], t[:1])[0])(x[0]) - torch.eye(7, dtype=torch.float64)
    assert (step[1::2] == 0).all() and (step[:, ::2] == 0).all()
    assert (step[::2, 1::2].abs() > 1e-6).all(), "every kept value moves every other one"


@pytest.mark.parametrize("inverter", [Exact, RegularisedSVD])
def test_a_step_is_reported_with_the_condition_of_its_jacobian(inverter: type[Inverter]) -> None:
    net, (x, t, _) = lively(7, layers=1), batch(7)
    way_back = inverter()
    walked = net.walk_back(x, t, None, way_back)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda row, level: net(row[None], level[None])[0]))(walked, t)
    (record,) = way_back.report()
    assert record["layer"] == "shifts.0" and record["shape"] == (7, 7) and record["exact"]
    assert record["condition"] == pytest.approx(torch.linalg.cond(jacobian)[:16].max().item(), rel=0.01)


def test_the_level_and_the_conditions_matter_on_the_way_back_too() -> None:
    net, (x, t, z) = lively(7, 3), batch(7, 3)
    answer = net.walk_back(x, t, z, Exact())
    for other in (net.walk_back(x, (t + 1) % (STEPS + 2), z, Exact()), net.walk_back(x, t, 1 - z, Exact())):
        assert ((other - answer).abs().amax(1) > 1e-3).all()


def test_a_walk_has_the_precision_of_its_rows() -> None:
    """Training asks in float32; whoever reports asks in float64, of the same float32 weights."""
    net, (x, t, _) = lively(7, dtype=torch.float32), batch(7)
    exact = net.double().walk_back(x, t, None, Exact())
    single = net.float().walk_back(x.float(), t, None, Exact())
    double = net.walk_back(x, t, None, Exact())
    assert single.dtype == torch.float32 and double.dtype == torch.float64
    torch.testing.assert_close(double, exact, rtol=0, atol=1e-10)
    torch.testing.assert_close(single.double(), exact, rtol=1e-4, atol=1e-3)
