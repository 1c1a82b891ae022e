"""Gan: a generator that learns from a discriminator, both told the class."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import About, NonNegative, PositiveInt, Rows, SeveralInt, Share, State, child_seed
from inn_experiments.maths.moments import Moments, evenly
from inn_experiments.nets.adversarial import Discriminator, Generator
from inn_experiments.synthesizers.conditional import OnePass
from inn_experiments.training.adversarial import Adversarial
from inn_experiments.training.batches import Batch

# Mean D(x) - D(G(z)) of the last epoch beyond which the discriminator has won: there is no gradient left.
WON = 0.9
# Generated rows whose deviation around their class means is less than this share of the training rows' are
# taken for few different ones.
FEW = 1 / 3


@dataclass(eq=False)
class Gan(OnePass):
    """The non-saturating GAN of Inverse Diffusion, Section 4, conditional (Mirza and Osindero 2014).

    After a training that collapsed there is a UserWarning; the curves show when, and train/spread the share
    of the deviation of the training rows around their class means that generated rows have in the end.

    Args:
        discriminator_steps: of D for each step of G.
        smoothing: D is taught 1 - smoothing for real rows (Salimans et al. 2016).
        instance_noise: on all rows that D sees, of their deviation (Arjovsky and Bottou 2017).
        spectral_norm: of D's layers (Miyato et al. 2018).
        gradient_penalty: gamma of R1, the squared gradient of D at real rows (Mescheder et al. 2018).
    """

    layers: SeveralInt = 3
    discriminator_steps: PositiveInt = 1
    smoothing: Share = 0.0
    instance_noise: NonNegative = 0.0
    spectral_norm: bool = False
    gradient_penalty: NonNegative = 1.0

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Train on `train` alone; `val` is not looked at."""
        super().fit(train, about, seed=seed)
        index = evenly(len(train))
        made = self.sample(train.y[index], seed=child_seed(seed, "spread"))
        real = _spread(train.x[index], made.y)
        if real > 0:
            self.curves["train/spread"] = [self.trainer.epochs], [_spread(made.x, made.y) / real]
        self._warn()

    def restore(self, state: State) -> None:
        """As every generator; a collapse is told again."""
        super().restore(state)
        self._warn()

    def _assemble(self) -> None:
        sizes = self._width, self.hidden, self.layers
        self.networks["generator"] = Generator(self.features, self.latent, *sizes, self.about.bounded)
        self.networks["discriminator"] = Discriminator(self.features, *sizes, self.spectral_norm)

    def _set_units(self, moments: Moments) -> None:
        columns = torch.from_numpy(moments.columns)
        self.networks["generator"].stack.set_units(0.0, 1.0, columns, moments.residual or 1.0)
        self.networks["discriminator"].set_units(moments.mean, moments.deviation or 1.0)

    def _objective(self, validation: Batch | None, draws: torch.Generator) -> Adversarial:
        settings = self.smoothing, self.instance_noise, self.gradient_penalty
        players = self.networks["generator"], self.networks["discriminator"]
        return Adversarial(*players, self.latent, self.discriminator_steps, *settings, draws)

    def _rows(self, z: Tensor, c: Tensor, draws: torch.Generator) -> Tensor:
        return self.networks["generator"](z, c)

    def _warn(self) -> None:
        """Tell of a collapse, if the curves end in one."""
        last = {name: values[-1] for name, (_, values) in self.curves.items()}
        gap, spread = last["train/real"] - last["train/fake"], last.get("train/spread", 1.0)
        signs = []
        if gap > WON:
            signs.append(f"D(x) - D(G(z)) is {gap:.2f}: the discriminator has won")
        if spread < FEW:
            signs.append(f"rows spread {spread:.2f} times as far around their class means as real ones: too much alike")
        if signs:
            warnings.warn(
                f"generator=gan has collapsed ({'; '.join(signs)}); see the curves train/real, train/fake; "
                "try another trainer.learning_rate or trainer.epochs, or a larger generator.gradient_penalty",
                UserWarning,
                stacklevel=3,
            )


def _spread(x: np.ndarray, y: np.ndarray) -> float:
    """The deviation of rows x (n, d) around the means of their classes y (n,)."""
    classes = [x[y == label] for label in np.unique(y)]
    squares = sum(np.square(part - part.mean(axis=0)).sum(dtype=np.float64) for part in classes)
    return float(np.sqrt(squares / x.size))
