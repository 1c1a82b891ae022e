"""The iterative network of the paper's Section 2: one masked matrix, applied again and again to a state."""

from typing import Literal

import torch
from torch import Tensor, nn

from inn_experiments.contracts import EvenInt, Positive, PositiveInt, PositiveShare, UserError
from inn_experiments.maths.activations import Activation, ActivationName
from inn_experiments.maths.inverses import Inverter
from inn_experiments.nets.budget import widest
from inn_experiments.nets.embeddings import Context, shifts
from inn_experiments.nets.masked import MaskedLinear, block_mask, needed_blocks, used_blocks


class MaskedMLP(nn.Module):
    """A masked block matrix iterated on a state of blocks [features, hidden, ..., hidden, features].

    z_{i+1} = act((M * W) z_i + b + context), with x in the first block of z_0 and zeros elsewhere; the output
    is the last of the `layers` + 1 blocks after `applications` steps (None: `layers`). It has no activation, so that
    it reaches every value. With pattern `mlp` this is exactly an MLP of `layers` layers; for the others see
    `nets.masked.block_mask`. Paper, Section 2 and Fig. 1; Hershey et al. (2024).

    Blocks that cannot reach the output in the steps that remain are not computed, and weights that no step
    uses are not made, so the mask costs nothing and every parameter counts. With a `budget` of trainable numbers
    `hidden` is the largest width that keeps to it: patterns are then compared at equal size.

    Raises:
        UserError: where an option is out of range or the mask cuts the input off from the output.

    Example:
        >>> net = MaskedMLP(features=3, steps=10, conditions=0, hidden=8, pattern="band", applications=5)
        >>> net(torch.zeros(5, 3), torch.arange(5)).shape
        torch.Size([5, 3])
    """

    def __init__(
        self,
        features: int,
        steps: int,
        conditions: int,
        hidden: PositiveInt = 64,
        layers: PositiveInt = 4,
        applications: PositiveInt | None = None,
        pattern: Literal["mlp", "random", "band", "dense"] = "mlp",
        density: PositiveShare = 0.5,
        bandwidth: PositiveInt = 1,
        mask_seed: int = 0,
        activation: ActivationName = "leaky_relu",
        slope: Positive = 0.1,
        embedding: EvenInt = 32,
        budget: PositiveInt | None = None,
    ) -> None:
        super().__init__()
        applications = layers if applications is None else applications
        for name, value in {"hidden": hidden, "layers": layers, "applications": applications}.items():
            if value < 1:
                raise UserError(f"network.{name} must be at least 1, got {value}")
        if budget is not None:
            sizes = features, steps, conditions
            shape = {"layers": layers, "applications": applications, "pattern": pattern, "density": density}
            shape |= {"bandwidth": bandwidth, "mask_seed": mask_seed, "embedding": embedding}
            hidden = widest(budget, lambda width: MaskedMLP(*sizes, hidden=width, **shape))
        self.widths = [features, *[hidden] * (layers - 1), features]
        mask = block_mask(pattern, layers + 1, applications, density=density, bandwidth=bandwidth, seed=mask_seed)
        self.needed = needed_blocks(mask, applications)
        self.targets = sorted({block for blocks in self.needed[1:] for block in blocks})
        self.linear = MaskedLinear(self.widths, used_blocks(mask, self.needed))
        self.activation = Activation(activation, slope)
        self.context = Context(steps, embedding, conditions)
        # The bias of this layer is the b of the formula: one product gives bias and context of all blocks.
        self.shift = nn.Linear(self.context.width, sum(self.widths[block] for block in self.targets))

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        shift, last, state = self._shifts(self.context(t, z)), len(self.widths) - 1, {0: x}
        for targets in self.needed[1:]:
            state = {block: self.linear.block(block, state, shift[block]) for block in targets}
            state = {block: value if block == last else self.activation(value) for block, value in state.items()}
        return state[last]

    def walk_back(self, y: Tensor, t: Tensor, z: Tensor | None, inverter: Inverter) -> Tensor:
        """The steps in reverse order in float64: y (n, d) -> x (n, d); with pattern `mlp`, layer by layer.

        Each step undoes the activation, subtracts bias and context and solves for the blocks before it. Only
        blocks on a path to the output enter; nothing is assumed about the others.
        """
        shift, last = self._shifts(self.context(t, z).double()), len(self.widths) - 1
        state = {last: y.double()}
        for application in range(len(self.needed) - 1, 0, -1):
            sources = self.needed[application - 1]
            # A block without an open source in this step says nothing about the state before it.
            targets = [i for i in self.needed[application] if set(sources) & set(self.linear.sources[i])]
            linear = {i: state[i] if i == last else inverter.activation(self.activation, state[i]) for i in targets}
            before = torch.cat([value - shift[i] for i, value in linear.items()], dim=1)
            matrix = self.linear.matrix(targets, sources).double()
            solved = inverter.linear(f"applications.{application - 1}", matrix, before)
            state = dict(zip(sources, solved.split([self.widths[i] for i in sources], dim=1), strict=True))
        return state[0]

    def _shifts(self, context: Tensor) -> dict[int, Tensor]:
        """Bias plus context of each computed block, from the one product that gives them all."""
        pieces = shifts(self.shift, context, [self.widths[block] for block in self.targets])
        return dict(zip(self.targets, pieces, strict=True))
