"""The masked network: a mask that holds, an iteration that is what it claims, an MLP as a special case."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from inn_experiments.contracts import UserError
from inn_experiments.maths.inverses import Exact, RegularisedSVD
from inn_experiments.nets.masked import MaskedLinear, block_mask, needed_blocks, used_blocks
from inn_experiments.nets.masked_mlp import MaskedMLP

STEPS = 10
PATTERNS = [
    {"pattern": "mlp", "layers": 3},
    {"pattern": "band", "layers": 3, "applications": 5},
    {"pattern": "band", "layers": 4, "bandwidth": 2, "applications": 2},
    {"pattern": "random", "layers": 4, "density": 0.5, "mask_seed": 1},
    {"pattern": "random", "layers": 4, "density": 0.1, "applications": 6},
    {"pattern": "random", "layers": 2, "density": 1.0, "applications": 1},
]


def build(features: int = 5, hidden: int = 7, **options) -> MaskedMLP:
    torch.manual_seed(0)
    return MaskedMLP(features, STEPS, False, hidden=hidden, embedding=8, **options).double()


def rows(features: int = 5, count: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(count, features, generator=generator, dtype=torch.float64)
    return x, torch.randint(0, STEPS + 2, (count,), generator=generator)


def open_entries(mask: torch.Tensor, widths: list[int]) -> torch.Tensor:
    """A mask over blocks as a mask over single entries."""
    width = torch.tensor(widths)
    return mask.repeat_interleave(width, 0).repeat_interleave(width, 1)


def as_sequential(net: MaskedMLP, t: torch.Tensor, layers: int) -> nn.Sequential:
    """A plain MLP with the network's weights and, at the one time t, its bias and context."""
    shifts = net.shift(net.context(t[:1])).squeeze(0).split(net.widths[1:])
    plain: list[nn.Module] = []
    for number in range(layers):
        linear = nn.Linear(net.widths[number], net.widths[number + 1]).double()
        linear.weight.data = net.linear.matrix([number + 1], [number]).detach().clone()
        linear.bias.data = shifts[number].detach().clone()
        plain += [linear, nn.LeakyReLU(0.1)]
    return nn.Sequential(*plain[:-1])


@pytest.mark.parametrize(("layers", "features", "hidden"), [(1, 5, 7), (2, 5, 5), (4, 9, 4), (6, 3, 16)])
def test_pattern_mlp_is_exactly_an_mlp(layers: int, features: int, hidden: int) -> None:
    net = build(features, hidden, layers=layers)
    x, _ = rows(features)
    t = torch.full((len(x),), 4)
    assert (net(x, t) - as_sequential(net, t, layers)(x)).abs().max() <= 1e-12


@pytest.mark.parametrize("options", PATTERNS)
def test_network_equals_the_iteration_of_the_whole_masked_matrix(options: dict) -> None:
    """Equation of Section 2 on the full state, with any value in the open blocks that the network leaves out."""
    net = build(**options)
    x, t = rows()
    applications = len(net.needed) - 1
    chosen = {key: options[key] for key in ("density", "bandwidth") if key in options}
    blocks = options["layers"] + 1
    mask = block_mask(options["pattern"], blocks, applications, seed=options.get("mask_seed", 0), **chosen)
    left_out = open_entries(mask & ~used_blocks(mask, net.needed), net.widths)
    matrix = net.linear.matrix(range(blocks), range(blocks)) + left_out * torch.randn(left_out.shape)
    assert (matrix[~open_entries(mask, net.widths)] == 0).all()
    computed = dict(
        zip(net.targets, net.shift(net.context(t)).split([net.widths[i] for i in net.targets], 1), strict=True)
    )
    anything = [torch.randn(len(x), width, dtype=torch.float64) for width in net.widths]
    shift = torch.cat([computed.get(i, anything[i]) for i in range(blocks)], 1)
    state = torch.cat([x, x.new_zeros(len(x), sum(net.widths[1:]))], 1)
    for _ in range(applications):
        value = state @ matrix.T + shift
        state = torch.cat([net.activation(value[:, : -x.shape[1]]), value[:, -x.shape[1] :]], 1)
    assert (net(x, t) - state[:, -x.shape[1] :]).abs().max() <= 1e-12


def product(layer: MaskedLinear, state: torch.Tensor) -> torch.Tensor:
    """(M * W) z of whole states z (n, sum of widths)."""
    blocks = dict(enumerate(state.split(layer.widths, dim=1)))
    return torch.cat([layer.block(i, blocks, torch.zeros_like(blocks[i])) for i in range(len(layer.widths))], dim=1)


