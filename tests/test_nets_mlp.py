"""The denoiser of Section 8: its size, its options, and that the context reaches it (the rest: nets contract)."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.nets.embeddings import Context
from inn_experiments.nets.mlp import ACTIVATIONS, Mlp


def test_the_default_is_the_papers_network():
    net = Mlp(40, 1000, 8)
    sizes = [tuple(layer.weight.shape) for layer in (net.enter, *net.inner, net.leave)]
    assert sizes == [(512, 40 + 128 + 8), *[(512, 512)] * 5, (40, 512)]
    assert sum(p.numel() for p in net.parameters()) == sum(a * b + a for a, b in sizes)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("residual", [False, True])
def test_options_change_the_answer_and_reach_every_parameter(activation, residual):
    torch.manual_seed(0)
    net = Mlp(5, 10, 2, layers=3, hidden=16, embedding=8, activation=activation, residual=residual)
    torch.manual_seed(0)
    plain = Mlp(5, 10, 2, layers=3, hidden=16, embedding=8)
    x, t, z = torch.randn(6, 5), torch.arange(6), torch.randn(6, 2)
    y = net(x, t, z)
    y.square().sum().backward()
    assert y.shape == x.shape and all(p.grad.abs().max() > 0 for p in net.parameters())
    assert torch.equal(y, plain(x, t, z)) == (activation == "silu" and not residual)


def test_one_layer_is_enough():
    assert Mlp(3, 10, 0, layers=1, hidden=4)(torch.zeros(2, 3), torch.tensor([1, 11])).shape == (2, 3)


def test_levels_of_a_long_schedule_are_told_apart():
    table = Context(1000, 128, 0).table
    distance = torch.cdist(table, table) + 10 * torch.eye(len(table))
    assert table.shape == (1002, 128) and distance.min() > 0.05


def test_a_context_takes_a_switch_or_a_vector():
    context = Context(10, 8, 1)
    t, z = torch.tensor([1, 2]), torch.tensor([1.0, 0.0])
    assert torch.equal(context(t, z), context(t, z[:, None])) and torch.equal(context(t, z)[:, -1], z)
    assert Context(10, 8, 3)(t, torch.ones(2, 3))[:, 8:].eq(1).all()
    with pytest.raises(RuntimeError):
        Context(10, 8, 3)(t, z)
