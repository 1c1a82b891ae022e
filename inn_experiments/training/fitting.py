"""The one loop around every objective: optimiser, steps, curves, validation and the end of a divergence.

Optimisation is manual: Lightning is called once for a block of batches, because around a step of one millisecond its
hooks cost as much as the mathematics.
"""

import itertools
import math
import warnings
from contextlib import suppress

import lightning
import torch
from torch import Tensor
from torch.linalg import LinAlgError
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

from inn_experiments.contracts import Curves, UserError, pruning, stopping
from inn_experiments.training.batches import Batch, cut
from inn_experiments.training.best import Best
from inn_experiments.training.objectives import Objective, Terms

# Epochs between two looks at the validation rows, which cost about one training batch each.
VALIDATE_EVERY = 20


class Fitting(lightning.LightningModule):
    """Trains the networks of an objective; `curves` collects train/TERM and val/TERM -> (epochs, mean values).

    There is one set of curves for each network that learns beside others. The numbers are those of `Trainer`. With
    `best`, each network ends with the weights of its best validation epoch, which val/kept shows.
    """

    automatic_optimization = False

    def __init__(
        self,
        objective: Objective,
        epochs: int,
        batch: int,
        learning_rate: float,
        weight_decay: float,
        best: bool = False,
    ) -> None:
        super().__init__()
        self.objective, self.epochs, self.batch = objective, epochs, batch
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.curves: list[Curves] = [{} for _ in range(objective.size)]
        self.best = Best(objective.size) if best and objective.validation is not None else None
        self.ended = False
        self._names: list[str] = []
        self._sums: Tensor | None = None
        self._count = 0

    def configure_optimizers(self) -> tuple[list[AdamW], list[CosineAnnealingLR]]:
        """Fused AdamW for each network that learns, the learning rate falling along a cosine, once an epoch."""
        given = {"lr": self.learning_rate, "betas": self.objective.betas, "weight_decay": self.weight_decay}
        optimizers = [AdamW(net.parameters(), **given, fused=True) for net in self.objective.learners()]
        return optimizers, [CosineAnnealingLR(optimizer, T_max=self.epochs) for optimizer in optimizers]

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        """Batches are made in main memory, so a CPU has nothing to move."""
        return batch if device.type == "cpu" else super().transfer_batch_to_device(batch, device, dataloader_idx)

    def training_step(self, block: Batch, _: int) -> None:
        """One step for each batch of the block; raises KeyboardInterrupt or SystemExit where a stop was asked for."""
        stopping.check()
        objective, optimizers = self.objective, self.trainer.optimizers
        before = self._sums.clone() if objective.enough and self._sums is not None else 0.0
        for batch in cut(block, self.batch, objective.axis):
            try:
                terms = objective.step(batch, optimizers)
            except (RuntimeError, IndexError) as error:
                if objective.broken(batch):
                    raise self._diverged() from error
                if isinstance(error, LinAlgError):
                    raise self._uncomputed(error) from error
                raise
            size = len(batch[0]) if objective.by_rows else 1
            found = tuple(terms.values())
            values = (torch.stack(found) if len(found) > 1 else found[0]).detach() * size
            if self._sums is None:
                self._names, self._sums = list(terms), torch.zeros_like(values)
            self._sums += values
            self._count += size
        if objective.enough and float(self._sums - before) <= objective.enough * len(block[0]):
            self.trainer.should_stop = True

    def on_train_epoch_end(self) -> None:
        """Lower the learning rate; put the epoch's means, and now and then the validation's, on the curves."""
        for config in self.trainer.lr_scheduler_configs:
            config.scheduler.step()
        epoch = self.current_epoch + 1
        sums = self._sums.double() if self.objective.exact else self._sums
        means = dict(zip(self._names, (sums / self._count).reshape(len(self._names), -1).tolist(), strict=True))
        if not all(map(math.isfinite, itertools.chain(*means.values()))):
            raise self._diverged()
        means.setdefault("loss", list(map(sum, zip(*means.values(), strict=True))))
        self._put("train", epoch, means)
        self._sums.zero_()
        self._count = 0
        last = epoch == self.epochs or self.trainer.should_stop
        if self.objective.validation is not None and (epoch % VALIDATE_EVERY == 0 or last):
            values = self._validated(epoch)
            self._put("val", epoch, values)
            losses = values.get("loss") or list(map(sum, zip(*values.values(), strict=True)))
            if self.best is not None and values:
                self.best.look(epoch, losses, self.objective.members())
            if len(losses) == 1:
                pruning.look(epoch, losses[0])

    def _validated(self, epoch: int) -> dict[str, list[float]]:
        """The terms on the validation rows, of each network; none where they cannot be computed, with a warning."""
        batch = self.transfer_batch_to_device(self.objective.validation, self.device, 0)
        found: Terms = {}
        with torch.no_grad(), suppress(LinAlgError):
            found = self.objective.validated(batch, epoch)
        values = {name: value.reshape(-1).tolist() for name, value in found.items()}
        if not values or not all(map(math.isfinite, itertools.chain(*values.values()))):
            warnings.warn(
                "the loss on validation rows is not finite, so it is left out of the curves: values in them lie far "
                "from those of training rows",
                UserWarning,
                stacklevel=2,
            )
        return values

    def on_train_end(self) -> None:
        """Give each network its best weights back, where they are wanted."""
        self.ended = True
        if self.best is not None:
            self.best.put_back(self.objective.members())
            for curves, epoch, loss in zip(self.curves, self.best.epochs, self.best.losses, strict=True):
                # Of no epoch where the validation loss never was a number.
                if epoch:
                    curves["val/kept"] = [epoch], [loss]

    def _put(self, part: str, epoch: int, values: dict[str, list[float]]) -> None:
        for name, each in values.items():
            for curves, value in zip(self.curves, each, strict=True):
                if math.isfinite(value):
                    epochs, found = curves.setdefault(f"{part}/{name}", ([], []))
                    epochs.append(epoch)
                    found.append(value)

    def _diverged(self) -> UserError:
        return UserError(
            f"training diverged in epoch {self.current_epoch + 1}: weights or losses are not finite any more; "
            f"lower {self.objective.setting}, which is {self.learning_rate:g}"
        )

    def _uncomputed(self, error: LinAlgError) -> UserError:
        return UserError(
            f"a loss could not be computed in epoch {self.current_epoch + 1}: predictions are too far apart, or too "
            f"much alike, for {str(error).partition(':')[0]} in float32; lower {self.objective.setting}, which is "
            f"{self.learning_rate:g}, use another loss, or look for training values that are out of the way"
        )
