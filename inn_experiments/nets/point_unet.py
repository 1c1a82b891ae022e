"""PointUNet: a U-Net of linear layers with additive skips (paper, Sections 7.1 and 9.1)."""

import torch
from torch import Tensor, nn

from inn_experiments.contracts.limits import EvenInt, NaturalInt, Positive, PositiveInt
from inn_experiments.maths.activations import Activation, ActivationName
from inn_experiments.maths.inverses import Inverter
from inn_experiments.nets.embeddings import Context, shifts


class PointUNet(nn.Module):
    """enter d -> hidden, `layers` encoder layers, a middle, `layers` decoder layers with skips, leave -> d.

    Every hidden layer is h <- act(W h + shift), its shift linear in the context: time enters additively, so a
    walk backwards can subtract it. Decoder layer k reads the sum of its predecessor and encoder state k.

    Example:
        >>> net = PointUNet(features=3, steps=10, conditions=0, hidden=8)
        >>> net(torch.zeros(5, 3), torch.arange(5)).shape
        torch.Size([5, 3])
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        hidden: PositiveInt = 64,
        embedding: EvenInt = 32,
        layers: NaturalInt = 4,
        activation: ActivationName = "relu",
        slope: Positive = 0.01,
    ) -> None:
        super().__init__()
        self.layers, self.hidden = layers, hidden
        self.act = Activation(activation, slope)
        self.context = Context(steps, embedding, conditions)
        self.enter = nn.Linear(features, hidden, bias=False)
        self.inner = nn.ModuleList(nn.Linear(hidden, hidden, bias=False) for _ in range(2 * layers + 1))
        self.shift = nn.Linear(self.context.width, (2 * layers + 2) * hidden)
        self.leave = nn.Linear(hidden, features)

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        shift = shifts(self.shift, self.context(t, z), self.hidden)
        state = self.act(torch.addmm(shift[0], x, self.enter.weight.T))
        skips = [state]
        for number, layer in enumerate(self.inner):
            if number > self.layers:
                state = state + skips[2 * self.layers + 1 - number]
            state = self.act(torch.addmm(shift[number + 1], state, layer.weight.T))
            if number < self.layers:
                skips.append(state)
        return self.leave(state)

    def walk_back(self, y: Tensor, t: Tensor, z: Tensor | None, inverter: Inverter) -> Tensor:
        """Rows x (n, d) float64 that the network maps about to y (n, d) float64.

        A decoder layer's input is a sum of two unknowns. Its least-norm split gives each half; the encoder
        state, when the walk reaches it, is the mean of that half and of what came down the deep path.
        """
        shift = shifts(self.shift, self.context(t, z).double(), self.hidden)
        state = inverter.linear("leave", self.leave.weight.double(), y - self.leave.bias.double())
        each = range(self.layers)
        names = [*(f"encoder.{number}" for number in each), "middle", *(f"decoder.{number}" for number in each)]
        skips: dict[int, Tensor] = {}
        for number in reversed(range(2 * self.layers + 1)):
            state = inverter.activation(self.act, state) - shift[number + 1]
            state = inverter.linear(names[number], self.inner[number].weight.double(), state)
            if number > self.layers:
                state = state / 2
                skips[2 * self.layers + 1 - number] = state
            elif number in skips:
                state = (state + skips[number]) / 2
        state = inverter.activation(self.act, state) - shift[0]
        return inverter.linear("enter", self.enter.weight.double(), state)
