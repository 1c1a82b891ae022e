"""Mistakes, as scikit-learn and its tools expect to hear of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from inn_experiments.contracts import UserError

IN_PYTHON = {
    "data.scaling=": "scaling=",
    "data.scaling ": "scaling ",
    "or choose generator=bootstrap": "or choose preset=bootstrap",
}
"""What a message calls a setting of the command line -> what it is called here."""


class InputError(UserError, ValueError):
    """A UserError that is also the ValueError that scikit-learn promises for bad input."""


@contextmanager
def value_errors() -> Iterator[None]:
    """Every UserError of the block becomes an InputError with the same message."""
    try:
        yield
    except UserError as error:
        message = str(error)
        for there, here in IN_PYTHON.items():
            message = message.replace(there, here)
        raise InputError(message) from None
