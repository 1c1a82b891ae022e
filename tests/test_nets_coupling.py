"""Couplings: what is promised of them at every row, level and width, in float64."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.maths.inverses import Exact, Inverter, RegularisedSVD
from inn_experiments.nets.coupling import Coupling, divide, join, tamed_square
from inn_experiments.nets.coupling_conv import CouplingConv

STEPS = 20


def lively(
    features: int, conditions: int = 0, dtype: torch.dtype = torch.float64, kind: type[Coupling] = Coupling, **options
) -> Coupling:
    """A network whose shifts are as large as the rows: freshly made they are nearly 0."""
    torch.manual_seed(0)
    net = kind(features=features, steps=STEPS, conditions=conditions, **options)
    with torch.no_grad():
        for shift in net.shifts:
            shift.leave.weight.normal_(std=0.3)
            shift.leave.bias.normal_()
        net.scale.weight.normal_(std=0.2)
    return net.to(dtype)


def batch(features: int, conditions: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    generator = torch.Generator().manual_seed(1)
    x = 3 * torch.randn(30, features, generator=generator, dtype=torch.float64)
    z = torch.rand(30, conditions, generator=generator, dtype=torch.float64) if conditions else None
    return x, torch.randint(0, STEPS + 2, (30,), generator=generator), z


@pytest.mark.parametrize("inverter", [Exact, RegularisedSVD])
@pytest.mark.parametrize("conditions", [0, 1, 3])
@pytest.mark.parametrize("features", [1, 2, 7, 40])
@pytest.mark.parametrize("kind", [Coupling, CouplingConv])
def test_either_direction_undoes_the_other(kind, features: int, conditions: int, inverter: type[Inverter]) -> None:
    net, (x, t, z) = lively(features, conditions, kind=kind), batch(features, conditions)
    assert (net(x, t, z) - x).abs().mean() > 0.5, "the network does nothing"
    torch.testing.assert_close(net.walk_back(net(x, t, z), t, z, inverter()), x, rtol=0, atol=1e-10)
    torch.testing.assert_close(net(net.walk_back(x, t, z, inverter()), t, z), x, rtol=0, atol=1e-10)


def jacobian(net: Coupling, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """(n, d, d) of the network at rows x and levels t."""
    return torch.func.vmap(torch.func.jacrev(lambda row, level: net(row[None], level[None])[0]))(x, t)


@pytest.mark.parametrize("kind", [Coupling, CouplingConv])
def test_the_determinant_is_1_at_the_terminal_level_and_the_same_for_all_rows_of_any_other(kind) -> None:
    net, (x, _, _) = lively(7, kind=kind, layers=8), batch(7)
    for level in range(STEPS + 2):
        slopes = jacobian(net, x, torch.full((len(x),), level))
        assert (torch.linalg.cond(slopes) > 1.5).all(), "the network only turns rows"
        determinant = torch.linalg.det(slopes)
        expected = torch.ones_like(determinant) if level > STEPS else determinant.mean().expand_as(determinant)
        torch.testing.assert_close(determinant, expected, rtol=1e-9, atol=0)
        assert (level > STEPS) == bool((determinant - 1).abs().max() < 1e-9)


def test_a_step_is_triangular() -> None:
    """The last half passes as it is, and nothing of the first is an input of its own shift."""
    net, (x, t, _) = lively(7, layers=1), batch(7)
    (step,) = jacobian(net, x[:1], t[:1])
    scales = torch.diag(net.scales(t[:1], x.dtype)[0][0])
    torch.testing.assert_close(step[4:], torch.eye(7, dtype=torch.float64)[4:], rtol=0, atol=0)
    torch.testing.assert_close(step[:4, :4], scales, rtol=0, atol=1e-12)
    assert (step[:4, 4:].abs() > 1e-6).all(), "every kept value moves every other one"


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("inverter", [Exact, RegularisedSVD])
def test_a_step_is_reported_with_the_condition_of_its_jacobian(inverter: type[Inverter], terminal: bool) -> None:
    """At the terminal level with the condition itself, elsewhere, where the scales count, with a bound of it."""
    net, (x, t, _) = lively(7, layers=1), batch(7)
    t = torch.full_like(t, STEPS + 1) if terminal else t
    way_back = inverter()
    condition = torch.linalg.cond(jacobian(net, net.walk_back(x, t, None, way_back), t))[:16].max().item()
    (record,) = way_back.report()
    assert record["layer"] == "shifts.0" and record["shape"] == (7, 7) and record["exact"]
    assert 0.99 * condition <= record["condition"] <= (1.01 if terminal else 8) * condition


def test_a_step_between_neighbours_moves_every_other_place_by_those_around_it() -> None:
    features = 41
    net, (x, t, _) = lively(features, kind=CouplingConv, layers=3), batch(features)
    shift = net.shifts[2]
    odd, even = torch.arange(1, features, 2), torch.arange(0, features, 2)
    context = net.context(t[:1], None).double()
    slopes = torch.func.jacrev(lambda half: shift(half[None], context)[0])(x[0, odd])
    apart = (even[:, None] - odd).abs()
    assert slopes.shape == (len(even), len(odd)) and (slopes[apart <= 1].abs() > 1e-9).all()
    far = slopes[apart > 9]  # two kernels of five places, every other one of the row
    assert len(far) > 100 and (far == 0).all()
    halves = divide(x, interleaved=True)
    assert torch.equal(halves[0], x[:, ::2]) and torch.equal(join(halves, interleaved=True), x)


@pytest.mark.parametrize("kind", [Coupling, CouplingConv])
def test_rows_far_out_come_back_finite(kind) -> None:
    """A walk may begin at rows that no training has seen."""
    net, (x, t, _) = lively(7, kind=kind), batch(7)
    assert net.walk_back(1e200 * x, t, None, Exact()).isfinite().all()
    values = torch.tensor([0.0, 1e-3, -1e-3, -1e300], dtype=torch.float64)
    torch.testing.assert_close(
        tamed_square(values), torch.tensor([0, 1e-6, 1e-6, 1e300], dtype=torch.float64), rtol=2e-3, atol=0
    )


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
