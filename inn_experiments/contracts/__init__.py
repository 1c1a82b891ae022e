"""The words every other room uses: rows, splits, samples, and what a synthesizer promises.

Nothing here knows torch, Hydra or MLflow, so that data, evaluation and tracking need no more than this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np


class UserError(Exception):
    """A mistake in the input, the configuration or the environment: shown in one line, without a traceback.

    The message names the argument, file, row or class, what was found there, and what would be right.
    """


@dataclass(frozen=True)
class Rows:
    """Labelled rows: `x` (n, d) float32 in the normalised units of its split, `y` (n,) int64 in 0..C-1."""

    x: np.ndarray
    y: np.ndarray
    group: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or self.y.shape != (len(self.x),):
            raise ValueError(f"x must be (n, d) and y (n,), got {self.x.shape} and {self.y.shape}")

    def __len__(self) -> int:
        return len(self.x)

    def take(self, index: np.ndarray) -> Rows:
        """The rows at `index` (integers or a mask), groups included."""
        return Rows(self.x[index], self.y[index], None if self.group is None else self.group[index])


class Scaling(Protocol):
    """A transform fitted on training rows alone; `apply` normalises, `undo` goes back to the file's units."""

    def apply(self, x: np.ndarray) -> np.ndarray: ...

    def undo(self, x: np.ndarray) -> np.ndarray: ...


