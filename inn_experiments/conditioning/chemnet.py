"""`conditioning=chemnet`: the compound's 512 ChemNet features, which unseen compounds have as well."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.conditioning.embeddings import chemnet_embeddings
from inn_experiments.contracts import UserError
from inn_experiments.contracts.rows import Smiles


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
