"""How many rows of which class are asked for."""

from collections.abc import Mapping, Sequence
from numbers import Integral

from inn_experiments.contracts import UserError, nearest


def counts(asked: int | Mapping[object, int], classes: Sequence[object], argument: str) -> dict[object, int]:
    """Class -> number of rows: the same for all classes, or those that are named and none of the others.

    Raises UserError, naming the `argument`, for unknown classes and what is no number of rows.

    Example:
        >>> counts(2, ["a", "b"], "n"), counts({"b": 1}, ["a", "b"], "n")
        ({'a': 2, 'b': 2}, {'a': 0, 'b': 1})
    """
    if not isinstance(asked, Mapping):
        asked = dict.fromkeys(classes, asked)
    for label, number in asked.items():
        if label not in classes:
            raise UserError(f"{argument}: there is no class {label!r}{nearest(str(label), map(str, classes))}")
        if not isinstance(number, Integral) or isinstance(number, bool) or number < 0:
            raise UserError(f"{argument}: {number!r} rows of {label!r} will not do; give a whole number from 0 on")
    return {label: int(asked.get(label, 0)) for label in classes}
