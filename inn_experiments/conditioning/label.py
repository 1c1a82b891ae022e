"""`conditioning=label` and `conditioning=none`: the class as a one-hot vector, or as nothing."""

from pathlib import Path

import numpy as np

from inn_experiments.contracts.rows import Smiles


class Label:
    """One-hot vectors: classes have nothing in common, so none can be made that was not trained on."""

    open = False

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """The identity, (C, C) float32, for the C `classes`; `smiles` and `cache` are not read."""
        return np.eye(len(classes), dtype=np.float32)


class Nothing:
    """An empty vector for every class; what a table of one class, such as a Swiss roll, needs."""

    open = False

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """One vector a class, (C, 0) float32; `smiles` and `cache` are not read."""
        return np.zeros((len(classes), 0), dtype=np.float32)
