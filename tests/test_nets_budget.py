"""Equal size: the width that a budget affords, whatever the pattern, and what a mask really saves."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.contracts import UserError
from inn_experiments.nets.masked import block_mask
from inn_experiments.nets.masked_mlp import MaskedMLP
from inn_experiments.nets.mlp import Mlp

SIZES = {"features": 12, "steps": 20, "conditions": 0, "layers": 3, "embedding": 8}
PATTERNS = [{"pattern": "mlp"}, {"pattern": "band"}, {"pattern": "random", "density": 0.25}, {"pattern": "dense"}]


def size(net: torch.nn.Module) -> int:
    return sum(weights.numel() for weights in net.parameters())


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern["pattern"])
def test_a_masked_network_is_the_widest_that_its_budget_affords(pattern: dict) -> None:
    net = MaskedMLP(**SIZES, **pattern, budget=4000)
    hidden = net.widths[1]
    assert size(net) <= 4000 < size(MaskedMLP(**SIZES, **pattern, hidden=hidden + 1))
    torch.manual_seed(0)
    same = MaskedMLP(**SIZES, **pattern, hidden=hidden)
    torch.manual_seed(0)
    again = MaskedMLP(**SIZES, **pattern, budget=4000)
    assert all(torch.equal(a, b) for a, b in zip(same.parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize("options", [{}, {"residual": True}, {"linear_path": True}])
def test_a_plain_one_too(options: dict) -> None:
    net = Mlp(**SIZES, **options, budget=4000)
    assert size(net) <= 4000 < size(Mlp(**SIZES, **options, hidden=net.enter.out_features + 1))


def test_a_budget_that_affords_nothing_is_named() -> None:
    with pytest.raises(UserError, match=r"network.budget=10: .* \d+ weights"):
        MaskedMLP(**SIZES, budget=10)


def test_masked_entries_are_no_parameters() -> None:
    """At one width `dense` has all of the matrix, a band some of it, and the mask of an MLP three blocks."""
    mlp, band, _, dense = (size(MaskedMLP(**SIZES, **pattern, hidden=16)) for pattern in PATTERNS)
    assert mlp < band < dense
    net = MaskedMLP(**SIZES, pattern="dense", hidden=16)
    assert size(net.linear) == sum(net.widths) ** 2
    assert size(MaskedMLP(**SIZES, hidden=16).linear) == 12 * 16 + 16 * 16 + 16 * 12


def test_dense_is_random_of_density_one() -> None:
    assert torch.equal(block_mask("dense", 4, 3), block_mask("random", 4, 3, density=1.0))
    torch.manual_seed(0)
    first = MaskedMLP(**SIZES, pattern="dense", hidden=5)
    torch.manual_seed(0)
    second = MaskedMLP(**SIZES, pattern="random", density=1.0, hidden=5)
    x, t = torch.randn(4, 12), torch.arange(4)
    assert torch.equal(first(x, t), second(x, t))
