"""One Gaussian per class, with a shrunken covariance so that fewer rows than features will do."""

from __future__ import annotations

from typing import Literal

import numpy as np

from inn_experiments.contracts import Rows
from inn_experiments.synthesizers.classical import Classical


class Gaussian(Classical):
    """Draws from N(mean_c, (1 - rho) S_c + rho (tr S_c / d) I), with rho estimated from the class' rows.

    Arguments: `shrinkage`, how rho is estimated: `ledoit_wolf` (Ledoit and Wolf 2004) or `oas`
    (Chen et al. 2010, better where the rows are close to Gaussian). Raises UserError for a class with one
    row.
    """

    minimum = 2
    why = "a covariance cannot be estimated from one row"

    def __init__(self, shrinkage: Literal["ledoit_wolf", "oas"] = "ledoit_wolf") -> None:
        super().__init__()
        self.shrinkage = shrinkage

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Keep the rows of `train` (n, d) by class and estimate each class' shrinkage."""
        from sklearn.covariance import ledoit_wolf_shrinkage, oas

        super().fit(train, val, seed=seed)
        self.rho = {
            label: float(ledoit_wolf_shrinkage(rows) if self.shrinkage == "ledoit_wolf" else oas(rows)[1])
            for label, rows in ((label, rows.astype(np.float64)) for label, rows in self.rows.items())
        }

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label].astype(np.float64)
        rho, mean = self.rho[label], rows.mean(axis=0)
        centred = rows - mean
        # Mixing the centred rows with normal weights has covariance S exactly, and needs no d x d factor.
        structured = rng.standard_normal((count, len(rows))) @ centred / np.sqrt(len(rows))
        isotropic = rng.standard_normal((count, rows.shape[1])) * np.sqrt(centred.var())
        return mean + np.sqrt(1 - rho) * structured + np.sqrt(rho) * isotropic
