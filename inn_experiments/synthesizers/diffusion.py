"""Diffusion: a denoiser trained on corrupted rows, and rows sampled from noise (paper, Section 8)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from inn_experiments.conditioning.kinds import Label
from inn_experiments.contracts import About, Rows, Samples, UserError
from inn_experiments.contracts.limits import BelowOne
from inn_experiments.contracts.parts import Network, Parameterization, Sampler, Schedule
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.samplers import KEPT, drawn
from inn_experiments.maths.schedules import forward_chain
from inn_experiments.maths.weighting import Weighting, weights
from inn_experiments.nets.apart import Apart
from inn_experiments.synthesizers.conditional import Conditional
from inn_experiments.synthesizers.told import Told
from inn_experiments.training.batches import Batch, Blocks, Draw, examples
from inn_experiments.training.objectives import Denoising
from inn_experiments.training.trained import seeded

# Rows that go through the sampler at once.
BLOCK = 4096
# Rows of the validation curve at most: it need not be finer than this.
VALIDATION_ROWS = 2048
# More values than this among the states on the way, and only the rows themselves are handed back.
STATE_VALUES = 20_000_000


@dataclass(eq=False)
class Diffusion(Conditional):
    """Gaussian diffusion of rows standardised by one mean and deviation, told which class a row is of.

    Told other rows of the class (conditioning=context), it is of differences from them, see `Contexts`. Rows that lie
    in [0, 1] are kept there while sampling, as `clip` keeps others in their range.

    Args:
        ema: decay of the average of the weights that is sampled from, 0 for the last weights.
        clip: keep every estimate of the clean row in the range of the training rows' values while sampling.
        weighting: of the levels in the loss, see `maths.weighting`.
        apart: a network for each class, in place of one that is told it; for conditioning=label.
    """

    AFTERWARDS = ("clip",)
    LEARNED = (*Conditional.LEARNED, "mean", "std", "range")

    network: Network
    parameterization: Parameterization
    schedule: Schedule
    sampler: Sampler
    ema: BelowOne = 0.0
    clip: bool = False
    weighting: Weighting = "plain"
    apart: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        times = self.sampler.times(self.schedule)
        if not 0 <= self.ema < 1:
            raise UserError(f"generator.ema must be in [0, 1), got {self.ema}: 1 would keep the random start for ever")
        if self.apart and type(self.conditioning) is not Label:
            raise UserError(
                "generator.apart=true: each class has a network of its own, which is found by its label; choose "
                "conditioning=label"
            )
        self.parameterization = self.parameterization.on(self.schedule)
        self.parameterization.check(times)

    @property
    def net(self) -> nn.Module:
        """The network that is sampled from."""
        return self.networks["net"]

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Train on `train`; `val` is only looked at for the validation curve."""
        told = self._tell(train, about)
        self.mean, self.std = told.units(child_seed(seed, "units"))
        self.range = np.array([train.x.min(), train.x.max()], np.float64)
        with seeded(child_seed(seed, "weights")):
            net = self._network()
        draws = torch.Generator().manual_seed(child_seed(seed, "examples"))
        looked_at = self._validation(told, val, child_seed(seed, "validation"))
        levels = weights(self.weighting, self.parameterization, self.schedule)
        objective = Denoising(net, self.ema, looked_at, levels)
        draw = self._examples(told, train, draws, told.teaching)
        blocks = Blocks(len(told.teaching), self.features, draw, self.trainer.rows, draws)
        [self.curves], self.seconds = self.trainer.fit(objective, blocks)
        self.networks, self.fitted = {"net": objective.sampled.requires_grad_(False)}, True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,), with about eight states on the way from the noise where they are few.

        Raises UserError for a class that cannot be asked for, see `conditions`.
        """
        y, told = self._checked(labels), self._told()
        # The start and KEPT more; of many rows the last alone.
        few = len(y) * self.features * (KEPT + 1) <= STATE_VALUES
        streams = told.streams(y, seed)
        parts = [self._blocks(told, y[rows], None, draws, KEPT, 0 if few else -1) for rows, draws in streams]
        states = np.concatenate(parts, axis=1)
        if len(streams) > 1:
            states = states[:, np.argsort(np.concatenate([rows for rows, _ in streams]))]
        return Samples(states[-1].copy(), y, states if few else None)

    def diffuse(self, x: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """(levels (T+1,), states (T+1, n, d)) of rows x (n, d) on their way into noise, level by level.

        Raises UserError for conditioning=context, where the way starts at differences from a context.
        """
        if self._by_rows:
            raise UserError(
                "conditioning=context: rows go into noise as differences from a context, which rows alone have not; "
                "choose conditioning=label or none to watch them"
            )
        generator = torch.Generator().manual_seed(child_seed(seed, "diffuse"))
        start = (torch.tensor(x, dtype=torch.float32) - self.mean) / self.std
        states = forward_chain(start, self.schedule, generator).mul_(self.std).add_(self.mean)
        return np.arange(self.schedule.steps + 1), states.numpy()

    def reverse(self, start: np.ndarray, y: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """(levels (k+1,), states (k+1, n, d)): every state of the sampler from `start` (n, d) at level T on.

        States are in the rows' normalised units, `start` included; `y` (n,) are the classes of the rows that are
        wanted, `seed` is that of fresh noise. Raises UserError as `sample` does.
        """
        generator = torch.Generator().manual_seed(child_seed(seed, "restore"))
        y = self._checked(y)
        states = self._blocks(self._told(), y, np.asarray(start, dtype=np.float32), generator, None, 0)
        return np.array(self.sampler.times(self.schedule)), states

    def levels(self) -> int:
        """T, the last level of the schedule."""
        return self.schedule.steps

    def noised(self, x: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        """Rows x (n, d) with the noise of this level, (n, d), in the rows' normalised units."""
        alpha, sigma = (float(part[level]) for part in self.schedule.levels())
        noise = np.random.default_rng(child_seed(seed, "noised")).standard_normal(x.shape)
        return (self.mean + alpha * (x - self.mean) + sigma * self.std * noise).astype(np.float32)

    def restored(self, x_t: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        """What the sampler makes of rows x_t (n, d) at this level, in the levels below that it visits."""
        draws = torch.Generator().manual_seed(child_seed(seed, "restored"))
        start = np.asarray(x_t, dtype=np.float32)
        return self._blocks(self._told(), self._checked(y), start, draws, 1, -1, top=level)[-1]

    def signal(self) -> np.ndarray:
        """Alpha at the levels 0..T (T+1,) float64: the share of a row that is left there."""
        return self.schedule.levels()[0].numpy()

    def standardised(self, x: np.ndarray) -> np.ndarray:
        """Rows x (n, d) in the units that noise is added in, float64."""
        return (np.asarray(x, np.float64) - self.mean) / self.std

    @torch.no_grad()
    def score(self, states: np.ndarray, t: int, y: np.ndarray) -> np.ndarray:
        """The network's score -noise / sigma (n, d) float64 of standardised `states` (n, d) at level t, of classes y.

        Source: Song et al. 2021, where it is the gradient of the log density of such states.
        """
        alpha, sigma = (part[t].float() for part in self.schedule.levels())
        z = self._told().of(self._checked(y), torch.Generator())
        x, levels = torch.tensor(states, dtype=torch.float32), torch.full((len(states),), t)
        prediction = self.net(x, levels, z if z.shape[1] else None)
        ends = (part.expand(len(x), 1) for part in (alpha, sigma))
        noise = self.parameterization.split(prediction, x, *ends, levels)[1]
        return -noise.double().numpy() / float(sigma)

    def freshness(self) -> np.ndarray:
        """The deviation (k,) of the noise in each of the sampler's steps over the posterior's, up to a factor."""
        return np.array(self.sampler.freshness(self.schedule))

    def _network(self) -> nn.Module:
        shape = {"features": self.features, "steps": self.schedule.steps}
        if self.apart:
            return Apart([self.network(**shape, conditions=0) for _ in range(self._width)])
        return self.network(**shape, conditions=self._width)

    def _examples(self, told: Told, rows: Rows, draws: torch.Generator, own: np.ndarray | None = None) -> Draw:
        """Draws of rows at indices; own (m,): which training rows they are, if they are."""

        def seen(index: Tensor) -> Batch:
            at = index.numpy() if own is None else own[index.numpy()]
            z = told.of(rows.y[at], draws, None if own is None else at)
            return told.inward(torch.from_numpy(rows.x[at]), z).sub_(self.mean).div_(self.std), z

        return examples(seen, self.schedule, self.parameterization, draws)

    def _validation(self, told: Told, val: Rows | None, seed: int) -> Batch | None:
        if not (val := self._looked_at(val)):
            return None
        generator = torch.Generator().manual_seed(seed)
        return self._examples(told, val, generator)(torch.randperm(len(val), generator=generator)[:VALIDATION_ROWS])

    def _assemble(self) -> None:
        self.networks = {"net": self._network().requires_grad_(False)}

    def _blocks(
        self,
        told: Told,
        y: np.ndarray,
        start: np.ndarray | None,
        generator: torch.Generator,
        kept: int | None,
        first: int,
        top: int | None = None,
    ) -> np.ndarray:
        """States (k, n, d) from number `first` on, a block of rows at a time; start None: standard noise at T."""
        wanted = self.trainer.accelerator != "cpu" and torch.accelerator.is_available()
        device = torch.accelerator.current_accelerator() if wanted else torch.device("cpu")
        self.net.to(device)
        allowed = (0.0, 1.0) if self.about.bounded else self.range.tolist() if self.clip else None
        parts = []
        for rows in torch.arange(len(y)).split(BLOCK):
            z = told.of(y[rows.numpy()], generator).to(device)
            clip = allowed and tuple((end - self.mean) / self.std for end in told.bounds(*allowed, z))
            if start is None:
                state = drawn(torch.empty(len(rows), self.features, device=device), generator)
            else:
                state = told.inward(torch.from_numpy(start)[rows].to(device), z).sub(self.mean).div(self.std)
            states = self._walked(state, z if z.shape[1] else None, generator, clip=clip, kept=kept, top=top)[first:]
            states = told.outward(states.mul_(self.std).add_(self.mean), z)
            if self.about.bounded:
                # Where rounding has left the interval again.
                states[-1].clamp_(0, 1)
            parts.append(states.cpu().numpy())
        self.net.cpu()
        return np.concatenate(parts, axis=1)

    @torch.no_grad()
    def _walked(self, start: Tensor, z: Tensor | None, generator: torch.Generator, **options: object) -> Tensor:
        """The sampler's states (k+1, n, d), in the units that the network was trained in.

        Matrix products of the network have the trainer's precision, all else that of the rows.
        """
        low = self.trainer.precision == "bfloat16"
        alphas, sigmas = (part.float()[:, None].to(start.device) for part in self.schedule.levels())

        def denoise(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            with torch.autocast(x.device.type, torch.bfloat16, enabled=low):
                prediction = self.net(x, t, z).to(x.dtype)
            return self.parameterization.split(prediction, x, alphas[t], sigmas[t], t)

        return torch.stack(self.sampler(denoise, start, self.schedule, generator, **options))
