"""Statements of the sources as measured numbers; here the choice to measure none."""

from __future__ import annotations

from typing import Any

from inn_experiments.contracts import Claim, Split


class Nothing:
    """No statement is measured."""

    def check(self, split: Split) -> None:
        """Raise the UserError that `measure` would end with, before any training: here none."""

    def measure(self, synthesizer: Any, split: Split, *, seed: int) -> tuple[list[Claim], Any]:
        """The measured statements, and what their figures show, or None."""
        return [], None
