"""Which rows train a classifier and which score it: the two protocols, and whether the rows allow them."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from inn_experiments.contracts import Rows, Split, UserError, child_seed
from inn_experiments.maths.division import LEAST_TRAIN
from inn_experiments.measures.utility.division import divide, join

Protocol = Literal["same_rows", "disjoint"]
PROTOCOLS: tuple[Protocol, ...] = ("same_rows", "disjoint")


@dataclass(frozen=True)
class Protocols:
    """The rows of every repeat.

    Attributes:
        wanted: the protocols that were asked for; None for both, as far as the rows allow.
        repeats: so many.
        refit: whether each divides training and test rows anew.
    """

    wanted: Sequence[Protocol] | None
    repeats: int
    refit: bool

    def carried_out(self, split: Split, seed: int) -> list[Protocol]:
        """The protocols that the rows allow; of others, raises UserError for one that was asked for, else warns."""
        found = list(PROTOCOLS if self.wanted is None else self.wanted)
        for repeat in range(self.repeats):
            child = child_seed(seed, f"repeat/{repeat}")
            train, test = self.parts(split, child)
            for protocol in tuple(found):
                try:
                    self._allowed(protocol, split, train, test, child)
                except UserError as error:
                    if self.wanted is not None:
                        raise
                    warnings.warn(f"left out: {error}", UserWarning, stacklevel=3)
                    found.remove(protocol)
        return found

    def _allowed(self, protocol: Protocol, split: Split, train: Rows, test: Rows, seed: int) -> None:
        """Raise UserError where a protocol lacks rows or groups, for the rows of one repeat; warn of lacking pairs."""
        if protocol == "disjoint":
            self.halves(split, test, seed)
            return
        counts = np.bincount(train.y)
        short = np.flatnonzero((counts > 0) & (counts < LEAST_TRAIN))
        if len(short):
            warnings.warn(
                f"utility.protocols same_rows: class {split.classes[short[0]]!r} has {counts[short[0]]} training "
                f"row(s), and a convex combination takes {LEAST_TRAIN}: there are none",
                UserWarning,
                stacklevel=4,
            )

    def parts(self, split: Split, seed: int) -> tuple[Rows, Rows]:
        """The generator's training rows and the rows it does not see, of this repeat."""
        if not self.refit:
            return split.train, split.test
        pool = join(split.train, split.test)
        share, child = len(split.test) / len(pool), child_seed(seed, "refit")
        return divide(pool, share, split.classes, "utility.refit", seed=child, otherwise="utility.refit=false")

    def halves(self, split: Split, test: Rows, seed: int) -> tuple[Rows, Rows]:
        """Two halves of all rows that the generator did not see."""
        unseen = test if split.fresh is None else join(test, split.fresh)
        purpose = "utility.protocols disjoint (halves of the rows that the generator never saw)"
        otherwise = "" if self.wanted is None else "utility.protocols=[same_rows]"
        return divide(unseen, 0.5, split.classes, purpose, seed=child_seed(seed, "disjoint"), otherwise=otherwise)
