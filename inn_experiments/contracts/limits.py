"""Ranges of settings as types, so that a class' signature says once what its arguments may be.

`hidden: PositiveInt` is an int to the reader and to Python; the configuration's values are checked against it
before anything is built.
"""

from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt, MultipleOf

NaturalInt = Annotated[int, Ge(0)]
PositiveInt = Annotated[int, Ge(1)]
SeveralInt = Annotated[int, Ge(2)]
EvenInt = Annotated[int, Ge(2), MultipleOf(2)]
"""Sines and cosines come in pairs."""

Halvings = Annotated[int, Ge(1), Le(10)]
"""Rows are padded to a multiple of 2**halvings: beyond ten, most of a row would be padding."""

NonNegative = Annotated[float, Ge(0)]
Positive = Annotated[float, Gt(0)]
Share = Annotated[float, Ge(0), Le(1)]
BelowOne = Annotated[float, Ge(0), Lt(1)]
PositiveShare = Annotated[float, Gt(0), Le(1)]
