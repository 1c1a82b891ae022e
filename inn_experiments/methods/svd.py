"""Semi-explicit inversion: the walk by regularised pseudo-inverses (paper, Section 7.3)."""

from inn_experiments.contracts.limits import NaturalInt, NonNegative, PositiveShare
from inn_experiments.maths.inverses import Inverter, RegularisedSVD
from inn_experiments.methods.walked import Walked


class SVD(Walked):
    """Every linear layer is undone by W+ = V S^-1 U^T with damped small singular values (equations 7 and 8).

    Those below floor * s_max are damped instead of inverted; the other arguments are those of `Walked`.

    Example:
        >>> import torch
        >>> from inn_experiments.methods.base import Setting
        >>> from inn_experiments.nets.masked_mlp import MaskedMLP
        >>> method = SVD()
        >>> method.assemble(MaskedMLP, Setting(features=3, steps=10))
        >>> method.inverse(torch.zeros(5, 3)).shape, len(method.conditioning())
        (torch.Size([5, 3]), 4)
    """

    def __init__(
        self, floor: PositiveShare = 0.3, inverse_weight: NonNegative = 0.0, refine_steps: NaturalInt = 0
    ) -> None:
        super().__init__(inverse_weight, refine_steps)
        self.floor = floor

    def inverter(self) -> Inverter:
        """The regularised SVD."""
        return RegularisedSVD(self.floor)
