"""The LightningModule of a variational autoencoder: the evidence bound, its parts as curves, the optimiser.

Optimisation is manual: Lightning is called once for a block of batches.
"""

from __future__ import annotations

import math

import lightning
import torch
from torch import Tensor

from inn_experiments.contracts import UserError
from inn_experiments.nets.variational import VariationalAutoencoder, divergence
from inn_experiments.training.optimisation import add_point, falling_adamw
from inn_experiments.training.regression import VALIDATE_EVERY

CURVES = "train/loss", "train/reconstruction", "train/kl"


class VariationalModule(lightning.LightningModule):
    """Minimises -log p(x | z, c) + beta KL(q(z | x, c) || p(z)), z ~ q, in nats a row.

    `curves` holds name -> (epochs, means): train/loss, its two parts train/reconstruction and train/kl, and
    val/loss.

    Args: batch: rows a step; setting: the option that a message about divergence names; validation: rows
    (n, d) and conditions (n, k) for a curve, or None; draws: generator of z.
    """

    automatic_optimization = False

    def __init__(
        self,
        net: VariationalAutoencoder,
        learning_rate: float,
        weight_decay: float,
        epochs: int,
        batch: int,
        beta: float,
        setting: str,
        validation: tuple[Tensor, Tensor] | None,
        draws: torch.Generator,
    ) -> None:
        super().__init__()
        self.net, self.epochs, self.batch, self.beta = net, epochs, batch, beta
        self.learning_rate, self.weight_decay, self.setting = learning_rate, weight_decay, setting
        self.validation, self.draws = validation, draws
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self._sums: Tensor | None = None
        self._rows = 0

    def configure_optimizers(self) -> tuple[list, list]:
        """Fused AdamW with the learning rate falling along a cosine, once an epoch."""
        optimizer, rate = falling_adamw(self.net, self.learning_rate, self.weight_decay, self.epochs)
        return [optimizer], [rate]

    def training_step(self, block: tuple[Tensor, Tensor], _: int) -> None:
        """One optimiser step for each batch (x, c) of the block."""
        optimizer = self.optimizers(use_pl_optimizer=False)
        if self._sums is None:
            self._sums = torch.zeros(len(CURVES), device=self.device)
        for x, c in zip(*(part.split(self.batch) for part in block), strict=True):
            optimizer.zero_grad()
            terms = self.terms(x, c, self.draws, follow=True)
            terms[0].backward()
            optimizer.step()
            self._sums += torch.stack(terms).detach() * len(x)
            self._rows += len(x)

    def terms(self, x: Tensor, c: Tensor, draws: torch.Generator, follow: bool = False) -> tuple[Tensor, ...]:
        """Loss, reconstruction and divergence of a batch; with `follow` the noise level learns from it."""
        mean, log_variance = self.net.encode(x, c)
        noise = torch.randn(mean.shape, generator=draws).to(mean.device)
        squares = self.net.squares(x, self.net.decode(mean + (0.5 * log_variance).exp() * noise, c))
        if follow:
            self.net.follow(squares, x.shape[1])
        reconstruction = self.net.surprise(squares, x.shape[1]).mean()
        kl = divergence(mean, log_variance).mean()
        return reconstruction + self.beta * kl, reconstruction, kl

    def on_train_epoch_end(self) -> None:
        """Lower the learning rate; put the epoch's means, now and then the validation's, on the curves."""
        self.lr_schedulers().step()
        epoch = self.current_epoch + 1
        means = (self._sums / self._rows).tolist()
        if not all(map(math.isfinite, means)):
            raise UserError(
                f"training diverged in epoch {epoch}: the loss is not finite any more; "
                f"lower {self.setting}, which is {self.learning_rate:g}"
            )
        for name, mean in zip(CURVES, means, strict=True):
            add_point(self.curves, name, epoch, mean)
        self._sums.zero_()
        self._rows = 0
        if self.validation and (epoch % VALIDATE_EVERY == 0 or epoch == self.epochs):
            x, c = (part.to(self.device) for part in self.validation)
            # Draws of their own: whether there are validation rows must not change the training.
            draws = torch.Generator().manual_seed(epoch)
            with torch.no_grad():
                add_point(self.curves, "val/loss", epoch, float(self.terms(x, c, draws)[0]))
