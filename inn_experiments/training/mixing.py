"""Mixed training rows: a row becomes a convex combination of itself and another training row of its class."""

import torch
from torch import Tensor

from inn_experiments.maths.partners import Partners


class Mixing:
    """(1 - share) x_i + share x_j, share ~ U(0, 1), j another training row of i's class, drawn anew each time.

    A prime that is linear within a class, as `orthogonal` is, has the same combination of images; where it is not, the
    image of the mixture is another true pair. A class with one row stays as it is.

    Args:
        x, y: training rows (n, d) and their classes (n,).
        chance: of a row to be mixed.
        generator: of all draws.

    Example:
        >>> x = torch.tensor([[0.0], [1.0], [7.0]])
        >>> mixed = Mixing(x, torch.tensor([0, 0, 1]), 1.0, torch.Generator().manual_seed(0))(torch.arange(3))
        >>> bool(0 < mixed[0] < 1), float(mixed[2])
        (True, 7.0)
    """

    def __init__(self, x: Tensor, y: Tensor, chance: float, generator: torch.Generator) -> None:
        self.x, self.y, self.chance, self.generator = x, y, chance, generator
        self.partners = Partners(y)

    def __call__(self, index: Tensor) -> Tensor:
        """The rows at `index` (b,), mixed or, with chance 1 - `chance`, as they are: (b, d)."""
        rows = self.x[index]
        other = self.x[self.partners(self.y[index], self.generator, index)]
        share = torch.rand(len(index), 1, generator=self.generator, dtype=rows.dtype)
        chosen = torch.rand(len(index), 1, generator=self.generator) < self.chance
        return torch.where(chosen, torch.lerp(rows, other, share), rows)
