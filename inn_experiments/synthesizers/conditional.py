"""What the generators share that are told a condition of the class that is wanted."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from inn_experiments.contracts import About, Rows, UserError
from inn_experiments.contracts.parts import Conditioning, State
from inn_experiments.training.trained import Fitted
from inn_experiments.training.trainer import Trainer


@dataclass(eq=False)
class Conditional(Fitted):
    """A generator that learns rows together with the conditions of their classes.

    Attributes:
        table: (C, k), the condition of each class.
        seen: the labels of training rows.
        features: the number of values of a row.
    """

    conditioning: Conditioning
    trainer: Trainer

    def conditions(self) -> np.ndarray | None:
        """The conditions (C, k) of all classes; None where classes without training rows cannot be asked for."""
        return self.table if self.conditioning.open else None

    def _tell(self, train: Rows, about: About) -> None:
        self.about = about
        table = self.conditioning.table(about.named(train.y), about.smiles, about.cache)
        self.table = np.asarray(table, dtype=np.float32)
        self.seen, self.features = np.unique(train.y), train.x.shape[1]

    def _checked(self, labels: np.ndarray) -> np.ndarray:
        """The labels (n,); raises UserError for one that cannot be asked for."""
        self.check_fitted("sample")
        y = np.array(labels, dtype=np.int64)
        known = np.arange(len(self.table)) if self.conditioning.open else self.seen
        missing = np.setdiff1d(y, known)
        if len(missing):
            raise UserError(
                f"no training row has label {missing[0]}; known labels: {known.tolist()}; "
                "conditioning=chemnet samples any class whose SMILES is given"
            )
        return y

    def _facts(self) -> State:
        return {"features": self.features, "seen": self.seen, "table": self.table}

    def _assemble(self, state: dict[str, Any]) -> None:
        self.features, self.seen, self.table = state["features"], state["seen"], state["table"]
