"""What is asked of a kept synthesizer: classes that it knows, or compounds that it is told the structure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from inn_experiments.artifact.kept import Kept
from inn_experiments.artifact.request import Request
from inn_experiments.contracts import OpenClasses, UserError


def asked(
    kept: Kept,
    n: int | None = None,
    classes: Mapping[str, int] | Sequence[str] | None = None,
    smiles: Mapping[str, str | Sequence[str]] | None = None,
) -> tuple[Kept, Request]:
    """The request for these classes, or for new ones by their `smiles`, and the synthesizer that answers it.

    Args:
        kept: the synthesizer.
        n: rows of each class; with `smiles`, of each of these.
        classes: name -> rows, or names.
        smiles: name of a compound -> its SMILES, several for a mixture.

    Raises:
        UserError: for a class that cannot be asked for, a SMILES that cannot be read, and structures for a synthesizer
            that was not told any.
    """
    facts = kept.facts
    if smiles is None:
        known = [name for name in facts.classes if facts.counts.get(name) or _is_open(kept)]
        return kept, Request.of(facts.classes, n, classes, known)
    if classes is not None:
        raise UserError("smiles, classes: give one of the two; a compound of the data is asked for by its class alone")
    if not _is_open(kept):
        raise UserError(
            f"smiles: {facts.cell} was not told structures alone, so that it cannot make rows of one; runs with "
            "conditioning=chemnet can (label_chemnet knows its own classes only)"
        )
    if taken := [name for name in smiles if name in facts.classes]:
        raise UserError(f"smiles: {taken[0]!r} is a class of the data; ask for it by classes={{{taken[0]}: ...}}")
    structures = tuple((text,) if isinstance(text, str) else tuple(text) for text in smiles.values())
    kept.synthesizer.add_conditions(tuple(smiles), structures)
    everyone = facts.classes + tuple(smiles)
    known = facts.smiles and facts.smiles + structures
    wider = replace(facts, classes=everyone, smiles=known, counts={**facts.counts, **dict.fromkeys(smiles, 0)})
    return kept.called(wider), Request.of(everyone, n, tuple(smiles))


def _is_open(kept: Kept) -> bool:
    made = kept.synthesizer
    return isinstance(made, OpenClasses) and made.conditions() is not None
