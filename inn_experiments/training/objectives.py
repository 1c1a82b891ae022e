"""What a network is trained to do: the terms of its loss on a batch, and what of it is validated."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.utils import parametrize
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from inn_experiments.contracts import Corrupted
from inn_experiments.methods.base import Pairs, Training
from inn_experiments.nets.stacked import StackedPointUNet
from inn_experiments.nets.variational import VariationalAutoencoder, divergence
from inn_experiments.training.batches import Abreast, Batch, Blocks, abreast
from inn_experiments.training.shares import Shares, Terms


class Objective(nn.Module):
    """A network with the loss that it learns by; a subclass says which terms that has.

    Args:
        net: what learns.
        validation: a batch that is looked at now and then, None for none.
        enough: training ends with the first block whose mean loss is no larger; 0 is never.

    Attributes:
        setting: the option that a message about divergence tells to lower.
        by_rows: whether means over an epoch are over rows, else over steps.
        exact: whether they are divided out in float64.
        betas: of AdamW.
        size: how many networks learn side by side.
        axis: of the rows in each part of a batch.
        selects: whether trainer.keep=auto ends with the weights of the best validation epoch.
        divisible: whether the loss of a batch is the mean of those of its rows, so that parts of it can be learned
            from one by one or side by side.
        shares: how a batch is divided.
    """

    by_rows: ClassVar[bool] = True
    selects: ClassVar[bool] = False
    divisible: ClassVar[bool] = False
    exact: ClassVar[bool] = False
    betas: ClassVar[tuple[float, float]] = (0.9, 0.999)

    setting = "trainer.learning_rate"
    size, axis = 1, 0
    shares = Shares()

    def __init__(self, net: nn.Module, validation: Batch | None = None, enough: float = 0.0) -> None:
        super().__init__()
        self.net, self.validation, self.enough = net, validation, enough

    def learners(self) -> list[nn.Module]:
        """The networks that have an optimiser each."""
        return [self.net]

    def members(self) -> list[list[Tensor]]:
        """What each of the networks that learn side by side has learned, as tensors that may be written to."""
        return [list(self.state_dict().values())]

    def terms(self, batch: Batch) -> Terms:
        """The terms of the loss on a training batch."""
        raise NotImplementedError

    def validated(self, batch: Batch, epoch: int) -> Terms:
        """What is put on the validation curves after `epoch`."""
        return self.terms(batch)

    def step(self, batch: Batch, optimizers: Sequence[Optimizer]) -> Terms:
        """One step of the optimiser(s); answers the terms that it saw."""
        optimizers[0].zero_grad()
        terms = self.shares.learned(self.terms, batch, self.net)
        optimizers[0].step()
        return terms

    def broken(self, batch: Batch) -> bool:
        """Whether an error of linear algebra on `batch` comes from weights that have diverged."""
        return False


class Inversion(Objective):
    """The terms of one training of an inversion method, or of several side by side, which are then (k,) each.

    In a stack, which may be of one alone, batches have a leading axis. Parametrised weights are computed once for all
    passes of a step.

    Args:
        trainings: alike in everything but rows, draws and initial weights.
        validations: a batch for each, None where there is none.
        stack: whether the networks learn as a stack; without, there is but one.
    """

    by_rows = False
    selects = True

    def __init__(self, trainings: Sequence[Training], validations: Sequence[Batch | None], stack: bool = True) -> None:
        first, self._nets = trainings[0], [training.net for training in trainings]
        whole = abreast(validations) if stack and validations[0] is not None else validations[0]
        super().__init__(StackedPointUNet(self._nets) if stack else first.net, whole)
        # Registered, so that its buffers move with the network.
        self.loss = first.loss.abreast([other.loss for other in trainings[1:]]) if stack else first.loss
        self.of, self.size, self.axis = first.terms, len(trainings), int(stack)

    def members(self) -> list[list[Tensor]]:
        """The weights of each network, those in a stack as views of it."""
        if self.axis:
            return [[stack[number] for stack in self.net.weights.values()] for number in range(self.size)]
        return [list(self.net.state_dict().values())]

    def blocks(self, parts: Sequence[Blocks]) -> Blocks | Abreast:
        """The batches of all trainings, as they are learned from."""
        return Abreast(parts) if self.axis else parts[0]

    def terms(self, batch: Batch) -> Terms:
        """The trainings' own terms, of (x_t, t, alpha, sigma, noise, clean, prime, row, image)."""
        *corrupted, clean, prime, row, image = batch
        with parametrize.cached():
            return self.of(self.net, self.loss, Pairs(Corrupted(*corrupted), clean, prime, row, image))

    def broken(self, batch: Batch) -> bool:
        """Whether the network predicts what is not finite: NaN has no eigenvalues and no histogram bin."""
        with torch.no_grad():
            return not self.net(batch[0], batch[1]).isfinite().all()

    def hand_back(self) -> None:
        """Give each network what it learned in the stack."""
        if self.axis:
            self.net.hand_back()
        for net in self._nets:
            net.eval()


