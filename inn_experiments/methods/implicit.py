"""Implicit inversion: two networks, one per direction (paper, Section 7.1)."""

from typing import Literal

from torch import Tensor, nn

from inn_experiments.contracts.parts import Network
from inn_experiments.maths.losses import mse
from inn_experiments.methods.base import DECIDED_BY, Method, Pairs, Setting, Training


class Implicit(Method):
    """The forward network denoises; a second network with its own weights maps clean rows to prime space.

    Example:
        >>> import torch
        >>> from inn_experiments.nets.mlp import Mlp
        >>> method = Implicit()
        >>> method.assemble(Mlp, Setting(features=3, steps=10))
        >>> method.inverse(torch.zeros(5, 3)).shape
        torch.Size([5, 3])
    """

    def __init__(self, row_scale: Literal["auto"] | bool = "auto") -> None:
        super().__init__()
        self.row_scale = row_scale

    def assemble(self, network: Network, setting: Setting) -> None:
        """Build both networks."""
        super().assemble(network, setting)
        self.inverse_net = network(features=setting.features, steps=setting.steps, conditions=0)

    def trainings(self) -> list[Training]:
        """The forward network, as every method that walks it backwards has it, and the inverse one."""
        reads = self.decided_by(DECIDED_BY)
        return [*super().trainings(), Training("inverse", self.inverse_net, self.loss, self._inverse_terms, reads)]

    def inverse(self, x: Tensor) -> Tensor:
        """The second network's image of clean rows (n, d), at level 0."""
        return self.applied(self.inverse_net)(x, self.clean_level(x))

    def _inverse_terms(self, net: nn.Module, loss: nn.Module, pairs: Pairs) -> dict[str, Tensor]:
        return {"inverse": mse(self.applied(net)(pairs.row, self.clean_level(pairs.row)), pairs.image)}
