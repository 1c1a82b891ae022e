"""A source whose training rows can be divided once more, so that settings are chosen without the test rows."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from inn_experiments.contracts.rows import Split


@runtime_checkable
class InnerSource(Protocol):
    """A source that can cut a part out of its training rows, to be scored on in the place of the test rows."""

    def inner(self, *, seed: int, number: int, cache: Path) -> Split:
        """The training rows of the division that `seed` gives, divided themselves; `number` tells divisions apart.

        No row of the other parts is in any part of it, and no statistic is of them.
        """
