"""Partners: for every row another training row of its class, as convex corruption and mixed training pairs need one."""

import torch
from torch import Tensor


class Partners:
    """Training rows sorted by class, without a copy of them; `count` (C,) says how many each class has.

    Args:
        y: classes (n,) of the training rows.
        classes: how many there are at least.
    """

    def __init__(self, y: Tensor, classes: int = 0) -> None:
        self.order = torch.argsort(y, stable=True)
        self.count = torch.bincount(y, minlength=classes)
        self.start = torch.cumsum(self.count, 0) - self.count
        self.rank = torch.empty_like(self.order)
        self.rank[self.order] = torch.arange(len(y)) - self.start[y[self.order]]

    def __call__(self, y: Tensor, generator: torch.Generator, index: Tensor | None = None) -> Tensor:
        """Places (m,) of drawn training rows of the classes y (m,), each of which must have one.

        `index` (m,) says which training rows are to get a partner, so that none gets itself unless it is the only one
        of its class; None: they are none.
        """
        count = self.count[y]
        draw = torch.rand(len(y), generator=generator, dtype=torch.float64)
        other = (draw * count).long() if index is None else self.rank[index] + 1 + (draw * (count - 1)).long()
        return self.order[self.start[y] + other % count]
