"""SMOTE of the imbalanced-learn package, made to give exactly the labels that are asked for."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import PositiveInt, UserError
from inn_experiments.synthesizers.classical.base import Classical


@dataclass(eq=False)
class Smote(Classical):
    """Interpolation towards one of the k nearest rows of the same class (Chawla et al. 2002).

    Args:
        neighbours: k; a class with fewer rows uses all of them.

    Example:
        >>> from inn_experiments.contracts import About, Rows
        >>> smote = Smote(neighbours=1)
        >>> smote.fit(Rows(np.array([[0.0], [1.0], [9.0], [10.0]]), np.zeros(4, int)), About(), seed=0)
        >>> x = smote.sample(np.zeros(50, int), seed=1).x
        >>> bool(((x <= 1) | (x >= 9)).all())
        True
    """

    minimum = 2
    why = "SMOTE interpolates towards a second row of the same class"

    neighbours: PositiveInt = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.neighbours < 1:
            raise UserError(f"generator smote: neighbours is {self.neighbours}; it must be 1 or more, e.g. 5")

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        from imblearn.over_sampling import SMOTE

        rows = self.rows[label]
        # imbalanced-learn refuses a single class; one row of "everything else" satisfies it and is
        # never used, since neighbours are sought within the class alone.
        x = np.concatenate([rows, rows[:1]])
        y = np.append(np.zeros(len(rows), dtype=np.int64), 1)
        sampler = SMOTE(
            sampling_strategy={0: len(rows) + count},
            k_neighbors=min(self.neighbours, len(rows) - 1),
            random_state=int(rng.integers(2**31)),
        )
        resampled, _ = sampler.fit_resample(x, y)
        return resampled[len(x) :]
