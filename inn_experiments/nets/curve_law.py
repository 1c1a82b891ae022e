"""The law of how two curves of one class differ: what two rows of any class differ by, as large as the context asks."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

# Log deviations, in units of the deviation within classes; the least of it that a channel has in the features.
LOG_DEVIATIONS, LEAST = (-6.0, 4.0), 0.05
# Channels that the network sees at once: the local shape.
WIDTH = 5
# Of the way to the other row that drawn rows go at least. A whole way doubles the spread of a class.
LEAST_SHARE = 0.4
FEATURES = 7


@dataclass(frozen=True)
class Curves:
    """What is seen of b contexts.

    Attributes:
        source, deviation: (b, d), the row that differences are from and how large they are here, in units of `unit`.
        unit: the deviation of rows within their classes.
    """

    source: Tensor
    deviation: Tensor
    unit: Tensor


class CurveLaw(nn.Module):
    """p(x' | context rows of a class) = N(x, diag s^2): x is a row of the context, s a network's answer to all of it.

    Its features are those of shifts (the slope of x), gains (x and its distance from the overall mean) and of what else
    makes rows of a class differ (the deviation in the context, and in all classes), by channel, seen with its
    neighbours. The code of a pair is what its rows differ by, over s, channel by channel, and so keeps all that hangs
    together: drawn rows x' = x + l s z have the code z of another pair, l ~ U(LEAST_SHARE, 1). Before any training s is
    one number: rows are given the plain difference of other rows.

    Args:
        latent: has no meaning here: codes are as wide as rows.
        hidden: channels of the inner layers.
    """

    def __init__(self, latent: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _layer(FEATURES, hidden), nn.SiLU(), _layer(hidden, hidden), nn.SiLU(), nn.Conv1d(hidden, 1, 1)
        )
        nn.init.zeros_(self.layers[-1].weight)
        nn.init.zeros_(self.layers[-1].bias)

    @staticmethod
    def encoded(x: Tensor) -> Tensor:
        """The rows themselves."""
        return x

    @staticmethod
    def decoded(rows: Tensor) -> Tensor:
        """The rows themselves."""
        return rows

    @staticmethod
    def background(rows: Tensor, y: Tensor) -> Tensor:
        """(2, d): of each channel of rows (n, d) of classes y (n,) the mean, and the deviation within classes."""
        squares, free = torch.zeros(rows.shape[1]), 0
        for label in y.unique():
            members = rows[y == label]
            squares += (members - members.mean(0)).square().sum(0)
            free += len(members) - 1
        return torch.stack([rows.mean(0), (squares / free).sqrt() if free else rows.std(0, correction=0)])

    def look(self, contexts: Tensor, there: Tensor, background: Tensor) -> Curves:
        """What is seen of contexts (b, s, d), of which `there` (b, s) says which rows there are; the first is."""
        unit = background[1].square().mean().sqrt().clamp(min=torch.finfo(torch.float32).tiny)
        weight, n = there[:, :, None], there.sum(1)[:, None]
        rows = contexts / unit * weight
        source, mean = rows[:, 0], rows.sum(1) / n
        deviation = ((rows - mean[:, None]).square() * weight).sum(1).div(n).sqrt()
        slope = torch.gradient(source, dim=1)[0] if source.shape[1] > 1 else torch.zeros_like(source)
        within = (background[1] / unit + LEAST).log().expand_as(source)
        seen = source, mean, deviation, (1 / n).expand_as(source), mean - background[0] / unit, slope, within
        asked = self.layers(torch.stack(seen, 1))[:, 0].clamp(*LOG_DEVIATIONS).exp()
        return Curves(source, asked, unit)

    def coded(self, seen: Curves, target: Tensor, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        """The code (b, d) of each target (b, d), and that there is no divergence (b,)."""
        z = (target / seen.unit - seen.source) / seen.deviation
        return z, torch.zeros_like(z[:, 0])

    def surprise(self, seen: Curves, target: Tensor, z: Tensor) -> dict[str, Tensor]:
        """-log p(target | context) (b,), up to a constant."""
        squares = ((target / seen.unit - seen.source) / seen.deviation).square()
        return {"difference": (0.5 * squares + seen.deviation.log()).sum(1)}

    def likelihood(self, seen: Curves, rows: Tensor, z: Tensor) -> Tensor:
        """Log p(row | context) a channel (b,), up to a constant, of rows (b, d)."""
        return -self.surprise(seen, rows, z)["difference"] / rows.shape[1]

    def drawn(self, seen: Curves, z: Tensor, draws: torch.Generator) -> Tensor:
        """New rows (b, d) with codes z (b, d)."""
        share = LEAST_SHARE + (1 - LEAST_SHARE) * torch.rand(len(z), 1, generator=draws)
        return (seen.source + share * seen.deviation * z) * seen.unit


def _layer(inputs: int, outputs: int) -> nn.Conv1d:
    return nn.Conv1d(inputs, outputs, WIDTH, padding=WIDTH // 2, padding_mode="replicate")