class Manifold(Protocol):
    """What toy data scatter about, in the units of the file; two places closer than `near` are the same place."""

    near: float

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of points (n, 2): the distance (n,) to the nearest place, and that place (n,) as a number in 0..1."""
        ...


@dataclass(frozen=True)
class Split:
    """One seeded division of a labelled table, every part normalised with statistics of `train`.

    `fresh` holds real rows that neither train, val nor test contains: they are scored as if they were
    synthetic, to show what a perfect generator would get. It is None where no row can be spared.
    `bounded` says that clean rows lie in [0, 1] (spectra over their base peak), so generated ones must.
    `smiles` holds, in the order of `classes`, the SMILES of each class, several for a mixture; None where the
    chemistry is not known. `unseen` holds rows of classes of which no other part has any.
    `shape` (m, d) is that of 2-D records, retention by drift, whose rows are stored one after the other; None
    for spectra. `manifold` is the curve or the points that toy rows scatter about; None where there is none.
    """

    train: Rows
    val: Rows
    test: Rows
    fresh: Rows | None
    classes: tuple[str, ...]
    axis: np.ndarray
    axis_name: str
    scaling: Scaling
    bounded: bool
    name: str
    smiles: tuple[tuple[str, ...], ...] | None = None
    unseen: Rows | None = None
    shape: tuple[int, int] | None = None
    manifold: Manifold | None = None

    @property
    def features(self) -> int:
        return self.train.x.shape[1]


@dataclass(frozen=True)
class Samples:
    """Synthetic rows `x` (n, d) with the labels that were asked for, `y` (n,).

    `states` (k, n, d), where the generator is iterative, holds every state from the start to `x` itself.
    `latent` (n, m), where an autoencoder made the rows, is what it decoded, in the encoder's own units.
    """

    x: np.ndarray
    y: np.ndarray
    states: np.ndarray | None = None
    latent: np.ndarray | None = None


@dataclass(frozen=True)
class Corrupted:
    """A corrupted batch and how it was made: x_t = alpha * x + sigma * noise, as torch tensors.

    x_t and noise (n, d), t (n,) integer levels, alpha and sigma (n, 1).
    """

    x_t: Any
    t: Any
    alpha: Any
    sigma: Any
    noise: Any


@dataclass(frozen=True)
class Claim:
    """A statement of a source as a number: `value` with its 95 % interval, beside what chance would give.

    key: the metric's, `claims/<key>`; text: the statement, for people; chance: None where nothing is compared;
    p: of the test against chance, None where there is none; n: paths, rows or pairs that were counted.
    """

    key: str
    text: str
    value: float
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    p: float | None = None
    n: int = 0


@dataclass(frozen=True)
class Paths:
    """Points of the plane on their way into noise and back, in the units of the file.

    forward, reverse (k+1, n, 2): states of the same n points, from the data to noise and back, at
    forward_levels, reverse_levels (k+1,); place (n,): where on the manifold each point was at first;
    centre (k+1, m, 2): paths of m points that all start at the rows' own (0, 0) in the noise; lengths
    (k,): mean length of each of their steps; noise_lengths (k,): what the sampler's fresh noise alone would give.
    """

    forward: np.ndarray
    reverse: np.ndarray
    forward_levels: np.ndarray
    reverse_levels: np.ndarray
    place: np.ndarray
    centre: np.ndarray
    lengths: np.ndarray
    noise_lengths: np.ndarray


@dataclass
class Report:
    """All that one finished cell knows about itself; `report.json` is this, as a plain dict.

    metrics: flat, each key `split/what/measure`, e.g. `test/forward/mse` (all finite floats).
    baselines: trivial predictors, direction -> predictor -> measure -> value.
    utility: one dict per protocol and treatment, see evaluation.utility.
    conditioning: one dict per layer of a backward walk: layer, shape, condition, exact.
    geometry: one dict per class: moments and scores of generated rows, see evaluation.geometry.
    claims: one dict per statement that was measured, the fields of `Claim`.
    """

    cell: str
    seed: int
    fingerprint: str
    axes: dict[str, Any]
    parameters: int
    metrics: dict[str, float] = field(default_factory=dict)
    baselines: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    utility: list[dict[str, Any]] = field(default_factory=list)
    conditioning: list[dict[str, Any]] = field(default_factory=list)
    geometry: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    split: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class Synthesizer(Protocol):
    """Anything that is fitted to labelled rows and then makes rows of the labels one asks for."""

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None: ...

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples: ...

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path) -> None: ...


@runtime_checkable
class Encoding(Protocol):
    """A synthesizer around an autoencoder; switches on the errors of reconstruction."""

    def encode(self, x: np.ndarray) -> np.ndarray: ...

    def decode(self, z: np.ndarray) -> np.ndarray: ...


@runtime_checkable
class Diffusing(Protocol):
    """A synthesizer whose forward and reverse process can be watched, in the normalised units of rows.

    `diffuse` answers (levels (T+1,), states (T+1, n, d)) of rows x (n, d) that noise is added to level by
    level; `restore` (levels (k+1,), states (k+1, n, d)), every state of the sampler from `start` (n, d) at the
    last level down to rows of the classes y (n,); `signal` is alpha at each level (T+1,).
    """

    def diffuse(self, x: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]: ...

    def restore(self, start: np.ndarray, y: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]: ...

    def signal(self) -> np.ndarray: ...


@runtime_checkable
class Invertible(Protocol):
    """A synthesizer with both directions; switches on the forward, inverse and round-trip metrics.

    Arrays are (n, d) float32 in normalised units. `prime` makes the targets of the inverse direction and
    the inputs of the forward one; `corrupt` corrupts rows to the levels t (n,),
    drawn uniformly where none are given. `inverses` has the method's answer under `inverse`, and beside it any
    variant worth reporting, such as a walk before its refinement.
    """

    def prime(self, x: np.ndarray, y: np.ndarray) -> np.ndarray: ...

    def corrupt(self, x: np.ndarray, y: np.ndarray, *, seed: int, t: np.ndarray | None = None) -> Corrupted: ...

    def denoise(self, corrupted: Corrupted) -> np.ndarray: ...

    def forward(self, prime: np.ndarray) -> np.ndarray: ...

    def inverses(self, x: np.ndarray) -> dict[str, np.ndarray]: ...

    def conditioning(self) -> list[dict[str, Any]]: ...
