"""Learning how rows of one class differ: pairs of a context and another row of its class, and the loss on them."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.optim import Optimizer

from inn_experiments.nets.curve_law import CurveLaw, Curves
from inn_experiments.nets.law import PeakLaw, Peaks
from inn_experiments.training.batches import Batch, Draw
from inn_experiments.training.objectives import Objective, Terms

Seen = Peaks | Curves

# Longest gradient that a step follows.
LONGEST = 20.0


class Variation(Objective):
    """-log p(x' | context, z) + beta KL(q(z | x', context) || p(z)), z ~ q, for ordered pairs of a class.

    A batch has indices: of targets (b,), and of context rows (b, s), -1 where there are fewer.

    Args:
        net: the law.
        rows: encoded (n, d); those of validation are among them.
        background: of the rows, as the law makes it.
        beta: weight of the divergence.
        draws: of z.
    """

    def __init__(
        self,
        net: PeakLaw | CurveLaw,
        rows: Tensor,
        background: Tensor,
        beta: float,
        draws: torch.Generator,
        validation: Batch | None,
    ) -> None:
        super().__init__(net, validation)
        self.beta, self.draws = beta, draws
        self.register_buffer("rows", rows, persistent=False)
        self.register_buffer("background", background, persistent=False)

    def terms(self, batch: Batch) -> Terms:
        """The loss and its parts, in nats a row."""
        return self._bound(batch, self.draws)

    def validated(self, batch: Batch, epoch: int) -> Terms:
        """The loss, with draws of its own: whether there are validation rows must not change the training."""
        return {"loss": self._bound(batch, torch.Generator().manual_seed(epoch))["loss"]}

    def step(self, batch: Batch, optimizers: Sequence[Optimizer]) -> Terms:
        """As every step, the gradient no longer than `LONGEST`."""
        optimizers[0].zero_grad()
        terms = self.terms(batch)
        terms["loss"].backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), LONGEST)
        optimizers[0].step()
        return terms

    @torch.no_grad()
    def codes(self, batch: Batch) -> Tensor:
        """A code (b, m) of each pair."""
        target, context = batch
        return self.net.coded(self._seen(context), self.rows[target], self.draws)[0]

    def _seen(self, context: Tensor) -> Seen:
        return self.net.look(*gathered(self.rows, context), self.background)

    def _bound(self, batch: Batch, draws: torch.Generator) -> Terms:
        target, seen = self.rows[batch[0]], self._seen(batch[1])
        z, kl = self.net.coded(seen, target, draws)
        parts = {name: value.mean() for name, value in self.net.surprise(seen, target, z).items()}
        return {"loss": sum(parts.values()) + self.beta * kl.mean(), **parts, "kl": kl.mean()}


def gathered(rows: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
    """Context rows (b, s, d) at indices (b, s), of which -1 is none, and where there are any (b, s)."""
    return rows[context.clamp(min=0)], (context >= 0).float()


def pairs(classes: Sequence[Tensor], size: int, draws: torch.Generator) -> Draw:
    """Draws of (target (b,), context (b, size)): a class, a row of it, and 1 to `size` others; -1 is none.

    `classes` are the indices of the rows of each class, two or more; what index is asked for does not matter.
    """
    counts = torch.tensor([len(rows) for rows in classes])
    members = torch.nn.utils.rnn.pad_sequence(list(classes), batch_first=True)

    def draw(index: Tensor) -> Batch:
        label = torch.randint(len(classes), (len(index),), generator=draws)
        order = subsets(counts[label], size + 1, draws)
        rows = members[label].gather(1, order)
        sizes = torch.minimum(counts[label] - 1, torch.tensor(size))
        wanted = 1 + (torch.rand(len(index), generator=draws) * sizes).long()
        rest = torch.nn.functional.pad(rows[:, 1:], (0, size + 1 - rows.shape[1]), value=-1)
        return rows[:, 0], rest.masked_fill(torch.arange(size) >= wanted[:, None], -1)

    return draw


def subsets(counts: Tensor, size: int, draws: torch.Generator) -> Tensor:
    """Of each of 0..count-1 (b,) at most `size` different ones in random order; what is beyond the count comes last."""
    widest = int(counts.max()) if len(counts) else 1
    keys = torch.rand(len(counts), widest, generator=draws)
    keys = keys.masked_fill(torch.arange(widest) >= counts[:, None], 2.0)
    return keys.topk(min(size, widest), dim=1, largest=False).indices
