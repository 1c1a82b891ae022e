"""What `--explain` says: the meaning of each number and word of a report, as the page's glossary has it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from inn_experiments.contracts import UserError, nearest
from inn_experiments.contracts.lines import columns
from inn_experiments.reports.cell.glossary import Term, every_term, term


def explain(names: Sequence[str] = ()) -> str:
    """The words for these names, all of them where there are none.

    A name is the key of a number (`test/samples/c2st`), or what a table calls it, or a part of that.

    Example:
        >>> print(explain(["test/samples/coverage"]).splitlines()[0])
        coverage

    Raises:
        UserError: nothing goes by such a name.
    """
    width = columns()
    chosen = [one for name in names for one in _found(name)] if names else every_term()
    return "".join(
        f"{one.name}\n{textwrap.fill(one.words, width, initial_indent='    ', subsequent_indent='    ')}\n"
        for one in dict.fromkeys(chosen)
    )


def _found(name: str) -> list[Term]:
    if "/" in name and (exact := term(name)) is not None:
        return [exact]
    every = every_term()
    found = [one for one in every if name.casefold() in f"{one.name} {one.mark}".casefold()]
    if not found:
        raise UserError(f"--explain {name}: nothing goes by that name{nearest(name, [one.name for one in every])}")
    return found
