"""What the two players of a GAN are trained to do, and the terms in which a collapse is seen."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus
from torch.optim import Optimizer

from inn_experiments.training.batches import Batch
from inn_experiments.training.objectives import Objective, Terms


class Adversarial(Objective):
    """min over G, max over D of V(D, G) = E log D(x) + E log(1 - D(G(z))) (Inverse Diffusion, Section 4).

    G maximises E log D(G(z)) instead (Goodfellow et al. 2014, Section 3): it has a gradient also where D is sure. The
    terms: loss is -V, 2 log 2 where D can tell nothing; discriminator and generator are what the two minimise; real
    and fake are D(x) and D(G(z)). A batch is (rows x, conditions c).

    Args:
        maker, judge: the players G(z, c) and D(x, c), the latter as logits, with `deviation` of its rows.
        latent: width of z.
        rounds: steps of D for each step of G.
        smoothing: D is taught 1 - smoothing for real rows.
        noise: deviation of the noise on all rows that D sees, of standardised rows.
        penalty: weight of |grad D|^2 at real rows.
        draws: generator of z and noise.
    """

    # Adam with its usual momentum makes two players circle each other (Radford et al. 2016).
    betas = (0.5, 0.999)

    def __init__(
        self,
        maker: nn.Module,
        judge: nn.Module,
        latent: int,
        rounds: int,
        smoothing: float,
        noise: float,
        penalty: float,
        draws: torch.Generator,
    ) -> None:
        super().__init__(maker)
        self.judge, self.latent, self.rounds = judge, latent, rounds
        self.smoothing, self.noise, self.penalty, self.draws = smoothing, noise, penalty, draws

    def learners(self) -> list[nn.Module]:
        """G and D."""
        return [self.net, self.judge]

    def step(self, batch: Batch, optimizers: Sequence[Optimizer]) -> Terms:
        """The steps of D, then one of G."""
        (x, c), (of_maker, of_judge) = batch, optimizers
        for _ in range(self.rounds):
            seen = self._judge(x, c, of_judge)
        return {**seen, "generator": self._make(c, of_maker)}

    def _judge(self, x: Tensor, c: Tensor, optimizer: Optimizer) -> Terms:
        """A step of D; answers -V, what it minimised, D(x) and D(G(z))."""
        with torch.no_grad():
            fake = self.net(self._drawn(x, len(x), self.latent), c)
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
            sure = {"real": of_real.sigmoid().mean(), "fake": of_fake.sigmoid().mean()}
            return {"loss": value, "discriminator": loss.detach(), **sure}

    def _make(self, c: Tensor, optimizer: Optimizer) -> Tensor:
        """A step of G; answers what it minimised."""
        optimizer.zero_grad()
        self.judge.requires_grad_(False)
        fake = self._blurred(self.net(self._drawn(c, len(c), self.latent), c))
        loss = softplus(-self.judge(fake, c)).mean()
        loss.backward()
        optimizer.step()
        self.judge.requires_grad_(True)
        return loss.detach()

    def _blurred(self, x: Tensor) -> Tensor:
        return x + self.noise * self.judge.deviation * self._drawn(x, *x.shape) if self.noise else x

    def _drawn(self, like: Tensor, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.draws).to(like.device)
