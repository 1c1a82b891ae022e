"""Square: every layer d x d and orthogonal, what explicit inversion needs (paper, Section 7.4)."""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import orthogonal as orthogonal_parametrisation

from inn_experiments.contracts.limits import EvenInt, Positive, PositiveInt
from inn_experiments.maths.activations import Activation, ActivationName
from inn_experiments.maths.inverses import Inverter
from inn_experiments.nets.embeddings import Context


class Square(nn.Module):
    """h <- act(W h + shift), `layers` times, without skips; the last layer is linear, so any value is reached.

    Conditioning is the price of inversion: slopes and singular values multiply along the walk. With orthogonal
    W and slope 0.5 a step back amplifies by at most 2.

    Example:
        >>> from inn_experiments.maths.inverses import Exact
        >>> net, x, t = Square(features=3, steps=10, conditions=0).double(), torch.ones(5, 3).double(), torch.arange(5)
        >>> torch.allclose(net.walk_back(net(x, t), t, None, Exact()), x)
        True
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        layers: PositiveInt = 4,
        embedding: EvenInt = 32,
        activation: ActivationName = "leaky_relu",
        slope: Positive = 0.5,
        orthogonal: bool = True,
    ) -> None:
        super().__init__()
        self.features = features
        self.act = Activation(activation, slope)
        self.context = Context(steps, embedding, conditions)
        linears = [nn.Linear(features, features, bias=False) for _ in range(layers)]
        if orthogonal:
            for linear in linears:
                nn.init.orthogonal_(linear.weight)
                orthogonal_parametrisation(linear, orthogonal_map="cayley")
        self.linears = nn.ModuleList(linears)
        self.shift = nn.Linear(self.context.width, layers * features)

    def shifts(self, context: Tensor) -> tuple[Tensor, ...]:
        """The additive context of every layer, (n, d) each."""
        shift = context @ self.shift.weight.to(context.dtype).T + self.shift.bias.to(context.dtype)
        return shift.split(self.features, dim=1)

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        for number, (linear, shift) in enumerate(zip(self.linears, self.shifts(self.context(t, z)), strict=True), 1):
            x = torch.addmm(shift, x, linear.weight.T)
            if number < len(self.linears):
                x = self.act(x)
        return x

    def walk_back(self, y: Tensor, t: Tensor, z: Tensor | None, inverter: Inverter) -> Tensor:
        """The rows x (n, d) float64 that the network maps to y (n, d) float64, exactly up to rounding."""
        shifts = self.shifts(self.context(t, z).double())
        for number in reversed(range(len(self.linears))):
            if number + 1 < len(self.linears):
                y = inverter.activation(self.act, y)
            y = inverter.linear(f"linears.{number}", self.linears[number].weight.double(), y - shifts[number])
        return y
