"""Preprocessing and scaling as one: what is to be done to the rows of a file, and how they come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from inn_experiments.contracts import Scaling
from inn_experiments.data.checks import check_base_peak
from inn_experiments.data.preprocessing.options import Wanted
from inn_experiments.data.preprocessing.steps import Step
from inn_experiments.data.scaling import MOST, SCALINGS, Choice, RowError, Transform, choose, largest

ORDINARY = (1e-100, 1e100)
"""Magnitudes whose squares and sums stay within float64; others are first divided by the largest."""


@dataclass(frozen=True)
class Prepared(Transform):
    """Steps in their order, then a scaling fitted on what they leave of the training rows, all in float64.

    The way back undoes the scaling, then the steps from the last to the first: each says how exact it is. Rows are
    divided by `unit` before, which is 1 for ordinary numbers.
    """

    steps: tuple[Step, ...]
    scaling: Transform
    unit: float = 1.0

    @classmethod
    def fit(cls, x: np.ndarray, wanted: Sequence[Wanted], scaling: str) -> Prepared:
        """Everything fitted on the training rows x (n, d), which are copied once; raises RowError and UserError."""
        most = largest(x)
        unit = 1.0 if most == 0 or ORDINARY[0] < most < ORDINARY[1] else most
        x = np.divide(x, unit, dtype=np.float64)
        with np.errstate(all="ignore"):
            steps = tuple(step.learn(x) for step in wanted)
            return cls(steps, SCALINGS[scaling].fit(x), unit)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """The rows x (n, d) after all steps, scaled."""
        x = x / self.unit
        for step in self.steps:
            _check_finite(x, step)
            x = step.forward(x)
        return self.scaling.forward(x)

    def backward(self, x: np.ndarray) -> np.ndarray:
        """The rows in the file's units of rows x (n, d)."""
        x = self.scaling.backward(x)
        for step in reversed(self.steps):
            x = step.backward(x)
        return (x * self.unit).clip(-MOST, MOST)

    def describe(self) -> dict[str, object]:
        """What each step is, and the constants of the scaling."""
        return {"preprocessing": [step.describe() for step in self.steps], **self.scaling.describe()}


@dataclass(frozen=True)
class Plan:
    """What is to be done to rows.

    Attributes:
        fit: makes the scaling of training rows (k, d), for `ArrayRows`.
        bounded: rows are in [0, 1] then.
        told: for `Told.scaling`.
    """

    fit: Callable[[np.ndarray], Scaling]
    bounded: bool
    told: str


def plan(
    x: np.ndarray, scaling: Choice, wanted: Sequence[Wanted] = (), *, unit: str = "", axis: np.ndarray | None = None
) -> Plan:
    """What `data.scaling` and `data.preprocessing` mean for the rows x (n, d), whose `axis` (d,) has this `unit`.

    Raises UserError for steps that rows of so many channels cannot go through and, with base_peak, for rows that have
    no base peak; whether preprocessed rows have one is seen when they are there.
    """
    for step in wanted:
        step.check(x.shape[1])
    name, why = scaling, ""
    if scaling == "auto":
        name, reason = ("standard", "rows are preprocessed") if wanted else choose(x, unit, axis)
        why = f" (chosen: {reason}; data.scaling to force)"
    peaks = name == "base_peak" and not wanted
    if peaks and scaling != "auto":
        check_base_peak(x)
    before = "".join(f"{step.told()}, then " for step in wanted)
    fit = partial(Prepared.fit, wanted=wanted, scaling=name) if wanted else SCALINGS[name].fit
    return Plan(fit, peaks and bool(x.min() >= 0), f"{before}{name}{why}")


def _check_finite(x: np.ndarray, step: Step) -> None:
    if not np.isfinite(x).all():
        row = int(np.argmin(np.isfinite(x).all(axis=1)))
        raise RowError(
            row, f"cannot go through data.preprocessing={step.name}: its numbers are too large beside others"
        )
