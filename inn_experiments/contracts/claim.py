"""Statements and the report in the form that measures fill in today."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


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
