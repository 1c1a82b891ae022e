"""SMILES that a table gives row by row, as one structure (or mixture) for each class."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import UserError

SEPARATOR = "|"


def class_smiles(labels: np.ndarray, texts: np.ndarray, where: str) -> dict[str, tuple[str, ...]]:
    """Class -> its SMILES, from `labels` and `texts` (n,); in a mixture, `|` separates the components.

    The dot of SMILES itself does not separate: it joins the parts of one compound, such as a salt.
    Raises UserError naming a class whose rows disagree or whose mixture has an empty component.
    """
    found: dict[str, tuple[str, ...]] = {}
    for label in np.unique(labels).tolist():
        given = np.unique(texts[labels == label]).tolist()
        if len(given) > 1:
            raise UserError(
                f"{where}: the class {label!r} has {len(given)} different SMILES, such as {given[0]!r} "
                f"and {given[1]!r}; all its rows must have the same (for a mixture, say, 'CCO{SEPARATOR}CCC')"
            )
        found[label] = tuple(part.strip() for part in given[0].split(SEPARATOR))
        if "" in found[label]:
            raise UserError(f"{where}: the class {label!r} has an empty component in its SMILES {given[0]!r}")
    return found