class Denoising(Objective):
    """Targets from corrupted rows by mean squared error (paper, equations 11, 12, 17).

    `sampled` is the network to sample from: the average of the weights where there is one.

    Args:
        net: takes (x_t, t, condition).
        ema: decay d of the average; in its first steps it is less, (1 + n)/(10 + n) after n of them, so that the
            random start is soon forgotten; 0: no average.
        weights: (T+1,), what the squared error at each level is multiplied by; None for 1.
    """

    exact = True
    divisible = True

    def __init__(
        self, net: nn.Module, ema: float, validation: Batch | None = None, weights: Tensor | None = None
    ) -> None:
        super().__init__(net, validation)
        self.register_buffer("weights", weights, persistent=False)
        # A submodule, so that checkpoints hold it.
        self.average = AveragedModel(net, multi_avg_fn=_decaying(ema)).requires_grad_(False) if ema else None

    @property
    def sampled(self) -> nn.Module:
        """The network whose predictions count."""
        return self.net if self.average is None else self.average.module

    def terms(self, batch: Batch) -> Terms:
        """The error of the network that learns, on (x_t, t, condition, target)."""
        return {"loss": self._error(self.net, batch)}

    def validated(self, batch: Batch, epoch: int) -> Terms:
        """The error of the network that counts."""
        return {"loss": self._error(self.sampled, batch)}

    def step(self, batch: Batch, optimizers: Sequence[Optimizer]) -> Terms:
        """As every step, and the average follows."""
        terms = super().step(batch, optimizers)
        if self.average is not None:
            self.average.update_parameters(self.net)
        return terms

    def _error(self, net: nn.Module, batch: Batch) -> Tensor:
        x_t, t, condition, target = batch
        # In float32 even where the network computed in less.
        predicted = net(x_t, t, condition).float()
        if self.weights is None:
            return mse_loss(predicted, target)
        return (self.weights[t][:, None] * (predicted - target).square()).mean()


class Regression(Objective):
    """Targets from inputs by mean squared error."""

    exact = True
    divisible = True

    def terms(self, batch: Batch) -> Terms:
        """The mean over all values of (inputs, targets), in float32 whatever the network computes in."""
        inputs, targets = batch
        return {"loss": (self.net(inputs).float() - targets).square().mean()}


class Evidence(Objective):
    """-log p(x | z, c) + beta KL(q(z | x, c) || p(z)), z ~ q, in nats a row, for rows x and conditions c.

    Args:
        beta: weight of the divergence.
        draws: of z.
    """

    net: VariationalAutoencoder

    def __init__(
        self, net: VariationalAutoencoder, beta: float, draws: torch.Generator, validation: Batch | None
    ) -> None:
        super().__init__(net, validation)
        self.beta, self.draws = beta, draws

    def terms(self, batch: Batch) -> Terms:
        """The loss and its two parts; the noise level of the likelihood learns from the batch."""
        return self._bound(batch, self.draws, follow=True)

    def validated(self, batch: Batch, epoch: int) -> Terms:
        """The loss, with draws of its own: whether there are validation rows must not change the training."""
        return {"loss": self._bound(batch, torch.Generator().manual_seed(epoch), follow=False)["loss"]}

    def _bound(self, batch: Batch, draws: torch.Generator, follow: bool) -> Terms:
        x, c = batch
        mean, log_variance = self.net.encode(x, c)
        noise = torch.randn(mean.shape, generator=draws).to(mean.device)
        squares = self.net.squares(x, self.net.decode(mean + (0.5 * log_variance).exp() * noise, c))
        if follow:
            self.net.follow(squares, x.shape[1])
        reconstruction = self.net.surprise(squares, x.shape[1]).mean()
        kl = divergence(mean, log_variance).mean()
        return {"loss": reconstruction + self.beta * kl, "reconstruction": reconstruction, "kl": kl}


def _decaying(decay: float) -> Callable[[list[Tensor], list[Tensor], Tensor | int], None]:
    @torch.no_grad()
    def update(averages: list[Tensor], weights: list[Tensor], count: Tensor | int) -> None:
        steps = int(count)
        torch._foreach_lerp_(averages, weights, 1 - min(decay, (1 + steps) / (10 + steps)))

    return update
