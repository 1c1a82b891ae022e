"""Steps that take scatter and baselines out of spectra, each with its way back to the level of the training rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import BLOCK
from inn_experiments.data.scaling import RowError
from inn_experiments.maths.moments import blocks

if TYPE_CHECKING:
    from chemotools.baseline import AirPls

FLAT = 1e-13
"""Rows that differ by less than this share of their largest magnitude are flat: what is left is rounding."""

LARGEST_SMOOTHNESS = 1e10
"""Beyond it the equations of a baseline have no digits left in float64."""


class Step(ABC):
    """A preprocessing fitted on training rows; its options are arguments of `learn`.

    Attributes:
        name: as in `data.preprocessing`.
        options: name -> (kind, least, largest).
        least: channels that it needs.
    """

    name: ClassVar[str]
    options: ClassVar[dict[str, tuple[type, float, float]]] = {}
    least: ClassVar[int] = 3

    @classmethod
    def check(cls, channels: int, **options: float) -> None:
        """Raise UserError where rows of so many channels cannot be treated with these options."""
        if channels < cls.least:
            raise UserError(
                f"data.preprocessing={cls.name}: needs at least {cls.least} channels, the rows have {channels}"
            )

    @classmethod
    @abstractmethod
    def fit(cls, x: np.ndarray, **options: float) -> Self:
        """The step for the training rows x (n, d) float64."""

    @classmethod
    def learn(cls, x: np.ndarray, **options: float) -> Self:
        """`fit`, after which x is what `forward` makes of it: in its place, block by block."""
        step = cls.fit(x, **options)
        step.replace(x)
        return step

    @abstractmethod
    def forward(self, x: np.ndarray) -> np.ndarray:
        """The treated rows (n, d) of rows x, both float64; raises RowError for one that cannot be treated."""

    @abstractmethod
    def backward(self, x: np.ndarray) -> np.ndarray:
        """Rows (n, d) in the units before, of treated rows x."""

    def describe(self) -> dict[str, object]:
        """Its name and settings as plain values."""
        return {"step": self.name}

    def replace(self, x: np.ndarray) -> None:
        """Put `forward` of the rows x in their place."""
        for start, block in enumerate(blocks(x, BLOCK)):
            try:
                block[:] = self.forward(block)
            except RowError as error:
                raise RowError(start * BLOCK + error.row, error.reason) from None


@dataclass(frozen=True)
class Snv(Step):
    """Standard normal variate: every row less its own mean, over its own deviation.

    The way back gives every row the training rows' mean of means and mean of deviations. What was the row's own is
    gone, so a row comes back with its shape and the training rows' level; forward after backward is exact for rows that
    are standard normal variates.

    Source: Barnes, Dhanoa and Lister 1989.
    """

    level: float
    spread: float
    name: ClassVar[str] = "snv"

    @classmethod
    def fit(cls, x: np.ndarray) -> Snv:
        """The step for the training rows x (n, d)."""
        found = [_moments(block) for block in blocks(x, BLOCK)]
        return cls(*(float(np.concatenate(each).mean()) for each in zip(*found, strict=True)))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """`(x - mean) / deviation`, row by row."""
        mean, deviation = _moments(x)
        return (x - mean[:, None]) / deviation[:, None]

    def backward(self, x: np.ndarray) -> np.ndarray:
        """`spread x + level`."""
        return x * self.spread + self.level


@dataclass(frozen=True)
class Msc(Step):
    """Multiplicative scatter correction: every row less the offset and over the slope of its line on the reference.

    The reference is the mean of the training rows. Corrected rows are in the units of the file, at the reference's
    level and slope, so the way back leaves them as they are; forward after forward is forward.

    Source: Geladi, MacDougall and Martens 1985.
    """

    reference: np.ndarray = field(repr=False)
    name: ClassVar[str] = "msc"

    @classmethod
    def fit(cls, x: np.ndarray) -> Msc:
        """The step for the training rows x (n, d); raises UserError where their mean is flat."""
        reference = x.mean(axis=0)
        if np.ptp(reference) <= FLAT * np.abs(reference).max():
            raise UserError(
                "data.preprocessing=msc: the mean of the training rows, to which it fits every row, is flat "
                f"({reference[0]:g} in every channel); use another preprocessing, or null"
            )
        return cls(reference)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """`(x - offset) / slope` with `x = offset + slope reference` by least squares, row by row."""
        level = self.reference.mean()
        line = self.reference - level
        mean = x.mean(axis=1, keepdims=True)
        rest = x - mean
        slope = (rest @ line / (line @ line))[:, None]
        flat = np.abs(slope[:, 0]) * np.abs(line).max() <= FLAT * np.abs(x).max(axis=1)
        if flat.any():
            raise RowError(
                flat.argmax(),
                "has no slope on the mean training row, by which data.preprocessing=msc would divide; remove it or use "
                "another preprocessing",
            )
        return rest / slope + level

    def backward(self, x: np.ndarray) -> np.ndarray:
        """The same rows."""
        return x


@dataclass(frozen=True)
class Baseline(Step):
    """Every row less its own baseline, found by adaptive iteratively reweighted penalised least squares (airPLS).

    The way back adds the mean baseline of the training rows: exact for a row that had this one, up to the difference
    for others. `smoothness` is the weight of the baseline's second differences: baselines bend over about
    `2 pi smoothness^(1/4)` channels; by default that is a third of the row. arPLS, the other usual choice, is more
    exact on noisy rows, but on rows with hardly any noise, as near-infrared ones, it ends below all of the row.

    Source: Zhang, Chen and Liang 2010, as in chemotools.
    """

    smoothness: float
    start: np.ndarray = field(repr=False)
    mean: np.ndarray = field(repr=False)
    name: ClassVar[str] = "baseline"
    options: ClassVar[dict[str, tuple[type, float, float]]] = {"smoothness": (float, 1e-3, LARGEST_SMOOTHNESS)}
    least: ClassVar[int] = 5

    @classmethod
    def fit(cls, x: np.ndarray, smoothness: float | None = None) -> Baseline:
        """The step for the training rows x (n, d), whose mean baseline is not known before they are treated."""
        weight = min((x.shape[1] / 20) ** 4, LARGEST_SMOOTHNESS) if smoothness is None else float(smoothness)
        return cls(weight, _airpls(weight, _between(x[:1])[0]).w_init_, np.zeros(x.shape[1]))

    @cached_property
    def model(self) -> AirPls:
        """What finds baselines, from the weights on that the first training row gave."""
        found = _airpls(self.smoothness, np.zeros((1, len(self.start))))
        found.w_init_ = self.start
        return found

    @classmethod
    def learn(cls, x: np.ndarray, smoothness: float | None = None) -> Baseline:
        """`fit`, and x treated in its place; what that took from the mean of x is the mean baseline."""
        step, before = cls.fit(x, smoothness), x.mean(axis=0)
        step.replace(x)
        return cls(step.smoothness, step.start, before - x.mean(axis=0))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Rows x less their baselines."""
        if not len(x):
            return x
        # When it ends is decided beside the sum of the row, which must not depend on the level and the unit.
        rows, unit = _between(x)
        return self.model.transform(rows) * unit

    def backward(self, x: np.ndarray) -> np.ndarray:
        """Rows x on the mean baseline."""
        return x + self.mean

    def describe(self) -> dict[str, object]:
        """Its name and the smoothness."""
        return {"step": self.name, "smoothness": self.smoothness}


def _airpls(smoothness: float, rows: np.ndarray) -> AirPls:
    from chemotools.baseline import AirPls

    return AirPls(lam=smoothness).fit(rows)


def _between(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row from 0 to 1 (n, d), and what it was multiplied with in between (n, 1); a flat row is 0."""
    low = x.min(axis=1, keepdims=True)
    unit = x.max(axis=1, keepdims=True) - low
    unit[unit == 0] = 1.0
    return (x - low) / unit, unit


def _magnitude(x: np.ndarray) -> np.ndarray:
    """The largest magnitude of each row (n, 1), 1 of a row of zeros."""
    most = np.abs(x).max(axis=1, keepdims=True)
    return np.where(most > 0, most, 1.0)


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each row (n,); raises RowError for a flat one."""
    unit = _magnitude(x)
    deviation = (x / unit).std(axis=1)
    flat = deviation <= FLAT
    if flat.any():
        row = flat.argmax()
        raise RowError(
            row,
            f"has the same value, {x[row, 0]:g}, in every channel, so that data.preprocessing=snv would divide by a "
            "deviation of 0; remove it or use another preprocessing",
        )
    return x.mean(axis=1), deviation * unit[:, 0]
