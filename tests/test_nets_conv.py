"""The convolutional U-Net: any width, a sense of position, amplitude and neighbourhood, context alive."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.contracts import UserError
from inn_experiments.nets.conv_unet import Block, ConvUNet

STEPS = 10


def build(features: int, conditions: int = 1, **options) -> ConvUNet:
    torch.manual_seed(0)
    return ConvUNet(features, STEPS, conditions, **{"channels": 8, "embedding": 8, **options})


@pytest.mark.parametrize("features", [1, 2, 3, 5, 8, 37, 40, 41])
@pytest.mark.parametrize("levels", [1, 2, 4])
def test_any_width_gives_the_same_width_and_reaches_every_parameter(features: int, levels: int) -> None:
    net = build(features, levels=levels)
    x = torch.randn(6, features, requires_grad=True)
    y = net(x, torch.arange(6), torch.tensor([0, 1, 0, 1, 0, 1]).float())
    assert y.shape == x.shape and y.isfinite().all()
    # A random linear reading of the output: its gradient cannot cancel by symmetry.
    (y * torch.randn_like(y)).sum().backward()
    assert (x.grad.abs().amax(0) > 0).all()
    for name, parameter in net.named_parameters():
        # In the coarsest state of a very short row a kernel of 5 reaches over the border on both sides,
        # so single entries may stay 0; no whole parameter may.
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("channels", [1, 3, 12])
def test_any_number_of_channels(channels: int) -> None:
    assert build(9, channels=channels)(torch.randn(2, 9), torch.tensor([1, 2])).shape == (2, 9)


def test_time_and_direction_reach_every_block() -> None:
    """The context of each block alone changes the output: none of them is lost in the normalisation."""
    net = build(16, levels=3)
    x, t = torch.randn(2, 16), torch.tensor([3, 3])
    before = net(x, t)
    start = 0
    for width in net.shift_widths:
        with torch.no_grad():
            net.shift.bias[start : start + width] += torch.linspace(0.5, 1, width)
        after = net(x, t)
        assert (after - before).abs().max() > 1e-4
        before, start = after, start + width
    assert start == net.shift.out_features


def test_amplitude_survives_the_normalisation() -> None:
    """With silent blocks the row still flows past every norm, down and up, and the network is affine in it."""
    net = build(40, levels=3)
    for block in [*net.encoder, net.middle, *net.decoder]:
        torch.nn.init.zeros_(block.conv.weight)
        torch.nn.init.zeros_(block.conv.bias)
    x, t = torch.randn(4, 40), torch.full((4,), 5)
    nothing, once, twice = (net(factor * x, t) for factor in (0, 1, 2))
    assert (once - nothing).abs().max() > 0.01
    torch.testing.assert_close(twice - once, once - nothing)
    once.square().mean().backward()
    assert all(down.weight.grad.abs().max() > 0 for down in net.down)


def test_the_place_of_a_peak_matters_because_of_the_position_channel_alone() -> None:
    """Without it, a shift of a peak far from the borders shifts the output, as in any convolution."""
    net = build(256).double()
    x = torch.zeros(1, 256, dtype=torch.float64)
    x[0, 120:124] = 1.0
    t = torch.tensor([1])

    def departure_from_a_shift() -> float:
        return (net(x.roll(8, 1), t) - net(x, t).roll(8, 1))[0, 64:192].abs().max().item()

    assert departure_from_a_shift() > 1e-3
    net.positions.zero_()
    assert departure_from_a_shift() < 1e-10


def test_a_block_is_local_but_for_its_normalisation() -> None:
    """Far positions act on one another only through the statistics of the norm."""
    block = Block(4, 4)
    block.norm = torch.nn.Identity()
    h = torch.randn(1, 4, 20, requires_grad=True)
    block(h, torch.zeros(1, 4, 1))[0, :, 10].sum().backward()
    reached = h.grad[0].abs().sum(0) > 0
    assert reached.nonzero().flatten().tolist() == [8, 9, 10, 11, 12]


def test_there_is_no_backward_walk() -> None:
    assert not hasattr(build(8), "walk_back")


@pytest.mark.parametrize("option", ["channels", "levels"])
def test_a_wrong_option_is_named(option: str) -> None:
    with pytest.raises(UserError, match=f"network.{option}"):
        build(8, **{option: 0})
