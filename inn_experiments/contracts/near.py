"""The end of a message about an unknown name."""

import difflib
from collections.abc import Iterable

SHOWN = 40
"""Known names that a message lists."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest known one, where one is near, and all of them.

    >>> nearest("etanol", ["ethanol", "water"])
    "; did you mean 'ethanol'? (known: ethanol, water)"
    """
    known = sorted(known)
    if not known:
        return "; there are none here"
    near = difflib.get_close_matches(str(name), known, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    more = f", ... ({len(known) - SHOWN} more)" if len(known) > SHOWN else ""
    return f"{guess} (known: {', '.join(known[:SHOWN])}{more})"
