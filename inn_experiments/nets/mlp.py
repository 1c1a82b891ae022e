"""Mlp: the denoiser of the paper's Section 8, a multilayer perceptron told the level and the compound."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.contracts.limits import EvenInt, PositiveInt
from inn_experiments.nets.budget import widest
from inn_experiments.nets.embeddings import Context

ACTIVATIONS = {"silu": functional.silu, "gelu": functional.gelu, "relu": functional.relu, "tanh": torch.tanh}


class Mlp(nn.Module):
    """`layers` hidden layers of width `hidden` over [x_t, time embedding, conditions], and a linear head.

    `residual` adds each hidden layer, behind a layer norm, to its input. `linear_path` adds leave(g * enter(x_t)),
    linear maps around gates g of level and condition, to the output. (The paper's network has neither.) The best
    denoiser of a Gaussian is of that form, with the eigenvectors of its covariance around one gate for each; the
    hidden layers, which are no wider than a row, would have to spend themselves on it. With a `budget` of trainable
    numbers `hidden` is the largest width that keeps to it.

    Example:
        >>> net = Mlp(features=3, steps=10, conditions=2, layers=2, hidden=8, residual=True)
        >>> net(torch.zeros(5, 3), torch.arange(5), torch.eye(5, 2)).shape
        torch.Size([5, 3])
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        layers: PositiveInt = 6,
        hidden: PositiveInt = 512,
        embedding: EvenInt = 128,
        activation: Literal["silu", "gelu", "relu", "tanh"] = "silu",
        residual: bool = False,
        linear_path: bool = False,
        budget: PositiveInt | None = None,
    ) -> None:
        super().__init__()
        if budget is not None:
            sizes, shape = (features, steps, conditions, layers), {"embedding": embedding, "residual": residual}
            hidden = widest(budget, lambda width: Mlp(*sizes, width, linear_path=linear_path, **shape))
        self.act = ACTIVATIONS[activation]
        self.context = Context(steps, embedding, conditions)
        self.enter = nn.Linear(features + self.context.width, hidden)
        self.inner = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers - 1))
        self.norms = nn.ModuleList(nn.LayerNorm(hidden) for _ in range(layers - 1)) if residual else None
        self.leave = nn.Linear(hidden, features)
        self.gates = nn.Linear(self.context.width, features) if linear_path else None
        if linear_path:
            self.into, self.out = (nn.Linear(features, features, bias=False) for _ in range(2))
            nn.init.orthogonal_(self.into.weight)
            with torch.no_grad():
                self.out.weight.copy_(self.into.weight.T)

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        context = self.context(t, z)
        state = self.act(self.enter(torch.cat([x, context], 1)))
        for number, layer in enumerate(self.inner):
            plain = self.norms is None
            state = self.act(layer(state)) if plain else state + self.act(layer(self.norms[number](state)))
        if self.gates is None:
            return self.leave(state)
        return self.leave(state) + self.out(self.gates(context) * self.into(x))
