"""Texts of anybody's as they can stand in a line."""

import shutil

from inn_experiments.contracts.secrets import masked

NARROW, WIDE = 80, 120
"""Columns that lines of words have at least, and at most."""


def visible(text: str) -> str:
    r"""The text with signs that a terminal or a page obeys, line breaks and direction marks among them, written out.

    Example:
        >>> visible("a\nb\u202e")
        'a\\nb\\u202e'
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def told(text: object) -> str:
    """A message as it can be printed: in one line, and without secrets."""
    return visible(masked(str(text)))


def columns() -> int:
    """How wide lines of words are on this terminal; 100 columns where there is none."""
    return min(max(shutil.get_terminal_size((100, 24)).columns, NARROW), WIDE)


def lasting(seconds: float) -> str:
    """A time as people say it.

    >>> lasting(12), lasting(100), lasting(7300)
    ('12 s', '2 min', '2.0 h')
    """
    if seconds < 60:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def left(seconds: float, done: int, of: int) -> str:
    """How much longer it takes if the rest goes on as what is done did.

    >>> left(60, 2, 4)
    'about 1 min left'
    """
    return f"about {lasting(seconds * (of - done) / done)} left"
