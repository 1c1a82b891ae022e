"""What a generator is told of a class by some of its training rows, and how it sees rows beside them."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from inn_experiments.conditioning.context import Context
from inn_experiments.contracts import Rows, UserError, child_seed
from inn_experiments.maths import heights
from inn_experiments.maths.moments import BLOCK, Moments
from inn_experiments.synthesizers.told import Bound, Streams
from inn_experiments.training.variation import subsets


class Contexts:
    """A condition is a summary of a random part of the class' training rows, the row that is learned left out.

    A row is seen as its difference from the mean of its context, so that what is learned of one class holds for
    others. Peaks are seen on a logarithmic scale, and only where a row of the context has one.

    Args:
        context: settings.
        train: all training rows.
        bounded: whether rows lie in [0, 1].

    Raises:
        UserError: where no class has two rows.
    """

    def __init__(self, context: Context, train: Rows, bounded: bool) -> None:
        self.size, self.x, self.features = context.rows, train.x, train.x.shape[1]
        self.width = Context.width(self.features)
        self.peaks = heights.seen_as(context.seen, train.x, bounded) == "peaks"
        moments = Moments.of(train.x)
        self.mean, self.deviation = moments.mean, moments.deviation or 1.0
        self.least = float(heights.encoded(torch.tensor(train.x.min(initial=1.0, where=train.x > 0))))
        self.classes, of = np.unique(train.y, return_inverse=True)
        self.counts, self.y = torch.from_numpy(np.bincount(of)), train.y
        members = torch.from_numpy(np.argsort(of, kind="stable")).split(self.counts.tolist())
        self.members = pad_sequence(list(members), batch_first=True)
        self.rank = torch.empty(len(of), dtype=torch.int64)
        for part in members:
            self.rank[part] = torch.arange(len(part))
        self.teaching = np.flatnonzero(self.counts.numpy()[of] > 1)
        if not len(self.teaching):
            raise UserError(
                "conditioning=context: every class has one training row, so there is none that could be learned from "
                "others of its class; give some class two, or another conditioning"
            )

    def of(self, labels: np.ndarray, draws: torch.Generator, own: np.ndarray | None = None) -> Tensor:
        """Summaries (n, k) of 1 to `size` rows of each class (n,)."""
        at = torch.from_numpy(np.searchsorted(self.classes, labels))
        counts = self.counts[at] - int(own is not None)
        rank = subsets(counts, self.size, draws)
        sizes = 1 + (torch.rand(len(at), generator=draws) * counts.clamp(max=self.size)).long()
        if own is not None:
            # Those behind the row that is left out move up.
            rank = rank + (rank >= self.rank[torch.from_numpy(own)][:, None])
        index = self.members[at].gather(1, rank.clamp(max=self.members.shape[1] - 1))
        there = (torch.arange(index.shape[1]) < sizes[:, None]).float()
        return Context.summary(self._encoded(torch.from_numpy(self.x[index.numpy()])), there).flatten(1)

    def units(self, seed: int) -> tuple[float, float]:
        """0, and the deviation where something can be seen."""
        draws, square, count = torch.Generator().manual_seed(seed), 0.0, 0
        for start in range(0, len(self.teaching), BLOCK):
            rows = self.teaching[start : start + BLOCK]
            z = self.of(self.y[rows], draws, rows)
            square += float(self.inward(torch.from_numpy(self.x[rows]), z).square().double().sum())
            count += int(self._room(z).sum())
        return 0.0, (square / max(count, 1)) ** 0.5 or 1.0

    def inward(self, x: Tensor, z: Tensor) -> Tensor:
        """Differences (n, d) of rows, or of one value everywhere, from what they are told, z (n, k)."""
        return self._encoded(x) * self._room(z) - self._centre(z)

    def outward(self, seen: Tensor, z: Tensor) -> Tensor:
        """The rows (..., n, d) with these differences."""
        rows = seen + self._centre(z)
        if not self.peaks:
            return rows * self.deviation + self.mean
        # Half of the lowest peak that there is counts as none.
        return heights.decoded(rows.masked_fill(rows < 0.5 * self.least, 0.0))

    def bounds(self, low: float, high: float, z: Tensor) -> tuple[Bound, Bound]:
        """The ends (n, d) of the differences of rows between two values."""
        return tuple(self.inward(torch.tensor(value, device=z.device), z) for value in (low, high))

    def streams(self, y: np.ndarray, seed: int) -> Streams:
        """One a class: asking for another class as well does not change this one's rows."""
        streams = [
            (np.flatnonzero(y == label), torch.Generator().manual_seed(child_seed(seed, f"context/class/{label}")))
            for label in np.unique(y)
        ]
        return streams or [(np.arange(0), torch.Generator())]

    def _encoded(self, x: Tensor) -> Tensor:
        return heights.encoded(x) if self.peaks else (x - self.mean) / self.deviation

    def _centre(self, z: Tensor) -> Tensor:
        return z[:, : self.features]

    def _room(self, z: Tensor) -> Tensor:
        """Where something may be seen (n, d), 0 or 1."""
        highest = z[:, self.features : 2 * self.features]
        return (highest > 0).float() if self.peaks else torch.ones_like(highest)
