"""The plugs: what each exchangeable part promises, in arrays outside of training. Read it first, then `recording`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import numpy as np

from inn_experiments.contracts.rows import About, Rows, Samples, Smiles, Split

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Curves = dict[str, tuple[list[int], list[float]]]
"""Name -> (epochs, values)."""

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]
"""A value that JSON can hold."""

State = dict[str, "Tensor | np.ndarray | Plain | State"]
"""What a trained part is: tensors, arrays and plain values by name, nested as its own parts are."""


@dataclass(frozen=True)
class Corrupted:
    """A corrupted batch, alpha * x + sigma * noise: x_t and noise (n, d), levels t (n,), alpha and sigma (n, 1)."""

    x_t: Tensor
    t: Tensor
    alpha: Tensor
    sigma: Tensor
    noise: Tensor


class Source(Protocol):
    """Labelled rows from a file or a simulation, divided and normalised (config group `data`)."""

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives; `cache` is a folder for what is computed once."""


@runtime_checkable
class WholeSource(Protocol):
    """A source with an end, whose rows can all be training rows when everything is measured."""

    def load(self, *, seed: int, cache: Path, whole: bool = False) -> Split:
        """As every source; with `whole`, what `whole()` would refuse is refused now."""

    def whole(self, *, cache: Path) -> Split:
        """All rows as the part `train`, the others empty."""


class Network(Protocol):
    """A factory of networks (config group `network`): rows (n, d), levels (n,), conditions (n, k) -> rows (n, d)."""

    def __call__(self, *, features: int, steps: int, conditions: int) -> nn.Module:
        """A network for rows of `features` values, levels up to `steps` + 1 and conditions of `conditions` values."""


class Schedule(Protocol):
    """Level t in 0..T -> how much of a row and of noise there is (config group `schedule`)."""

    steps: int

    def alpha_bar(self) -> Tensor:
        """Alpha squared at the levels 0..T, (T+1,) float64, from 1 down; sigma squared is 1 less that."""

    def levels(self) -> tuple[Tensor, Tensor]:
        """(alpha, sigma), each (T+1,) float64, indexed by the level."""


