"""Rbf: the radial basis network of the first diffusion on a Swiss roll (Sohl-Dickstein et al. 2015)."""

import math

import torch
from torch import Tensor, nn

from inn_experiments.contracts.limits import PositiveInt


class Rbf(nn.Module):
    """One hidden layer of Gaussian units that all levels share, and a linear readout for each level.

    f(x, t) = g_t x + R_t h(x), h_i(x) = exp(-|x - c_i|^2 / (2 w_i^2)) over the sum of all units, so that far
    rows still reach the nearest one; centres c, widths w, readouts R and gains g are learned. As the units
    sum to one, R holds a bias already. Source: Sohl-Dickstein et al. 2015, appendix on Swiss rolls, with 16
    units and 40 levels. Its network adds to sqrt(1 - beta_t) x_t; what is predicted being a choice here, the
    row's gain is learned. Its second readout, of the covariance, is the sampler's matter.

    A linear map of z that all levels share is added to the readout.

    Example:
        >>> net, x = Rbf(features=2, steps=40, conditions=0), torch.ones(5, 2)
        >>> net(x, torch.arange(5)).shape, torch.allclose(net.units(x).sum(1), torch.ones(5))
        (torch.Size([5, 2]), True)
    """

    def __init__(self, features: int, steps: int, conditions: int, units: PositiveInt = 16) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.randn(units, features))
        # Standard rows are about sqrt(2 d) apart: such a width lets each unit reach its neighbours.
        self.log_widths = nn.Parameter(torch.full((units,), math.log(features / 2) / 2))
        # Small at first, so that a unit need not unlearn what it has nothing to do with.
        self.readout = nn.Parameter(0.1 * torch.randn(steps + 2, units, features))
        self.gain = nn.Parameter(torch.zeros(steps + 2))
        self.told = nn.Linear(conditions, features, bias=False) if conditions else None

    def units(self, x: Tensor) -> Tensor:
        """The hidden layer (n, units) of x (n, d): positive, summing to one."""
        squares = (x[:, None] - self.centres).square().sum(2)
        return torch.softmax(-squares / 2 * torch.exp(-2 * self.log_widths), dim=1)

    def forward(self, x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        """Rows x (n, d) at levels t (n,), told z (n, k), (n,) or None, which is 0 -> rows (n, d)."""
        state = self.gain[t][:, None] * x + torch.bmm(self.units(x)[:, None], self.readout[t])[:, 0]
        if self.told is None or z is None:
            return state
        return state + self.told(z.to(x.dtype).reshape(len(x), self.told.in_features))
