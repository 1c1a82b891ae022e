"""A network for each class: rows see that of their class alone, and it is refused where classes are told otherwise."""

from __future__ import annotations

import cells
import numpy as np
import pytest
import torch
from torch import nn

from inn_experiments.contracts import UserError
from inn_experiments.nets.apart import Apart

BASE = ("generator=diffusion", "network=mlp", "network.hidden=16", "network.layers=2", "schedule.steps=20")
BASE += ("sampler.steps=5",)


class Times(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, x, t, z=None):
        return self.factor * x


def test_each_row_goes_through_its_own_network_and_moves_no_other() -> None:
    net = Apart([Times(2.0), Times(-1.0), Times(5.0)])
    x, label = torch.ones(4, 3), torch.tensor([1, 0, 1, 0])
    found = net(x, torch.zeros(4, dtype=torch.long), torch.eye(3)[label])
    assert found[:, 0].tolist() == [-1, 2, -1, 2]
    found.sum().backward()
    assert [one.factor.grad is None for one in net.nets] == [False, False, True]


def test_a_diffusion_of_networks_apart_trains_is_kept_and_follows_its_labels(tmp_path) -> None:
    one, many = (cells.fitted(*BASE, f"generator.apart={flag}", of=cells.unbounded()) for flag in ("false", "true"))
    assert many.parameters > 2.5 * one.parameters
    y = np.arange(3).repeat(4)
    again = cells.built(*BASE, "generator.apart=true")
    again.restore(many.state())
    np.testing.assert_array_equal(again.sample(y, seed=1).x, many.sample(y, seed=1).x)
    keys = {cells.training(*BASE, f"generator.apart={flag}", of=cells.unbounded()) for flag in ("false", "true")}
    assert len(keys) == 2


@pytest.mark.parametrize("kind", ["none", "chemnet", "label_chemnet", "context"])
def test_without_labels_there_is_no_own_network(kind: str) -> None:
    with pytest.raises(UserError, match=r"generator.apart=true: .* conditioning=label"):
        cells.built(*BASE, "generator.apart=true", f"conditioning={kind}")
