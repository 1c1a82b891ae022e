"""`conditioning=none`: one generator for all classes, which is not told which one is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts.rows import Smiles


class Nothing:
    """An empty vector for every class; what a table of one class, such as a Swiss roll, needs."""

    open = False

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """The conditioning vectors of the C `classes`, (C, 0) float32; `smiles` and `cache` are not read."""
        return np.zeros((len(classes), 0), dtype=np.float32)
