"""The LightningModule of a GAN: two optimisers by turns, and curves in which a collapse is seen.

Optimisation is manual: there are two players, and Lightning is called once for a block of batches.
"""

from __future__ import annotations

import math

import lightning
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from inn_experiments.contracts import UserError
from inn_experiments.training.optimisation import add_point, falling_adamw

# Adam with its usual momentum makes two players circle each other (Radford et al. 2016).
BETAS = 0.5, 0.999
CURVES = "train/loss", "train/generator", "train/discriminator", "train/real", "train/fake"


class AdversarialModule(lightning.LightningModule):
    """min over G, max over D of V(D, G) = E log D(x) + E log(1 - D(G(z))) (Inverse Diffusion, Section 4).

    G maximises E log D(G(z)) instead (Goodfellow et al. 2014, Section 3): it has a gradient also where D is
    sure. `curves` holds name -> (epochs, means): train/loss is -V, 2 log 2 where D can tell nothing;
    train/discriminator and train/generator are what the two minimise; train/real and train/fake are D(x) and
    D(G(z)).

    Args: maker, judge: the players G(z, c) and D(x, c), the latter as logits, with `deviation` of its rows;
    latent: width of z; batch: rows a step; rounds: steps of D for each step of G; smoothing: D is taught
    1 - smoothing for real rows; noise: deviation of the noise on all rows that D sees, of standardised rows;
    penalty: weight of |grad D|^2 at real rows; draws: generator of z and noise.
    """

    automatic_optimization = False

    def __init__(
        self,
        maker: nn.Module,
        judge: nn.Module,
        latent: int,
        learning_rate: float,
        weight_decay: float,
        epochs: int,
        batch: int,
        rounds: int,
        smoothing: float,
        noise: float,
        penalty: float,
        draws: torch.Generator,
    ) -> None:
        super().__init__()
        self.maker, self.judge, self.latent = maker, judge, latent
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.epochs, self.batch, self.rounds = epochs, batch, rounds
        self.smoothing, self.noise, self.penalty, self.draws = smoothing, noise, penalty, draws
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self._sums: Tensor | None = None
        self._rows = 0

    def configure_optimizers(self) -> tuple[list, list]:
        """A fused Adam for each player, the learning rates falling along a cosine, once an epoch."""
        pairs = [
            falling_adamw(net, self.learning_rate, self.weight_decay, self.epochs, BETAS)
            for net in (self.maker, self.judge)
        ]
        return [optimizer for optimizer, _ in pairs], [rate for _, rate in pairs]

    def training_step(self, block: tuple[Tensor, Tensor], _: int) -> None:
        """For each batch (x, c) of the block the steps of D, then one of G."""
        makers, judges = self.optimizers(use_pl_optimizer=False)
        if self._sums is None:
            self._sums = torch.zeros(len(CURVES), device=self.device)
        for x, c in zip(*(part.split(self.batch) for part in block), strict=True):
            for _ in range(self.rounds):
                seen = self._judge(x, c, judges)
            made = self._make(c, makers)
            value, loss, real, fake = seen
            self._sums += torch.stack([value, made, loss, real, fake]) * len(x)
            self._rows += len(x)

    def _judge(self, x: Tensor, c: Tensor, optimizer: torch.optim.Optimizer) -> tuple[Tensor, ...]:
        """A step of D; answers -V, what it minimised, D(x) and D(G(z))."""
        with torch.no_grad():
            fake = self.maker(self._drawn(len(x), self.latent), c)
            rows = torch.cat([self._blurred(x), self._blurred(fake)])
        optimizer.zero_grad()
        rows.requires_grad_(self.penalty > 0)
        logits = self.judge(rows, torch.cat([c, c]))
        of_real, of_fake = logits.split(len(x))
        loss = binary_cross_entropy_with_logits(of_real, torch.full_like(of_real, 1 - self.smoothing))
        loss = loss + softplus(of_fake).mean()
        if self.penalty:
            (slope,) = torch.autograd.grad(of_real.sum(), rows, create_graph=True)
            # Of standardised rows, whatever the units; the generated half has no share in the sum.
            loss = loss + 0.5 * self.penalty * (slope * self.judge.deviation).square().sum() / len(x)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            value = -logsigmoid(of_real).mean() + softplus(of_fake).mean()
            return value, loss.detach(), of_real.sigmoid().mean(), of_fake.sigmoid().mean()

    def _make(self, c: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
        """A step of G; answers what it minimised."""
        optimizer.zero_grad()
        self.judge.requires_grad_(False)
        fake = self._blurred(self.maker(self._drawn(len(c), self.latent), c))
        loss = softplus(-self.judge(fake, c)).mean()
        loss.backward()
        optimizer.step()
        self.judge.requires_grad_(True)
        return loss.detach()

    def _blurred(self, x: Tensor) -> Tensor:
        return x + self.noise * self.judge.deviation * self._drawn(*x.shape) if self.noise else x

    def _drawn(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.draws).to(self.device)

    def on_train_epoch_end(self) -> None:
        """Lower the learning rates and put the epoch's means on the curves."""
        for scheduler in self.lr_schedulers():
            scheduler.step()
        epoch = self.current_epoch + 1
        means = (self._sums / self._rows).tolist()
        if not all(map(math.isfinite, means)):
            raise UserError(
                f"training diverged in epoch {epoch}: weights or losses are not finite any more; "
                f"lower trainer.learning_rate, which is {self.learning_rate:g}"
            )
        for name, mean in zip(CURVES, means, strict=True):
            add_point(self.curves, name, epoch, mean)
        self._sums.zero_()
        self._rows = 0
