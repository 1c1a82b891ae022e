"""What each `conditioning=` tells of a class: nothing, its label, its ChemNet vector, or the last two together."""

from pathlib import Path

import numpy as np

from inn_experiments.conditioning.embeddings import chemnet_embeddings
from inn_experiments.contracts import Smiles, UserError


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


class ChemNet:
    """ChemNet vectors: a class without training rows can be asked for, because its structure is known."""

    open = True

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """The ChemNet vectors of the C classes, (C, 512) float32, from their SMILES (Section 8).

        Raises UserError where no SMILES are known, and as `chemnet_embeddings` does.
        """
        if smiles is None:
            raise UserError(
                "conditioning=chemnet and label_chemnet need a SMILES for every class, and these data have "
                "none; data=massbank and the ion-mobility data bring them, data=table reads them from a "
                "column: data.smiles=COLUMN"
            )
        return chemnet_embeddings(smiles, classes, cache)


class LabelChemNet:
    """Both, as in the paper's Section 8; the one-hot half says nothing about unseen classes: none can be asked for."""

    open = False

    def table(self, classes: tuple[str, ...], smiles: Smiles | None, cache: Path | None) -> np.ndarray:
        """`[ChemNet vector, one-hot]` of the C `classes`, (C, 512 + C) float32."""
        return np.hstack([kind.table(classes, smiles, cache) for kind in (ChemNet(), Label())])
