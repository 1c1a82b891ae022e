"""What a kind of number means to people: its name, its unit, and which way is better."""

from dataclasses import dataclass
from typing import Literal

SHARE, GAIN = (0.0, 1.0), (-1.0, 1.0)
"""The limits of a share, and of a difference of two."""


@dataclass(frozen=True)
class Quantity:
    """What all numbers with one ending of their keys are; declared once, beside the measure that makes them.

    Attributes:
        key: how the keys of its numbers end, in whole parts: `samples/c2st`, `f1_macro`.
        label: its name in tables.
        better: which way is better; None where neither way is said to be.
        best: the value that is best, where that is not an end of the scale.
        note: what else has to be said to somebody who compares two of them.
        unit: of its values; none for shares and scores.
        limits: the least and the largest value that it can have; None where there are none.

    Example:
        >>> c2st, fid = Quantity("samples/c2st", "C2ST", "lower", best=0.5), Quantity("samples/fid", "FID", "lower")
        >>> c2st.heading, fid.heading, c2st.name, fid.meaning
        ('C2ST (0.5 is best)', 'FID ↓', 'c2st', 'lower is better')
    """

    key: str
    label: str
    better: Literal["lower", "higher"] | None = None
    best: float | None = None
    note: str = ""
    unit: str = ""
    limits: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition("/")[2]

    @property
    def way(self) -> int | None:
        """1 where a higher value is better, -1 where a lower one is, None where neither is."""
        return {"higher": 1, "lower": -1, None: None}[self.better]

    @property
    def heading(self) -> str:
        """The label with an arrow to where it is better, or with its best value."""
        if self.best is not None:
            return f"{self.label} ({self.best:g} is best)"
        return f"{self.label} {'↑' if self.better == 'higher' else '↓'}" if self.better else self.label

    @property
    def meaning(self) -> str:
        """In words, which way is better."""
        way = f"{self.better} is better" if self.better else "neither way is said to be better"
        way = way if self.best is None else f"{self.best:g} is best"
        return f"{way}, {self.note}" if self.note else way
