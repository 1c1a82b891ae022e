"""The halves of an autoencoder: plain stacks of linear layers whose widths fall, or rise, linearly."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from inn_experiments.maths.activations import UnitInterval

# The published script's slope of the leaky ReLU.
SLOPE = 0.01


def falling_widths(features: int, latent: int, layers: int) -> list[int]:
    """[features, ..., latent], `layers` + 1 numbers in equal whole steps, the last step taking what is left.

    Example:
        >>> falling_widths(1676, 512, 9)
        [1676, 1547, 1418, 1289, 1160, 1031, 902, 773, 644, 512]
    """
    step = int((features - latent) / layers)
    return [*(features - number * step for number in range(layers)), latent]


def rising_widths(latent: int, features: int, layers: int) -> list[int]:
    """[latent, ..., features], `layers` + 1 numbers on a straight line, rounded down.

    Example:
        >>> rising_widths(512, 1676, 9)
        [512, 641, 770, 900, 1029, 1158, 1288, 1417, 1546, 1676]
    """
    return [latent + number * (features - latent) // layers for number in range(layers + 1)]


class LinearStack(nn.Module):
    """Linear layers with leaky ReLU between them, ending in a learnable background per output (Section 3).

    Inputs are standardised with one mean and one deviation, outputs are `background + deviation * stack`, so
    that training starts at the mean output whatever the units are; `set_units` sets these numbers. Weights start
    so that a signal keeps its variance (He et al. 2015), of which nine layers of torch's default start would
    leave almost nothing.

    With `bounded`, outputs are clamped to [0, 1] and the gradient passes the clamp inwards. Spectra are
    sparse: a clamp reaches their exact zeros, which a sigmoid never does, and unlike a plain clamp, which has
    no gradient outside the interval, it lets no output get stuck there.

    `widths` are those of input, inner states and output. With `whitened`, inputs go through a fixed linear map instead
    of the one deviation.
    """

    def __init__(self, widths: Sequence[int], bounded: bool = False, whitened: bool = False) -> None:
        super().__init__()
        self.widths, self.bounded = list(widths), bounded
        pairs = list(zip(self.widths[:-1], self.widths[1:], strict=True))
        self.layers = nn.ModuleList(nn.Linear(*pair, bias=pair is not pairs[-1]) for pair in pairs)
        self.background = nn.Parameter(torch.zeros(self.widths[-1]))
        self.register_buffer("input_mean", torch.zeros(self.widths[0]))
        self.register_buffer("input_deviation", torch.tensor(1.0))
        self.register_buffer("input_map", torch.eye(self.widths[0]) if whitened else None)
        self.register_buffer("output_deviation", torch.tensor(1.0))
        for layer in self.layers[:-1]:
            nn.init.kaiming_normal_(layer.weight, a=SLOPE)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.layers[-1].weight, std=1 / math.sqrt(self.widths[-2]))

    def set_units(
        self,
        input_mean: float | Tensor,
        input_deviation: float,
        background: Tensor,
        output_deviation: float,
        input_map: Tensor | None = None,
    ) -> None:
        """Take the units of inputs and outputs from training rows.

        `input_mean` is one number or (d,), `input_map` (d, d); `background` is the mean output (m,), with one
        `output_deviation` around it.
        """
        self.input_mean.copy_(torch.as_tensor(input_mean))
        self.input_deviation.fill_(input_deviation)
        self.output_deviation.fill_(output_deviation)
        with torch.no_grad():
            self.background.copy_(background)
        if input_map is not None:
            self.input_map.copy_(input_map)

    def forward(self, x: Tensor) -> Tensor:
        """(n, d) -> (n, m) float32, also where the products are computed in less."""
        state = (x - self.input_mean) / self.input_deviation
        if self.input_map is not None:
            # In bfloat16 the small directions, which the map enlarges, would be lost in rounding.
            with torch.autocast(x.device.type, enabled=False):
                state = state @ self.input_map
        for layer in self.layers[:-1]:
            state = functional.leaky_relu(layer(state), SLOPE)
        output = self.background + self.output_deviation * self.layers[-1](state).float()
        return UnitInterval.apply(output) if self.bounded else output
