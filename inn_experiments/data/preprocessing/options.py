"""What `data.preprocessing` may say, read once and checked before any file is."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.preprocessing.derivative import Savgol
from inn_experiments.data.preprocessing.steps import Baseline, Msc, Snv, Step

KINDS: dict[str, type[Step]] = {kind.name: kind for kind in (Snv, Msc, Savgol, Baseline)}

Named = str | dict[str, dict[str, int | float] | None]
Preprocessing = Named | list[Named] | None
"""null; a step's name; a mapping of it to its settings, {savgol: {window: 15}}; or a list of these, in their order."""


@dataclass(frozen=True)
class Wanted:
    """A step that is asked for, and its settings."""

    kind: type[Step]
    settings: dict[str, int | float] = field(default_factory=dict)

    def check(self, channels: int) -> None:
        """Raise UserError where rows of so many channels cannot go through it."""
        self.kind.check(channels, **self.settings)

    def told(self) -> str:
        """Its name, and the settings that are given."""
        settings = ", ".join(f"{key} {value:g}" for key, value in self.settings.items())
        return f"{self.kind.name} ({settings})" if settings else self.kind.name

    def learn(self, x: np.ndarray) -> Step:
        """The step fitted on the training rows x (n, d) float64, which it treats in their place."""
        return self.kind.learn(x, **self.settings)


def wanted(given: Preprocessing) -> tuple[Wanted, ...]:
    """The steps of `data.preprocessing`, in their order.

    Raises UserError for an unknown step or setting, and for a value out of range.

    >>> [(step.kind.name, step.settings) for step in wanted(["snv", {"savgol": {"window": 15}}])]
    [('snv', {}), ('savgol', {'window': 15})]
    """
    found = []
    for each in given if isinstance(given, list) else [] if given is None else [given]:
        pairs = {each: {}} if isinstance(each, str) else each
        if not isinstance(pairs, dict):
            raise UserError(f"data.preprocessing: {each!r} is neither a name nor a mapping of a name to its settings")
        for name, settings in pairs.items():
            check_known(name, KINDS, "data.preprocessing")
            _check_settings(KINDS[name], settings or {})
            found.append(Wanted(KINDS[name], settings or {}))
    return tuple(found)


def check_known(name: object, known: dict, where: str) -> None:
    """Raise UserError, with the nearest name, for one that is not known."""
    if name not in known:
        near = difflib.get_close_matches(str(name), known, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        there = f"(known: {', '.join(known)})" if known else "(there are none)"
        raise UserError(f"{where}: {name!r} is not known{guess} {there}")


def _check_settings(kind: type[Step], settings: dict[str, int | float]) -> None:
    where = f"data.preprocessing.{kind.name}"
    if not isinstance(settings, dict):
        raise UserError(f"{where}: {settings!r} must be a mapping of settings ({', '.join(kind.options) or 'none'})")
    for name, value in settings.items():
        check_known(name, kind.options, where)
        number, least, largest = kind.options[name]
        whole = number is int
        fits = isinstance(value, int) if whole else isinstance(value, int | float)
        if isinstance(value, bool) or not fits or not least <= value <= largest:
            raise UserError(
                f"{where}.{name}={value}: must be a {'whole ' if whole else ''}number from {least:g} to {largest:g}"
            )
