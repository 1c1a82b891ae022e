"""One Gaussian per class, with a shrunken covariance so that fewer rows than features will do."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from inn_experiments.contracts import Rows
from inn_experiments.synthesizers.classical.base import Classical


@dataclass(eq=False)
class Gaussian(Classical):
    """Draws from N(mean_c, (1 - rho) S_c + rho (tr S_c / d) I), with rho estimated from the class' rows.

    Args:
        shrinkage: how rho is estimated: `ledoit_wolf` (Ledoit and Wolf 2004), `oas` (Chen et al. 2010, better where the
            rows are close to Gaussian), or `where_singular`: 0, so the full covariance of the second source's equation
            4, for a class with more rows than dimensions, and as `ledoit_wolf` for the others, whose full covariance
            is singular.
    """

    minimum = 2
    why = "a covariance cannot be estimated from one row"

    shrinkage: Literal["ledoit_wolf", "oas", "where_singular"] = "ledoit_wolf"

    def _learn(self, train: Rows) -> None:
        self.rho = {label: self._shrinkage(rows.astype(np.float64)) for label, rows in self.rows.items()}

    def _shrinkage(self, rows: np.ndarray) -> float:
        from sklearn.covariance import ledoit_wolf_shrinkage, oas

        if self.shrinkage == "where_singular" and len(rows) > rows.shape[1]:
            return 0.0
        found = oas(rows)[1] if self.shrinkage == "oas" else ledoit_wolf_shrinkage(rows)
        # Of two rows, whose squares are equal, rounding can leave a share just below 0.
        return float(np.clip(found, 0.0, 1.0))

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label].astype(np.float64)
        rho, mean = self.rho[label], rows.mean(axis=0)
        centred = rows - mean
        # Mixing the centred rows with normal weights has covariance S exactly, and needs no d x d factor.
        structured = rng.standard_normal((count, len(rows))) @ centred / np.sqrt(len(rows))
        isotropic = rng.standard_normal((count, rows.shape[1])) * np.sqrt(centred.var())
        return mean + np.sqrt(1 - rho) * structured + np.sqrt(rho) * isotropic
