"""The LightningModule that teaches a network to map inputs to targets: optimiser, step, loss of every epoch.

Optimisation is manual: Lightning is called once for a block of batches, because its hooks around a short step
cost as much as the step.
"""

from __future__ import annotations

import math

import lightning
import torch
from torch import Tensor, nn

from inn_experiments.contracts import UserError
from inn_experiments.training.optimisation import add_point, falling_adamw

# Epochs between two looks at the validation rows.
VALIDATE_EVERY = 20


class RegressionModule(lightning.LightningModule):
    """Trains `net` by the mean squared error; `curves` collects name -> (epochs, mean values).

    Args: batch: rows a step; setting: the option that a message about divergence names; validation: inputs
    (n, d) and targets (n, m) for a curve, or None; enough: training ends with the first block of batches
    whose mean error is no larger, however many epochs are left; 0 is never.
    """

    automatic_optimization = False

    def __init__(
        self,
        net: nn.Module,
        learning_rate: float,
        weight_decay: float,
        epochs: int,
        batch: int,
        setting: str,
        validation: tuple[Tensor, Tensor] | None,
        enough: float = 0.0,
    ) -> None:
        super().__init__()
        self.net, self.epochs, self.batch = net, epochs, batch
        self.learning_rate, self.weight_decay, self.setting = learning_rate, weight_decay, setting
        self.validation, self.enough = validation, enough
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self._sum: Tensor | None = None
        self._rows = 0

    def configure_optimizers(self) -> tuple[list, list]:
        """Fused AdamW with the learning rate falling along a cosine, once an epoch."""
        optimizer, rate = falling_adamw(self.net, self.learning_rate, self.weight_decay, self.epochs)
        return [optimizer], [rate]

    def training_step(self, block: tuple[Tensor, Tensor], _: int) -> None:
        """One optimiser step for each batch of the block."""
        optimizer = self.optimizers(use_pl_optimizer=False)
        before = 0.0 if self._sum is None else self._sum
        for inputs, targets in zip(*(part.split(self.batch) for part in block), strict=True):
            optimizer.zero_grad()
            loss = self.loss(inputs, targets)
            loss.backward()
            optimizer.step()
            value = loss.detach() * len(inputs)
            self._sum = value if self._sum is None else self._sum + value
            self._rows += len(inputs)
        if self.enough and float(self._sum - before) <= self.enough * len(block[0]):
            self.trainer.should_stop = True

    def loss(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """The mean squared error over all values, in float32 whatever the network computes in."""
        return (self.net(inputs).float() - targets).square().mean()

    def on_train_epoch_end(self) -> None:
        """Lower the learning rate; put the epoch's mean, and now and then the validation's, on the curves."""
        self.lr_schedulers().step()
        epoch = self.current_epoch + 1
        mean = float(self._sum) / self._rows
        if not math.isfinite(mean):
            raise UserError(
                f"training diverged in epoch {epoch}: the loss is not finite any more; "
                f"lower {self.setting}, which is {self.learning_rate:g}"
            )
        add_point(self.curves, "train/loss", epoch, mean)
        self._sum, self._rows = None, 0
        last = epoch == self.epochs or self.trainer.should_stop
        if self.validation and (epoch % VALIDATE_EVERY == 0 or last):
            with torch.no_grad():
                inputs, targets = (part.to(self.device) for part in self.validation)
                add_point(self.curves, "val/loss", epoch, float(self.loss(inputs, targets)))
