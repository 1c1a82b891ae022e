"""Context: a class is described by some of its own training rows, in any order, and not by its name."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import PositiveInt, Smiles
from inn_experiments.maths.heights import Seen

SUMMARY = 5
"""Values that a summary has for each of a row's."""


class Context:
    """1 to `rows` training rows of the class, drawn anew for each row that is learned or made.

    A class of few rows is then told in the words that all classes share, where a one-hot vector says nothing that
    another class could have taught.

    Args:
        rows: that are looked at, at most.
        seen: rows as `peaks`, on a logarithmic scale and with none where the context has none, or as `curves`; auto:
            peaks where they lie in [0, 1] and have zeros enough.
    """

    open = False

    def __init__(self, rows: PositiveInt = 4, seen: Seen = "auto") -> None:
        self.rows, self.seen = rows, seen

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """Nothing is known of the C `classes` without their rows, (C, 0) float32; the rest is not read."""
        return np.zeros((len(classes), 0), dtype=np.float32)

    @staticmethod
    def width(features: int) -> int:
        """How many values a summary of rows of so many has."""
        return SUMMARY * features

    @staticmethod
    def summary(rows: Tensor, there: Tensor) -> Tensor:
        """What is told of contexts (b, s, d), of which `there` (b, s) says which rows there are: (b, SUMMARY, d).

        Mean, largest value, deviation, share of rows that have a value other than 0, and 1/n where any has one: the
        same in whatever order the rows come, and all 0 where no row has a value.
        """
        weight, n = there[:, :, None], there.sum(1)[:, None]
        mean = (rows * weight).sum(1) / n
        highest = rows.masked_fill(weight == 0, -torch.inf).amax(1)
        deviation = ((rows - mean[:, None]).square() * weight).sum(1).div(n).sqrt()
        share = ((rows != 0) * weight).sum(1) / n
        return torch.stack([mean, highest, deviation, share, (share > 0) / n], 1)
