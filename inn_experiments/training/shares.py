"""A step on more rows than go through the network at once: divided over processes side by side, and over passes.

Every process draws the same batches from the same chance and learns from its own rows of each; gradients are added up
over all of them before the optimiser's step. So all have the same weights always, those of one process alone with
batches of that size, but for the order in which numbers are added. Lightning's own strategies wrap the network and
expect one backward pass a step, which they then know nothing of; here a step is what the objective says.
"""

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, distributed, nn

from inn_experiments.contracts import UserError, stopping
from inn_experiments.training.batches import Batch

Terms = dict[str, Tensor]
"""Name -> scalar; the loss is the one called `loss`, else their sum. All are on the training curves."""

# Seconds that a process has to end by itself when the training has.
PATIENCE = 10.0


@dataclass(frozen=True)
class Shares:
    """Which rows of each batch this process learns from, and in how many passes.

    Args:
        rank, ranks: the number of this process, from 0, and how many there are.
        passes: of each process.
    """

    rank: int = 0
    ranks: int = 1
    passes: int = 1

    @property
    def alone(self) -> bool:
        """Whether a batch is learned from as a whole."""
        return self.ranks * self.passes == 1

    def parts(self, batch: Batch) -> list[tuple[float, Batch]]:
        """The parts of a batch that are learned from here, and the share of its rows that each is.

        Of fewer rows than there are parts, all processes learn from all.

        Example:
            >>> batch = torch.arange(7), None
            >>> [(round(share, 2), part[0].tolist()) for share, part in Shares(1, 2, 2).parts(batch)]
            [(0.29, [4, 5]), (0.14, [6])]
        """
        rows, every = len(batch[0]), self.ranks * self.passes
        if rows < every:
            return [(1 / self.ranks, batch)]
        cut = zip(*([None] * every if part is None else part.tensor_split(every) for part in batch), strict=True)
        mine = list(cut)[self.rank * self.passes : (self.rank + 1) * self.passes]
        return [(len(part[0]) / rows, part) for part in mine]

    def learned(self, of: Callable[[Batch], Terms], batch: Batch, net: nn.Module) -> Terms:
        """The terms `of` the whole batch, whose gradient the parameters of `net` have then."""
        if self.alone:
            terms = of(batch)
            _loss(terms).backward()
            return terms
        found: Tensor | float = 0.0
        for share, part in self.parts(batch):
            terms = of(part)
            (share * _loss(terms)).backward()
            found = found + share * torch.stack(tuple(terms.values())).detach()
        return dict(zip(terms, self.summed(list(net.parameters()), found), strict=True))

    def summed(self, parameters: Sequence[Tensor], values: Tensor) -> Tensor:
        """Add up gradients, in place, and `values` (k,) over all processes; answers the latter.

        Raises UserError where another process has ended.
        """
        if self.ranks == 1:
            return values
        grads = [weight.grad for weight in parameters if weight.grad is not None]
        flat = torch.cat([*(grad.reshape(-1) for grad in grads), values])
        try:
            distributed.all_reduce(flat)
        except RuntimeError as error:
            # A stop that was asked for ends them all, and is not their mistake.
            stopping.obey()
            raise UserError(
                f"trainer.devices={self.ranks}: one of the processes that learn side by side has ended; where memory "
                "is short give fewer devices"
            ) from error
        *found, total = flat.split([*(grad.numel() for grad in grads), len(values)])
        for grad, one in zip(grads, found, strict=True):
            grad.copy_(one.view_as(grad))
        return total


def _loss(terms: Terms) -> Tensor:
    return terms["loss"] if "loss" in terms else torch.stack(tuple(terms.values())).sum()


@contextmanager
def side_by_side(ranks: int, passes: int) -> Iterator[Shares]:
    """So many processes go through the block together, this one first; the others end with it and are never heard of.

    They are forked, so that rows and networks are there without a copy. Raises UserError where other processes cannot
    be started.
    """
    if ranks == 1:
        yield Shares(passes=passes)
        return
    place, others, rank = Path(tempfile.mkdtemp(prefix="inn-ranks-")), [], 0
    with warnings.catch_warnings():
        # Python warns of threads that a fork does not take along: none of ours holds anything.
        warnings.simplefilter("ignore", DeprecationWarning)
        for number in range(1, ranks):
            pid = os.fork()
            if not pid:
                rank, others = number, []
                break
            others.append(pid)
    try:
        _meet(place, rank, ranks)
        yield Shares(rank, ranks, passes)
    except BaseException:
        if rank:
            os._exit(1)
        raise
    finally:
        if rank:
            os._exit(0)
        shutil.rmtree(place, ignore_errors=True)
        if distributed.is_initialized():
            distributed.destroy_process_group()
        for pid in others:
            _ended(pid)


def _meet(place: Path, rank: int, ranks: int) -> None:
    """Wait until all processes are there; they are on one machine, and talk over its loopback."""
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo" if Path("/sys/class/net/lo").exists() else "lo0")
    distributed.init_process_group("gloo", init_method=f"file://{place}/meeting", rank=rank, world_size=ranks)
    distributed.barrier()
    if not rank:
        # All are connected: a training that is killed leaves nothing behind.
        shutil.rmtree(place, ignore_errors=True)


def _ended(pid: int) -> None:
    """Wait until a process of ours has ended, and end it where it does not."""
    with suppress(ChildProcessError, ProcessLookupError):
        until = time.monotonic() + PATIENCE
        while not os.waitpid(pid, os.WNOHANG)[0]:
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return
            time.sleep(0.01)