def test_masked_blocks_have_a_zero_jacobian_before_and_after_training() -> None:
    widths = [3, 4, 2]
    mask = torch.tensor([[1, 0, 1], [0, 1, 0], [1, 1, 0]]).bool()
    torch.manual_seed(0)
    layer = MaskedLinear(widths, mask)
    closed = ~open_entries(mask, widths)
    assert sum(weight.numel() for weight in layer.parameters()) == (~closed).sum()
    optimiser = torch.optim.AdamW(layer.parameters(), lr=0.1, weight_decay=0.1)
    for _ in range(5):
        jacobian = torch.autograd.functional.jacobian(lambda z: product(layer, z[None])[0], torch.randn(9))
        assert (jacobian[closed] == 0).all()
        assert (jacobian[~closed] != 0).all()
        torch.testing.assert_close(jacobian, layer.matrix(range(3), range(3)))
        optimiser.zero_grad()
        product(layer, torch.randn(8, 9)).square().mean().backward()
        assert all(weight.grad.abs().max() > 0 for weight in layer.parameters())
        optimiser.step()


@pytest.mark.parametrize("options", PATTERNS)
def test_every_parameter_matters(options: dict) -> None:
    net = build(**options)
    x, t = rows()
    net(x, t).square().mean().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


def test_random_mask_depends_on_its_seed_alone_and_always_lets_the_input_through() -> None:
    torch.manual_seed(0)
    first = block_mask("random", 6, 4, seed=3)
    torch.manual_seed(1)
    assert torch.equal(first, block_mask("random", 6, 4, seed=3))
    assert not torch.equal(first, block_mask("random", 6, 4, seed=4))
    for seed in range(50):
        sparse = block_mask("random", 6, 1 + seed % 7, density=1e-9, seed=seed)
        assert sparse.sum() <= 1 + seed % 7
        assert needed_blocks(sparse, 1 + seed % 7)[0] == [0]
    density = torch.stack([block_mask("random", 10, 1, density=0.3, seed=i) for i in range(50)]).double().mean()
    assert abs(density - 0.3) < 0.03


def test_walk_back_returns_the_input_of_a_network_of_square_layers() -> None:
    net = build(6, 6, layers=3, slope=0.5)
    x, t = rows(6)
    inverter = Exact()
    assert (net.walk_back(net(x, t), t, None, inverter) - x).abs().max() <= 1e-9
    assert [layer["layer"] for layer in inverter.report()] == [f"applications.{i}" for i in (2, 1, 0)]


def test_walk_back_of_pattern_mlp_is_the_walk_layer_by_layer() -> None:
    """Rectangular layers: every step must be the pseudo-inverse of that one layer (equation 8)."""
    net = build(5, 7, layers=3)
    y, _ = rows()
    t = torch.full((len(y),), 2)
    walked = y
    for layer in reversed(as_sequential(net, t, 3)):
        if isinstance(layer, nn.Linear):
            walked = (walked - layer.bias) @ torch.linalg.pinv(layer.weight).T
        else:
            walked = torch.where(walked >= 0, walked, walked / 0.1)
    torch.testing.assert_close(net.walk_back(y, t, None, RegularisedSVD(1e-12)), walked, rtol=1e-9, atol=1e-9)


@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
@pytest.mark.parametrize("options", PATTERNS)
def test_walk_back_is_finite_float64_and_differentiable(options: dict) -> None:
    net = build(**options).float()
    y, t = rows()
    walked = net.walk_back(y, t, None, RegularisedSVD())
    assert walked.shape == y.shape and walked.dtype == torch.float64 and walked.isfinite().all()
    walked.square().mean().backward()
    assert net.shift.weight.grad.isfinite().all() and net.shift.weight.grad.abs().max() > 0
    assert all(weight.grad.isfinite().all() for weight in net.linear.parameters())


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"pattern": "mlp", "layers": 3, "applications": 4}, "applications"),
        ({"pattern": "band", "layers": 4, "applications": 3}, "bandwidth"),
        ({"pattern": "band", "bandwidth": 0}, "network.bandwidth"),
        ({"pattern": "random", "density": 0.0}, "network.density"),
        ({"pattern": "random", "density": 1.5}, "network.density"),
        ({"budget": 10}, "network.budget"),
        ({"pattern": "spiral"}, "network.pattern"),
        ({"hidden": 0}, "network.hidden"),
        ({"layers": 0}, "network.layers"),
        ({"applications": 0}, "network.applications"),
    ],
)
def test_a_wrong_option_is_named(options: dict, named: str) -> None:
    with pytest.raises(UserError, match=named):
        MaskedMLP(5, STEPS, False, **options)
