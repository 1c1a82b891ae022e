"""Which way a metric is better, known from the metric: a search asks nobody."""

from dataclasses import dataclass
from typing import Literal

from inn_experiments.contracts import UserError
from inn_experiments.measures.quantities import quantity


@dataclass(frozen=True)
class Aim:
    """What a search is after.

    Attributes:
        key: of the metric.
        direction: of what is told to Optuna.
        best: the value that is best, where that is no end of the scale: then the distance to it is what is told.
    """

    key: str
    direction: Literal["minimize", "maximize"]
    best: float | None = None

    def told(self, value: float) -> float:
        """What Optuna is told of a value of the metric.

        >>> aim("test/samples/c2st").told(0.25), aim("test/samples/fid").told(0.25)
        (0.25, 0.25)
        """
        return value if self.best is None else abs(value - self.best)

    def gain(self, value: float, other: float) -> float:
        """How much better `value` is than `other`, above 0 where it is better.

        >>> aim("test/samples/fid").gain(1.0, 3.0), aim("utility/same_rows/real/f1_macro").gain(0.5, 1.0)
        (2.0, -0.5)
        """
        way = 1 if self.direction == "maximize" else -1
        return way * (self.told(value) - self.told(other))


def aim(key: str) -> Aim:
    """The aim of the objective `key`; raises UserError for a metric of which neither way is better.

    >>> aim("test/samples/c2st").best, aim("utility/same_rows/real/f1_macro").direction
    (0.5, 'maximize')
    """
    found = quantity(key)
    if found.best is not None:
        return Aim(key, "minimize", found.best)
    if found.better is None:
        raise UserError(
            f"objective={key}: no measure says which way it is better, so nothing can be searched by it; choose "
            "another, such as test/samples/fid"
        )
    return Aim(key, "minimize" if found.better == "lower" else "maximize")
