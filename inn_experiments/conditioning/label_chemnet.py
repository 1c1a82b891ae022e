"""`conditioning=label_chemnet`: ChemNet vector and one-hot label together, as in the paper's Section 8."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.conditioning.chemnet import ChemNet
from inn_experiments.conditioning.label import Label
from inn_experiments.contracts.rows import Smiles


class LabelChemNet:
    """Both; the one-hot half says nothing about unseen classes, so none can be asked for."""

    open = False

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """`[ChemNet vector, one-hot]` of the C `classes`, (C, 512 + C) float32; arguments as in ChemNet."""
        embedded = ChemNet().table(classes, smiles, cache)
        return np.concatenate([embedded, Label().table(classes, smiles, cache)], axis=1)
