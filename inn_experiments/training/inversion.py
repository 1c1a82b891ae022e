"""The LightningModule around an inversion method: optimiser, step, and the loss terms of every epoch.

Optimisation is manual: Lightning is called once for a block of batches, because around a step of one
millisecond its hooks cost as much as the mathematics.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import lightning
import torch
from torch import Tensor
from torch.nn.utils import parametrize

from inn_experiments.contracts import UserError
from inn_experiments.methods.base import Method, Pairs
from inn_experiments.training.optimisation import add_point, falling_adamw

# Epochs between two looks at the validation rows, which cost about one training batch each.
VALIDATE_EVERY = 20


class InversionModule(lightning.LightningModule):
    """Trains `method`; `curves` collects term -> (epochs, mean values).

    Args: draw_validation: gives fresh pairs of the validation rows, or None where there are none.
    """

    automatic_optimization = False

    def __init__(
        self,
        method: Method,
        learning_rate: float,
        weight_decay: float,
        epochs: int,
        draw_validation: Callable[[], Pairs] | None,
    ) -> None:
        super().__init__()
        self.method, self.epochs = method, epochs
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.draw_validation = draw_validation
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self._names: list[str] = []
        self._sum: Tensor | None = None
        self._steps = 0

    def configure_optimizers(self) -> tuple[list, list]:
        """Fused AdamW with the learning rate falling along a cosine, once an epoch."""
        optimizer, rate = falling_adamw(self.method, self.learning_rate, self.weight_decay, self.epochs)
        return [optimizer], [rate]

    def transfer_batch_to_device(self, batch: list[Pairs], device: torch.device, dataloader_idx: int) -> list[Pairs]:
        """Batches are made in main memory, so a CPU has nothing to move."""
        return batch if device.type == "cpu" else super().transfer_batch_to_device(batch, device, dataloader_idx)

    def training_step(self, block: list[Pairs], _: int) -> None:
        """One optimiser step for each batch of the block."""
        optimizer = self.optimizers(use_pl_optimizer=False)
        for pairs in block:
            optimizer.zero_grad()
            try:
                self.loss(pairs).backward()
            except (torch.linalg.LinAlgError, IndexError) as error:
                # What a divergence makes of NaN: no eigenvalues, no histogram bin.
                with torch.no_grad():
                    prediction = self.method.net(pairs.corrupted.x_t, pairs.corrupted.t)
                if not prediction.isfinite().all():
                    raise self._diverged() from error
                raise
            optimizer.step()

    def loss(self, pairs: Pairs) -> Tensor:
        """The sum of the method's terms; parametrised weights are computed once for all its forward passes."""
        with parametrize.cached():
            terms = self.method.terms(pairs)
        values = torch.stack(list(terms.values()))
        if self._sum is None:
            self._names, self._sum = list(terms), torch.zeros_like(values.detach())
        self._sum += values.detach()
        self._steps += 1
        return values.sum()

    def on_train_epoch_end(self) -> None:
        """Lower the learning rate; put the epoch's mean terms, and now and then the validation's, on the curves."""
        self.lr_schedulers().step()
        epoch = self.current_epoch + 1
        means = (self._sum / self._steps).tolist()
        if not all(map(math.isfinite, means)):
            raise self._diverged()
        for name, value in zip([*self._names, "loss"], [*means, sum(means)], strict=True):
            add_point(self.curves, f"train/{name}", epoch, value)
        self._sum.zero_()
        self._steps = 0
        if self.draw_validation and (epoch % VALIDATE_EVERY == 0 or epoch == self.epochs):
            with torch.no_grad():
                for name, value in self.method.terms(self.draw_validation()).items():
                    add_point(self.curves, f"val/{name}", epoch, float(value))

    def _diverged(self) -> UserError:
        return UserError(
            f"training diverged in epoch {self.current_epoch + 1}: weights or losses are not finite any more; "
            f"lower trainer.learning_rate, which is {self.learning_rate:g}"
        )
