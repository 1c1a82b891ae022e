"""How many rows of which classes are wanted, however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inn_experiments.contracts import UserError, nearest


@dataclass(frozen=True)
class Request:
    """Rows that are wanted, class after class.

    Attributes:
        classes: all names that there are, in the order of the labels.
        counts: (label, number of rows) of each class that is asked for, in the order in which it was.

    Example:
        >>> wanted = Request.of(("a", "b"), classes={"b": 2, "a": 1})
        >>> len(wanted), wanted.labels(1, 3).tolist()
        (3, [1, 0])
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, int], ...]

    @classmethod
    def of(
        cls,
        known: Sequence[str],
        n: int | None = None,
        classes: Mapping[str, int] | Sequence[str] | None = None,
        askable: Sequence[str] | None = None,
    ) -> Request:
        """The request for `n` rows of each class, or of each of `classes`, or for the numbers that `classes` gives.

        Args:
            known: the names, in the order of the labels.
            n: rows of each class.
            classes: name -> number of rows, or names.
            askable: those that have rows to be made like; None: all that are known.

        Raises:
            UserError: for an unknown class, a number that is none, and a request for nothing.
        """
        askable = list(known) if askable is None else list(askable)
        if isinstance(classes, Mapping):
            if n is not None:
                raise UserError(f"n={n}: classes={{...}} says already how many rows each class gets; leave one out")
            wanted = {str(name): count for name, count in classes.items()}
        elif n is None:
            raise UserError("n: say how many rows each class gets, e.g. n=100, or classes={NAME: 50}")
        else:
            wanted = dict.fromkeys(askable if classes is None else map(str, classes), n)
        for name, count in wanted.items():
            if name not in askable:
                raise UserError(f"classes: {name!r} is no class of this synthesizer{nearest(name, askable)}")
            if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 0:
                raise UserError(f"classes: {count!r} rows of {name!r}; a whole number of rows, 0 or more, is needed")
        if not sum(wanted.values()):
            raise UserError("n: no rows are asked for; say how many each class gets, e.g. n=100")
        labels = {name: label for label, name in enumerate(known)}
        return cls(tuple(known), tuple((labels[name], int(count)) for name, count in wanted.items() if count))

    def __len__(self) -> int:
        return int(self._ends[-1])

    def labels(self, start: int, stop: int) -> np.ndarray:
        """The labels (stop - start,) int64 of the rows from number `start` to before `stop`."""
        return np.array(self.counts, np.int64)[np.searchsorted(self._ends, np.arange(start, stop), side="right"), 0]

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.cumsum([count for _, count in self.counts], dtype=np.int64)
