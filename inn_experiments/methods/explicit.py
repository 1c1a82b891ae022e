"""Explicit inversion: the walk by exact inverses of square layers and activations (paper, Section 7.4)."""

from __future__ import annotations

from inn_experiments.maths.inverses import Exact, Inverter
from inn_experiments.methods.walked import Walked


class Explicit(Walked):
    """Every square layer is undone by W^-1 (equation 9), rectangular ones by least squares, reported as inexact."""

    def inverter(self) -> Inverter:
        """The exact inverse."""
        return Exact()
