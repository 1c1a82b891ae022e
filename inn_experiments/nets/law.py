"""The law of how two spectra of one class differ: a network shared by all peaks, told the class by its context rows."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inn_experiments.maths import heights
from inn_experiments.maths.heights import FLOOR
from inn_experiments.nets.variational import divergence

# In encoded intensities: what a peak needs to count for the end of a spectrum, and how near its end is "the end".
END, NEAR = 0.25, 0.03
# Log variances of codes, and log deviations of encoded intensities.
LOG_VARIANCES, LOG_DEVIATIONS = (-6.0, 3.0), (-4.0, 1.0)
# The chance of a peak where no row of the context has one.
RARE = 0.02
FEATURES = 17


@dataclass(frozen=True)
class Peaks:
    """All places where a row of a context has a signal, of b contexts together: p of them.

    Attributes:
        features: (p, FEATURES).
        row, place: (p,), which context and which bin.
        size: (b, d).
    """

    features: Tensor
    row: Tensor
    place: Tensor
    size: tuple[int, int]

    def pooled(self, values: Tensor) -> Tensor:
        """Sums (b, ...) of values (p, ...) over the places of each context."""
        return values.new_zeros(self.size[0], *values.shape[1:]).index_add(0, self.row, values)


class PeakLaw(nn.Module):
    """p(x' | context rows of a class, z): at each place a chance of a peak, and a Gaussian of its height.

    One small network for all places, so that it holds for any number of bins; z, one code a spectrum, stands for what
    all peaks share, such as the collision energy. Heights are encoded, see `maths.heights`.

    Args:
        latent: width of z.
        hidden: width of the inner layers.
    """

    def __init__(self, latent: int, hidden: int) -> None:
        super().__init__()
        self.latent = latent
        self.inner = _inner(FEATURES + 2, hidden)
        self.posterior = nn.Linear(2 * hidden, 2 * latent)
        self.first, self.told = nn.Linear(FEATURES, hidden), nn.Linear(latent, 2 * hidden)
        self.last = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, 3))

    @staticmethod
    def encoded(x: Tensor) -> Tensor:
        """Encoded intensities, 0 for none and 1 for the base peak."""
        return heights.encoded(x)

    @staticmethod
    def decoded(rows: Tensor) -> Tensor:
        """The intensities of encoded ones."""
        return heights.decoded(rows)

    @staticmethod
    def background(rows: Tensor, y: Tensor) -> Tensor:
        """(2, d): at each place the share of rows (n, d) that have a signal, and their mean."""
        return torch.stack([(rows > 0).float().mean(0), rows.mean(0)])

    def look(self, contexts: Tensor, there: Tensor, background: Tensor) -> Peaks:
        """What is seen of contexts (b, s, d), of which `there` (b, s) says which rows there are; the first is."""
        contexts = contexts * there[:, :, None]
        highest, source = contexts.amax(1), contexts[:, 0]
        b, d = highest.shape
        row, place = highest.nonzero(as_tuple=True)
        weight, n = there[row], there.sum(1)[row]
        heights = contexts[row, :, place]
        mean = (heights * weight).sum(1) / n
        share = (heights > 0).sum(1) / n
        deviation = ((heights - mean[:, None]).square() * weight).sum(1).div(n).sqrt()
        at = torch.arange(d, device=highest.device) / max(d - 1, 1)
        end = ((highest > END) * torch.arange(1, d + 1, device=highest.device)).amax(1) / d + FLOOR
        relative = at[place] / end[row]
        total = source.sum(1)
        centre = source @ at / (total + 1e-6) / end
        near = ((relative - 1).abs() < NEAR) * mean
        at_end = near.new_zeros(b).scatter_reduce(0, row, near, "amax")
        beside = nn.functional.pad(highest, (1, 1))
        seen = (
            *(source[row, place], mean, highest[row, place], share, deviation, 1 / n),
            *(
                at[place],
                relative.clamp(max=1.5),
                (relative > 1.02).float(),
                background[0, place],
                background[1, place],
            ),
            *(beside[row, place], beside[row, place + 2]),
            *(part[row] for part in (centre, (source > 0).sum(1) / 128, total / 50, at_end)),
        )
        return Peaks(torch.stack(seen, 1), row, place, (b, d))

    def coded(self, seen: Peaks, target: Tensor, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        """A code (b, m) of each target (b, d), drawn from its posterior, and the posterior's divergence (b,)."""
        height = target[seen.row, seen.place]
        inner = self.inner(torch.cat([seen.features, height[:, None], (height > 0).float()[:, None]], 1))
        weight = seen.features[:, 1:2] + 0.05
        count = seen.pooled(torch.ones_like(weight)).clamp(min=1)
        high = seen.pooled(inner * weight) / seen.pooled(weight).clamp(min=FLOOR)
        mean, log_variance = self.posterior(torch.cat([seen.pooled(inner) / count, high], 1)).chunk(2, 1)
        log_variance = log_variance.clamp(*LOG_VARIANCES)
        noise = torch.randn(mean.shape, generator=draws).to(mean.device)
        return mean + (0.5 * log_variance).exp() * noise, divergence(mean, log_variance)

    def surprise(self, seen: Peaks, target: Tensor, z: Tensor) -> dict[str, Tensor]:
        """-log p(target | context, z), up to a constant, in two parts (b,) each; peaks elsewhere do not count."""
        logit, mean, deviation = self._predicted(seen, z)
        height = target[seen.row, seen.place]
        present = (height > 0).float()
        presence = nn.functional.binary_cross_entropy_with_logits(logit, present, reduction="none")
        of_height = present * (0.5 * ((height - mean) / deviation).square() + deviation.log())
        return {"presence": seen.pooled(presence), "height": seen.pooled(of_height)}

    def likelihood(self, seen: Peaks, rows: Tensor, z: Tensor) -> Tensor:
        """Log p(row | context, z) a place (b,), of rows (b, d) that may have peaks elsewhere."""
        elsewhere = (rows > 0).sum(1) - seen.pooled((rows[seen.row, seen.place] > 0).float())
        places = seen.pooled(torch.ones_like(seen.features[:, 0])) + elsewhere
        return (elsewhere * math.log(RARE) - sum(self.surprise(seen, rows, z).values())) / places.clamp(min=1)

    def drawn(self, seen: Peaks, z: Tensor, draws: torch.Generator) -> Tensor:
        """New rows (b, d) with codes z (b, m)."""
        logit, mean, deviation = self._predicted(seen, z)
        present = torch.rand(logit.shape, generator=draws) < logit.sigmoid()
        height = mean + deviation * torch.randn(mean.shape, generator=draws)
        rows = z.new_zeros(seen.size)
        rows[seen.row, seen.place] = height.clamp(0.01, 1.0) * present
        return rows

    def _predicted(self, seen: Peaks, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(p,) each: the logit of a peak, mean and deviation of its height."""
        gain, shift = self.told(z).chunk(2, 1)
        inner = self.first(seen.features) * (1 + gain[seen.row]) + shift[seen.row]
        logit, change, log_deviation = self.last(inner).unbind(1)
        return logit, seen.features[:, 1] + change, log_deviation.clamp(*LOG_DEVIATIONS).exp()


def _inner(inputs: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())
