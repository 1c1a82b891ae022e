"""What the four methods share: one forward network, iterated, and the terms of its reconstruction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from inn_experiments.contracts import Corrupted, Corruption, Loss, Network, Parameterization, Plain
from inn_experiments.maths.activations import UnitInterval
from inn_experiments.maths.corruption import Gaussian
from inn_experiments.maths.losses import Mse, mse
from inn_experiments.maths.parameterization import X0
from inn_experiments.methods.row_scale import Apply, row_scaled


@dataclass(frozen=True)
class Setting:
    """What a method is trained in: sizes, the chosen mathematics, and whether clean rows lie in [0, 1]."""

    features: int
    steps: int
    iterations: int = 1
    bounded: bool = False
    parameterization: Parameterization = field(default_factory=X0)
    loss: Loss = field(default_factory=Mse)
    corruption: Corruption = field(default_factory=Gaussian)


@dataclass(frozen=True)
class Pairs:
    """One training batch, each part (..., b, d).

    Attributes:
        corrupted: the inputs, prime images among them, at level T+1.
        clean, prime: the rows that these come from, and the images of those.
        row, image: clean rows and their prime images, for the inverse direction.
    """

    corrupted: Corrupted
    clean: Tensor
    prime: Tensor
    row: Tensor
    image: Tensor


Terms = Callable[[nn.Module, nn.Module, Pairs], dict[str, Tensor]]
"""(network, divergence, batch) -> the weighted terms of the loss, by name."""

DECIDED_BY = ("generator.mix", "generator.prime_share", "network", "prime", "sampling", "schedule", "trainer")
"""Groups, or settings of them, that decide the training pairs and how long they are learned."""
FORWARD_DECIDED_BY = (*DECIDED_BY, "generator.iterations", "loss", "parameterization")


@dataclass(frozen=True)
class Training:
    """A network that learns by itself, apart from the method's others.

    Attributes:
        title: the direction that is learned.
        net: what learns.
        loss: the divergence that its terms may contain.
        terms: of `net` and `loss`.
        reads: the groups, or settings of them, that decide its weights.
        alone: whether its terms need the network itself, and not one of a stack.
    """

    title: str
    net: nn.Module
    loss: nn.Module
    terms: Terms
    reads: tuple[str, ...]
    alone: bool = False


class Method(nn.Module):
    """One forward network f and how it is used; subclasses add the inverse direction.

    Attributes:
        row_scale: whether networks see rows divided by their root mean square; auto: where rows are bounded. A walk
            backwards cannot: the scale of what went in is not known from what came out.
    """

    conditions: ClassVar[int] = 0
    row_scale: Literal["auto"] | bool = False

    def assemble(self, network: Network, setting: Setting) -> None:
        """Build the network(s) for `setting`; `network(features, steps, conditions)` makes one."""
        self.setting = setting
        self.loss = setting.loss  # registered, so that its buffers move with the network
        self.scales = setting.bounded if self.row_scale == "auto" else self.row_scale
        self.net = network(features=setting.features, steps=setting.steps, conditions=self.conditions)

    def trainings(self) -> list[Training]:
        """What is learned, each apart from the others, so that other methods may share it."""
        return [Training("forward", self.net, self.loss, self.forward_terms, self.decided_by(FORWARD_DECIDED_BY))]

    def decided_by(self, reads: tuple[str, ...]) -> tuple[str, ...]:
        """What decides a network that reads these; within a row scale it is another one than that which walks share."""
        return (*reads, "method.row_scale") if self.scales else reads

    def applied(self, net: nn.Module) -> Apply:
        """How `net` is applied to rows: as it is, or within a row scale."""
        return row_scaled(net) if self.scales else net

    def terms(self, pairs: Pairs) -> dict[str, Tensor]:
        """The weighted terms of all trainings, by name."""
        return {name: value for one in self.trainings() for name, value in one.terms(one.net, one.loss, pairs).items()}

    def inverse(self, x: Tensor) -> Tensor:
        """Clean rows (n, d) -> prime space (n, d)."""
        raise NotImplementedError

    def inverses(self, x: Tensor) -> dict[str, Tensor]:
        """The answer of `inverse`, and beside it any variant worth reporting."""
        return {"inverse": self.inverse(x)}

    @classmethod
    def decisive(cls, settings: dict[str, Plain]) -> dict[str, Plain]:
        """Of the settings of its option those that decide the trained weights: all that its terms read."""
        return settings

    def conditioning(self) -> list[dict[str, Plain]]:
        """One dict per layer of the last backward walk; empty for methods that do not walk."""
        return []

    def levels(self, t: Tensor) -> list[Tensor]:
        """The levels t_0 = t, t_1, ... of the n iterations, falling to 0 in equal parts (equation 1)."""
        n = self.setting.iterations
        return [t] + [(t * (n - i) + n - 1) // n for i in range(1, n)]

    def denoise(self, x_t: Tensor, t: Tensor, alpha: Tensor | None = None, sigma: Tensor | None = None) -> list[Tensor]:
        """The states f(x_t), f(f(x_t)), ...; alpha and sigma (n, 1) where known, else the level's nominal ones."""
        known, net = None if alpha is None else (alpha, sigma), self.applied(self.net)
        return list(self.iterate(net, net(x_t, t), x_t, t, known))

    def iterate(
        self, net: Apply, prediction: Tensor, x_t: Tensor, t: Tensor, known: tuple[Tensor, Tensor] | None = None
    ) -> Iterator[Tensor]:
        """The states of n iterations of `net` that begin with this raw prediction; `known`: (alpha, sigma) of x_t."""
        state = self.estimate(prediction, x_t, *(known or self.nominal(t)))
        yield state
        for level in self.levels(t)[1:]:
            state = self.estimate(net(state, level), state, *self.nominal(level))
            yield state

    def forward(self, prime: Tensor) -> Tensor:
        """Prime space (n, d) -> clean rows (n, d): all iterations, from the terminal level T+1."""
        return self.denoise(prime, self.terminal(prime))[-1]

    def clean_level(self, x: Tensor) -> Tensor:
        """The level 0 for every row of x."""
        return torch.zeros(x.shape[:-1], dtype=torch.int64, device=x.device)

    def terminal(self, x: Tensor) -> Tensor:
        """The level T+1 for every row of x."""
        return self.clean_level(x) + self.setting.steps + 1

    def nominal(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(alpha, sigma) of level t, (0, 1) at the terminal level."""
        alpha, sigma = self.setting.corruption.nominal(t.clamp(max=self.setting.steps).cpu())
        alpha, sigma = alpha.to(t.device), sigma.to(t.device)
        last = (t > self.setting.steps)[..., None]
        return torch.where(last, 0.0, alpha), torch.where(last, 1.0, sigma)

    def estimate(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """The clean row that a raw prediction implies, kept in [0, 1] by construction where rows are bounded.

        The gradient passes the bounds inwards: behind a sigmoid a sparse spectrum's zeros drive every output
        to where there is no gradient, and all rows come out as zeros.
        """
        clean = self.setting.parameterization.clean(prediction, x_t, alpha, sigma)
        return UnitInterval.apply(clean) if self.setting.bounded else clean

    def forward_terms(self, net: nn.Module, loss: nn.Module, pairs: Pairs) -> dict[str, Tensor]:
        """Reconstruction over the iterations, equation (1), and divergence."""
        apply = self.applied(net)
        return self.scored(apply, loss, apply(pairs.corrupted.x_t, pairs.corrupted.t), pairs)[1]

    def scored(self, net: Apply, loss: nn.Module, prediction: Tensor, pairs: Pairs) -> tuple[Tensor, dict[str, Tensor]]:
        """(last state, terms) from the first raw prediction: equation (1) over the iterations, plus D.

        The first iteration is scored in the parameterization's own space, later ones against the clean row.
        """
        corrupted, way = pairs.corrupted, self.setting.parameterization
        states = self.iterate(net, prediction, corrupted.x_t, corrupted.t, (corrupted.alpha, corrupted.sigma))
        state = next(states)
        reconstruction = mse(state, pairs.clean) if way.direct else mse(prediction, way.target(pairs.clean, corrupted))
        for state in states:
            reconstruction = reconstruction + mse(state, pairs.clean)
        terms = {"forward": reconstruction}
        if loss.weight:
            terms["divergence"] = loss.weight * loss(state)
        return state, terms
