"""Mixed training rows: a row becomes a convex combination of itself and another training row of its class."""

from collections.abc import Callable

import torch
from torch import Tensor

from inn_experiments.maths.partners import Partners


class Mixing:
    """(1 - share) x_i + share x_j, share ~ U(0, 1), j another training row of i's class, drawn anew each time.

    A class with one row stays as it is.

    Args:
        y: classes (n,) of the training rows.
        chance: of a row to be mixed.
        generator: of all draws.

    Example:
        >>> x = torch.tensor([[0.0], [1.0], [7.0]])
        >>> mixing = Mixing(torch.tensor([0, 0, 1]), 1.0, torch.Generator().manual_seed(0))
        >>> mixed = mixing(torch.arange(3))(x)
        >>> bool(0 < mixed[0] < 1), float(mixed[2])
        (True, 7.0)
    """

    def __init__(self, y: Tensor, chance: float, generator: torch.Generator) -> None:
        self.y, self.chance, self.generator = y, chance, generator
        self.partners = Partners(y)

    def __call__(self, index: Tensor) -> Callable[[Tensor], Tensor]:
        """One draw for the rows at `index` (b,): of any table (n, d) of all rows it makes the mixed ones (b, d)."""
        other = self.partners(self.y[index], self.generator, index)
        share = torch.rand(len(index), 1, generator=self.generator)
        chosen = torch.rand(len(index), 1, generator=self.generator) < self.chance
        share = torch.where(chosen, share, 0.0)
        return lambda table: torch.lerp(table[index], table[other], share.to(table.dtype))