class Corruption(Protocol):
    """Rows and a level -> corrupted rows (config group `sampling`)."""

    def fit(self, x: Tensor, y: Tensor, schedule: Schedule, classes: tuple[str, ...]) -> None:
        """Take what is needed of the training rows x (n, d) of classes y (n,)."""

    def nominal(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(alpha, sigma), each (n, 1), of levels t (n,)."""

    def __call__(
        self, x: Tensor, y: Tensor, t: Tensor, generator: torch.Generator, index: Tensor | None = None
    ) -> Corrupted:
        """Rows x (n, d) of classes y (n,) at levels t (n,); index (n,): which training rows they are, if they are."""


class Prime(Protocol):
    """The image of clean rows, fixed for a class and perhaps `linear` in it, that the inverse direction learns."""

    linear: ClassVar[bool]

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """The images (n, d) of rows x (n, d) of classes y (n,)."""


class Loss(Protocol):
    """A distance of a predicted batch from the training rows, with its weight (config group `loss`)."""

    weight: float

    def fit(self, x: Tensor) -> None:
        """Compute the real side once, of training rows x (n, d)."""

    def __call__(self, prediction: Tensor) -> Tensor:
        """The distance of a batch (n, d), a differentiable scalar."""


class Parameterization(Protocol):
    """What a denoiser predicts, and what that says of the clean row (config group `parameterization`)."""

    def on(self, schedule: Schedule) -> Parameterization:
        """The parameterization for this schedule."""

    def check(self, times: list[int]) -> None:
        """Raise UserError where a walk over these levels, from T to 0, would lose the rows."""

    def target(self, x: Tensor, corrupted: Corrupted) -> Tensor:
        """What is to be predicted (n, d) for clean rows x (n, d)."""

    def split(self, prediction: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """(clean rows, noise) that a prediction implies, each (n, d)."""

    def leverage(self, alpha: Tensor, sigma: Tensor, t: Tensor) -> Tensor:
        """By how much an error of the prediction is larger in the clean row, (n, 1)."""


class Sampler(Protocol):
    """The reverse process (config group `sampler`)."""

    def times(self, schedule: Schedule) -> list[int]:
        """The levels that are visited, from T down to 0; raises UserError for more steps than levels."""

    def freshness(self, schedule: Schedule) -> list[float]:
        """Of each step the deviation of its fresh noise over that of the posterior between its levels, to a factor."""

    def __call__(
        self,
        denoise: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
        start: Tensor,
        schedule: Schedule,
        generator: torch.Generator,
        **options: object,
    ) -> list[Tensor]:
        """The states from `start` (n, d) on; `denoise(x_t, t)` answers (clean rows, noise)."""


class Conditioning(Protocol):
    """What a generator is told about a class; `open`: also about classes without training rows."""

    open: bool

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """One condition a class, (C, k) float32."""


class Trained(Protocol):
    """What is fitted, kept and read again; `trains`: whether fitting takes its time, so that keeping it pays."""

    @property
    def trains(self) -> bool:
        """Whether fitting takes its time."""

    @property
    def parameters(self) -> int:
        """Trainable numbers."""

    @property
    def curves(self) -> Curves:
        """Of the training, by name."""

    @property
    def seconds(self) -> float:
        """That the training took."""

    def resume_in(self, folder: Path) -> None:
        """Keep the state of an unfinished training in `folder`, or go on from the one that is there."""

    def state(self) -> State:
        """All that `restore` needs; raises UserError before `fit`."""

    def restore(self, state: State) -> None:
        """Become what gave `state`, without rows or files."""


@runtime_checkable
class Synthesizer(Trained, Protocol):
    """Anything that is fitted to labelled rows and then makes rows of the labels one asks for."""

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Learn from `train` (n, d); `val` is only looked at for validation curves."""

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the classes `labels` (n,); the same seed gives the same rows."""


@runtime_checkable
class Encoding(Protocol):
    """A synthesizer around an autoencoder; switches on the errors of reconstruction."""

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, m) of rows x (n, d), in the encoder's own units."""

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Rows (n, d) of latents z (n, m)."""


class Autoencoder(Encoding, Trained, Protocol):
    """Rows (n, d) to latents (n, m) and back (config group `autoencoder`)."""

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Learn from `train`; `val` is only looked at for validation curves."""


@runtime_checkable
class OpenClasses(Protocol):
    """A synthesizer that may be asked for classes without training rows: it knows a condition of each."""

    def conditions(self) -> np.ndarray | None:
        """The conditions (C, k) of all classes; None where this one is not open to new classes."""

    def add_conditions(self, classes: tuple[str, ...], smiles: Smiles) -> None:
        """Let it be asked for more classes, behind those that it knows, by the `smiles` of each."""


@runtime_checkable
class Invertible(Protocol):
    """A synthesizer with both directions, which switches on their numbers; arrays are (n, d) float32, normalised."""

    def primes(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The targets of the inverse direction, and the inputs of the forward one."""

    def corrupt(self, x: np.ndarray, y: np.ndarray, *, seed: int, t: np.ndarray | None = None) -> Corrupted:
        """Rows corrupted to the levels t (n,), drawn uniformly where none are given."""

    def denoise(self, corrupted: Corrupted) -> np.ndarray:
        """The clean rows that are seen in corrupted ones."""

    def forward(self, prime: np.ndarray) -> np.ndarray:
        """Prime images -> clean rows."""

    def inverses(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """The method's answer under `inverse`, and beside it any variant, such as a walk before its refinement."""

    def conditioning(self) -> list[dict[str, Plain]]:
        """One dict per layer of the last backward walk; empty for methods that do not walk."""
