"""Inn: an inversion method around a network, as something that is fitted and then makes labelled rows."""

import copy
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import About, Corrupted, Rows, Samples, UserError
from inn_experiments.contracts.limits import PositiveInt, PositiveShare, Share
from inn_experiments.contracts.parts import Corruption, Loss, Network, Parameterization, Plain, Prime, Schedule
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.corruption import Convex
from inn_experiments.maths.moments import evenly
from inn_experiments.methods.base import Method, Setting
from inn_experiments.synthesizers.direction import Direction
from inn_experiments.training.batches import Batch, Blocks, pairs
from inn_experiments.training.trained import Fitted, seeded
from inn_experiments.training.trainer import Trainer


@dataclass(eq=False)
class Inn(Fitted):
    """Trains an inversion method, generates by "diffused then iterated", and offers both directions.

    Args:
        iterations: n of equation (1).
        start: what generation iterates from: `corrupted` training rows, `prime` images of same-class convex
            combinations, or what the method's own `inverse` makes of those.
        level: how far corrupted rows are corrupted, as a share of T.
        prime_share: chance of a training row to enter as its prime image.
        mix: chance of a row to be mixed with another of its class before it and its prime image are learned from. Rows
            that are corrupted are never mixed: a network that denoised mixtures would leave real rows too smooth.
    """

    AFTERWARDS = ("start", "level")
    ROWS = ("x", "y")

    network: Network
    method: Method
    prime: Prime
    sampling: Corruption
    loss: Loss
    parameterization: Parameterization
    schedule: Schedule
    trainer: Trainer
    iterations: PositiveInt = 1
    start: Literal["corrupted", "prime", "inverse"] = "corrupted"
    level: PositiveShare = 0.5
    prime_share: Share = 0.5
    mix: Share = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.iterations < 1:
            raise UserError(f"generator.iterations must be at least 1, got {self.iterations}")
        level, share = self.level, self.prime_share
        if not 0 < level <= 1 or not 0 <= share <= 1:
            raise UserError(f"generator.level must be in (0, 1] and prime_share in [0, 1], got {level}, {share}")
        if not 0 <= self.mix <= 1:
            raise UserError(f"generator.mix must be in [0, 1], got {self.mix}")

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Train on `train`; `val` only says which epoch's weights are kept, see trainer.keep, and draws a curve."""
        self.prepare(train, about, seed=seed, val=val)
        for number, direction in enumerate(self.directions, 1):
            direction.fit_once(last=number == len(self.directions))
        self.join()

    def prepare(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Make the networks and, of what `fit` is told, one training for each, `directions`."""
        train = train.held()
        self.about, self.x, self.y = about, torch.as_tensor(train.x), torch.as_tensor(train.y)
        with seeded(child_seed(seed, "weights")):
            self._assemble()

        def examples() -> tuple[Blocks, Batch | None]:
            draws = torch.Generator().manual_seed(child_seed(seed, "pairs"))
            given = self.sampling, self.schedule.steps, self.prime_share, draws
            paired = pairs(self.x, self.y, self.prime, *given, self.mix)
            blocks = Blocks(*self.x.shape, paired, self.trainer.rows, draws)
            return blocks, self._validation(val, child_seed(seed, "validation"))

        self.directions = [Direction(one, self.trainer, examples) for one in self.method.trainings()]

    def join(self) -> None:
        """Take over what the fitted `directions` have on record; their networks are the method's already."""
        parts = self.directions
        self.seconds = sum(part.seconds for part in parts)
        self.curves = {name: curve for part in parts for name, curve in part.curves.items()}
        losses = [values for _, values in (part.curves["train/loss"] for part in parts)]
        self.curves["train/loss"] = self.curves["train/loss"][0], list(map(sum, zip(*losses, strict=True)))
        self.fitted = True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,), with every state of the iteration from the start on."""
        y = torch.tensor(np.asarray(labels, dtype=np.int64))
        generator = torch.Generator().manual_seed(child_seed(seed, "sample"))
        index = self._rows_of(y, generator)
        with torch.no_grad():
            if self.start == "corrupted":
                level = torch.full((len(y),), max(1, round(self.level * self.schedule.steps)))
                c = self.sampling(self.x[index], y, level, generator, index)
                states = [c.x_t, *self.method.denoise(c.x_t, level, c.alpha, c.sigma)]
            else:
                mixtures, top = Convex(), torch.full((len(y),), self.schedule.steps)
                mixtures.fit(self.x, self.y, self.schedule, self.about.named(self.y.numpy()))
                mixed = mixtures(self.x[index], y, top, generator, index).x_t
                # Conditioning is reported once, by the evaluation; a draw of samples need not repeat it.
                with warnings.catch_warnings(action="ignore"):
                    prime = self.prime(mixed, y) if self.start == "prime" else self.method.inverse(mixed)
                method = self._method_in(prime.dtype)
                states = [prime, *method.denoise(prime, method.terminal(prime))]
        shown = torch.stack(states).to(self.x.dtype).numpy()
        return Samples(shown[-1].copy(), y.numpy(), shown)

    def primes(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The prime images (n, d) of rows x (n, d) of classes y (n,)."""
        return self.prime(torch.as_tensor(x), torch.as_tensor(y)).numpy()

    def corrupt(self, x: np.ndarray, y: np.ndarray, *, seed: int, t: np.ndarray | None = None) -> Corrupted:
        """Rows x (n, d) at levels t (n,), or drawn uniformly from 1..T; partners of convex rows are training rows."""
        generator = torch.Generator().manual_seed(child_seed(seed, "corrupt"))
        drawn = torch.randint(1, self.schedule.steps + 1, (len(x),), generator=generator)
        levels = drawn if t is None else torch.as_tensor(t)
        return self.sampling(torch.as_tensor(x), torch.as_tensor(y), levels, generator)

    def denoise(self, corrupted: Corrupted) -> np.ndarray:
        """The clean rows (n, d) that the network sees in corrupted ones."""
        return self.iterates(corrupted)[-1]

    def iterates(self, corrupted: Corrupted) -> np.ndarray:
        """The corrupted rows and what each of the n iterations made of them, (n+1, rows, d) (equation 1)."""
        c = corrupted
        with torch.no_grad():
            return torch.stack([c.x_t, *self.method.denoise(c.x_t, c.t, c.alpha, c.sigma)]).numpy()

    def levels(self) -> int:
        """T, the last level of the corruption."""
        return self.schedule.steps

    def noised(self, x: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        """Rows x (n, d) of classes y (n,) corrupted to this level, (n, d)."""
        return np.asarray(self.corrupt(x, y, seed=seed, t=np.full(len(x), level)).x_t)

    def restored(self, x_t: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        """The clean rows (n, d) that the network sees in rows x_t (n, d), told this level; nothing is drawn."""
        rows = torch.as_tensor(x_t)
        with torch.no_grad():
            return self.method.denoise(rows, torch.full((len(rows),), level))[-1].numpy()

    def forward(self, prime: np.ndarray) -> np.ndarray:
        """Prime space -> clean rows, both (n, d); in float64 where the rows are, as a walk's answers may be."""
        rows = torch.as_tensor(prime)
        with torch.no_grad():
            return self._method_in(rows.dtype).forward(rows).numpy()

    def inverses(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Clean rows -> prime space, both (n, d): `inverse` is the method's answer, others stand beside it."""
        with torch.no_grad():
            return {name: rows.numpy() for name, rows in self.method.inverses(torch.as_tensor(x)).items()}

    def conditioning(self) -> list[dict[str, Plain]]:
        """One dict per layer of the last backward walk; empty for methods that do not walk."""
        return self.method.conditioning()

    def _assemble(self) -> None:
        self.sampling.fit(self.x, self.y, self.schedule, self.about.named(self.y.numpy()))
        self.loss.fit(self.x)
        chosen = self.parameterization, self.loss, self.sampling
        sizes = self.x.shape[1], self.schedule.steps, self.iterations
        self.method.assemble(self.network, Setting(*sizes, self.about.bounded, *chosen))
        self.networks = {"method": self.method}

    def _validation(self, val: Rows | None, seed: int) -> Batch | None:
        if val is None or len(val) < 2:
            return None
        # A curve need not be finer than some thousand rows make it.
        few = val.take(evenly(len(val)))
        x, y = torch.as_tensor(few.x), torch.as_tensor(few.y)

        def corrupt(rows: Tensor, labels: Tensor, t: Tensor, draws: torch.Generator, _: Tensor) -> Corrupted:
            # Validation rows are none of the training rows that partners are drawn from.
            return self.sampling(rows, labels, t, draws)

        draws = torch.Generator().manual_seed(seed)
        drawn = pairs(x, y, self.prime, corrupt, self.schedule.steps, self.prime_share, draws)
        return drawn(torch.arange(len(x)))

    def _rows_of(self, y: Tensor, generator: torch.Generator) -> Tensor:
        known = torch.unique(self.y).tolist()
        missing = sorted(set(y.tolist()) - set(known))
        if missing:
            raise UserError(f"no training row has label {missing[0]}; known labels: {known}")
        count = torch.bincount(self.y)
        order = torch.argsort(self.y, stable=True)
        start = torch.cumsum(count, 0) - count
        draw = torch.rand(len(y), generator=generator, dtype=torch.float64)
        return order[start[y] + (draw * count[y]).long()]

    def _method_in(self, dtype: torch.dtype) -> Method:
        # A walk answers in float64; in float32 its way forward would lose what the walk had gained.
        return self.method if dtype == torch.float32 else copy.deepcopy(self.method).double()
