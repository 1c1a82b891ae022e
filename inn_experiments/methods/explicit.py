"""Explicit inversion: the walk by exact inverses of square layers and activations (paper, Section 7.4)."""

from inn_experiments.maths.inverses import Exact, Inverter
from inn_experiments.methods.walked import Walked


class Explicit(Walked):
    """Every square layer is undone by W^-1 (equation 9), rectangular ones by least squares, reported as inexact.

    Example:
        >>> import torch
        >>> from inn_experiments.methods.base import Setting
        >>> from inn_experiments.nets.square import Square
        >>> method, x = Explicit(), torch.ones(5, 3)
        >>> method.assemble(Square, Setting(features=3, steps=10))
        >>> torch.allclose(method.net(method.inverse(x).float(), method.terminal(x)), x, atol=1e-4)
        True
    """

    def inverter(self) -> Inverter:
        """The exact inverse."""
        return Exact()
