"""What classes are called: their order, the codes of rows, and the SMILES of each class."""

from collections.abc import Sequence

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.checks import shorten

SEPARATOR = "|"


def numbers(texts: Sequence[str]) -> np.ndarray | None:
    """The texts as finite float64 numbers, or None where one of them is not."""
    try:
        values = np.array([float(text) for text in texts])
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def sort_classes(labels: list[str]) -> tuple[str, ...]:
    """Class names in a fixed order: by value where all are numbers ("10" follows "9"), else by name."""
    values = numbers(labels)
    return tuple(sorted(labels) if values is None else (labels[index] for index in np.lexsort((labels, values))))


def encode(labels: np.ndarray, where: str, unit: str = "row") -> tuple[tuple[str, ...], np.ndarray]:
    """The sorted classes and the codes (n,) int64 of the text `labels` (n,), each of a `unit` of `where`."""
    classes = sort_classes(np.unique(labels).tolist())
    if len(classes) < 2:
        raise UserError(f"{where}: every {unit} has the class {classes[0]!r}; at least 2 classes are needed")
    code = {label: index for index, label in enumerate(classes)}
    return classes, np.array([code[label] for label in labels.tolist()], dtype=np.int64)


def alike(classes: Sequence[str]) -> list[str]:
    """A sentence where names of classes differ only in case or blanks, which one class may have been meant by."""
    same: dict[str, list[str]] = {}
    for name in classes:
        same.setdefault("".join(name.split()).casefold(), []).append(name)
    twins = [" and ".join(map(repr, names)) for names in same.values() if len(names) > 1]
    return [f"classes differ only in case or blanks: {shorten(twins, 3)}"] if twins else []


def group_codes(groups: np.ndarray | None) -> np.ndarray | None:
    """Codes (n,) from 0 of the text `groups` (n,); None for None."""
    return None if groups is None else np.unique(groups, return_inverse=True)[1]


def class_smiles(labels: np.ndarray, texts: np.ndarray, where: str) -> dict[str, tuple[str, ...]]:
    """Class -> its SMILES, from `labels` and `texts` (n,); in a mixture, `|` separates the components.

    The dot of SMILES itself does not separate: it joins the parts of one compound, such as a salt.
    Raises UserError for a class whose rows disagree or whose mixture has an empty component.
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
