"""The LightningModule around a denoiser: optimiser, step, an average of the weights, and the curves.

Optimisation is manual for the same reason as in `inversion`: Lightning is called once for a block of batches.
"""

from __future__ import annotations

import math

import lightning
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.optim.swa_utils import AveragedModel

from inn_experiments.contracts import UserError
from inn_experiments.training.denoising_batches import Examples
from inn_experiments.training.inversion import VALIDATE_EVERY
from inn_experiments.training.optimisation import add_point, falling_adamw


class DenoisingModule(lightning.LightningModule):
    """Trains `net` to predict the targets of Examples by mean squared error (paper, equations 11, 12, 17).

    `sampled` is the network to sample from: the average of the weights where there is one. `curves` holds
    train/loss and val/loss -> (epochs, mean values).

    Args: ema: decay d of the average; in its first steps it is less, (1 + n)/(10 + n) after n of them, so
    that the random start is soon forgotten; 0: no average. validation: fixed examples, or None where there
    are none.
    """

    automatic_optimization = False

    def __init__(
        self,
        net: nn.Module,
        learning_rate: float,
        weight_decay: float,
        epochs: int,
        ema: float,
        validation: Examples | None,
    ) -> None:
        super().__init__()
        self.net, self.epochs, self.validation = net, epochs, validation
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        # A submodule, so that checkpoints hold it.
        self.average = AveragedModel(net, multi_avg_fn=_decaying(ema)).requires_grad_(False) if ema else None
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self._sum: Tensor | None = None
        self._rows = 0

    @property
    def sampled(self) -> nn.Module:
        """The network whose predictions count."""
        return self.net if self.average is None else self.average.module

    def configure_optimizers(self) -> tuple[list, list]:
        """Fused AdamW with the learning rate falling along a cosine, once an epoch."""
        optimizer, rate = falling_adamw(self.net, self.learning_rate, self.weight_decay, self.epochs)
        return [optimizer], [rate]

    def transfer_batch_to_device(
        self, batch: list[Examples], device: torch.device, dataloader_idx: int
    ) -> list[Examples]:
        """Batches are made in main memory, so a CPU has nothing to move."""
        return batch if device.type == "cpu" else super().transfer_batch_to_device(batch, device, dataloader_idx)

    def training_step(self, block: list[Examples], _: int) -> None:
        """One optimiser step for each batch of the block."""
        optimizer = self.optimizers(use_pl_optimizer=False)
        if self._sum is None:
            self._sum = torch.zeros((), device=self.device)
        for examples in block:
            optimizer.zero_grad()
            loss = _loss(self.net, examples)
            loss.backward()
            optimizer.step()
            if self.average is not None:
                self.average.update_parameters(self.net)
            self._sum += loss.detach() * len(examples.t)
            self._rows += len(examples.t)

    def on_train_epoch_end(self) -> None:
        """Lower the learning rate; put the mean loss, and now and then the validation's, on the curves."""
        self.lr_schedulers().step()
        epoch = self.current_epoch + 1
        mean = float(self._sum) / self._rows
        if not math.isfinite(mean):
            raise UserError(
                f"training diverged in epoch {epoch}: weights or losses are not finite any more; "
                f"lower trainer.learning_rate, which is {self.learning_rate:g}"
            )
        add_point(self.curves, "train/loss", epoch, mean)
        self._sum.zero_()
        self._rows = 0
        if self.validation is not None and (epoch % VALIDATE_EVERY == 0 or epoch == self.epochs):
            (examples,) = self.transfer_batch_to_device([self.validation], self.device, 0)
            with torch.no_grad():
                add_point(self.curves, "val/loss", epoch, float(_loss(self.sampled, examples)))


def _loss(net: nn.Module, examples: Examples) -> Tensor:
    # In float32 even where the network computed in less.
    return mse_loss(net(examples.x_t, examples.t, examples.z).float(), examples.target)


def _decaying(decay: float):
    @torch.no_grad()
    def update(averages: list[Tensor], weights: list[Tensor], count: Tensor | int) -> None:
        steps = int(count)
        torch._foreach_lerp_(averages, weights, 1 - min(decay, (1 + steps) / (10 + steps)))

    return update
