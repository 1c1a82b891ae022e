"""Readers: what they read is divided in one way, and may be divided again within its training rows."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split, child_seed
from inn_experiments.data.division import Division, Parts
from inn_experiments.data.source import NONE, RawRows


@dataclass(kw_only=True)
class Reader(Division, ABC):
    """A source that reads rows and divides them: the base of all but those that draw their parts.

    A UserError is raised at once for values out of range, and by `load` for everything in the file.
    """

    # Not a field: only a reader that can spare whole classes makes one of it.
    unseen = 0

    @abstractmethod
    def read(self, cache: Path) -> RawRows:
        """All rows; the folder `cache` is for what is computed once."""

    def held(self, cache: Path) -> RawRows:
        """All rows, held as is asked for: in memory."""
        return self.read(cache)

    def load(self, *, seed: int, cache: Path, whole: bool = False) -> Split:
        """The division that `seed` gives; `cache` is a folder for what is computed once.

        With `whole`, what `whole()` would refuse is refused now.
        """
        raw = self.held(cache)
        # Before the parts are there, so that there is never more than one copy; what they are refused for comes first.
        refused = raw.refused_whole() if whole else None
        split = raw.divided(self, seed=seed, unseen=self.unseen)
        if refused is not None:
            raise refused
        return split

    def inner(self, *, seed: int, number: int, cache: Path) -> Split:
        """The training rows of the division that `seed` gives, divided themselves; `number` tells divisions apart."""
        child = child_seed(seed, f"inner/{number}")
        return self.held(cache).within(self, seed=seed, child=child, unseen=self.unseen)

    def whole(self, *, cache: Path) -> Split:
        """All rows as the part `train`, whose statistics are then those of all; the other parts are empty."""
        raw = self.held(cache)
        return raw.split(Parts(np.arange(len(raw.y)), NONE, NONE, NONE))
