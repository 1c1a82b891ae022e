"""Which classes a conditional generator can be asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from inn_experiments.contracts import UserError


def check_labels(y: np.ndarray, conditioning: Any, seen: np.ndarray, classes: int) -> None:
    """Raise UserError for a label of y (n,) that is not among `seen`, the labels of training rows, unless the
    conditioning is open to all `classes`.
    """
    known = np.arange(classes) if conditioning.open else seen
    missing = np.setdiff1d(y, known)
    if len(missing):
        raise UserError(
            f"no training row has label {missing[0]}; known labels: {known.tolist()}; "
            "conditioning=chemnet samples any class whose SMILES is given"
        )
