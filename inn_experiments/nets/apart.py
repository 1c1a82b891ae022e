"""A network for each class: what one model that is told the class stands beside (paper, Section 8.5)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Apart(nn.Module):
    """Networks side by side, of which each row goes through that of its class alone.

    Nothing is shared: a step moves the networks of the classes that are in its batch, each by its own rows.

    Args:
        nets: by class, of rows (n, d) and levels (n,), told nothing of the class.
    """

    def __init__(self, nets: Sequence[nn.Module]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, x: Tensor, t: Tensor, z: Tensor) -> Tensor:
        """Rows x (n, d) at levels t (n,) of the classes that one-hot z (n, C) names -> rows (n, d)."""
        label, found = z.argmax(dim=1), torch.empty_like(x)
        for number in label.unique().tolist():
            rows = label == number
            found[rows] = self.nets[number](x[rows], t[rows]).to(x.dtype)
        return found
