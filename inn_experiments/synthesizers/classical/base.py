"""What the classical synthesizers share: they keep their training rows by class."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import About, Rows, Samples, UserError, child_seed
from inn_experiments.training.trained import Fitted


@dataclass(eq=False)
class Classical(Fitted):
    """A synthesizer that draws from stored training rows; a subclass says how, in `_draw`.

    Attributes:
        minimum: training rows that every class needs.
        why: the reason, for the message about a class with fewer.
    """

    trains = False
    LEARNED = ("x", "y")
    minimum = 1
    why = "this generator needs at least one row to draw from"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rows: dict[int, np.ndarray] = {}

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Keep the rows of `train` (n, d) by class; raises UserError for one with fewer than the generator needs."""
        train = train.held()
        # Kept in their own order: statistics computed after a load are then bit for bit the same.
        self.x, self.y, self.about = train.x, train.y, about
        self.rows = {int(label): train.x[train.y == label] for label in np.unique(train.y)}
        for label, rows in self.rows.items():
            if len(rows) < self.minimum:
                raise UserError(
                    f"generator {self.name}: class {about.name(label)} has {len(rows)} training row(s); {self.why}, "
                    f"so give every class at least {self.minimum} or choose generator=bootstrap"
                )
        self._learn(train)
        self.fitted = True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Draw one row per entry of `labels` (n,); raises UserError for one that was not among the training rows."""
        self.check_fitted("sample")
        labels = np.asarray(labels, dtype=np.int64)
        unseen = sorted(set(labels.tolist()) - set(self.rows))
        if unseen:
            raise UserError(
                f"generator {self.name}: labels asks for class {unseen[0]}, which had no training row; "
                f"classes that were fitted: {sorted(self.rows)}"
            )
        x = np.empty((len(labels), self.x.shape[1]), dtype=np.float32)
        for label in np.unique(labels):
            wanted = labels == label
            # One stream per class: asking for another class as well does not change this one's rows.
            rng = np.random.default_rng(child_seed(seed, f"{self.name}/class/{label}"))
            x[wanted] = self._draw(int(label), int(wanted.sum()), rng)
        return Samples(np.clip(x, 0.0, 1.0) if self.about.bounded else x, labels)

    def _learn(self, train: Rows) -> None:
        """What is computed once of the training rows beside keeping them by class: nothing here."""

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """`count` new rows (count, d) of class `label`."""
        raise NotImplementedError

    def _assemble(self) -> None:
        # Fitting again is exact and cheap.
        self.fit(Rows(self.x, self.y), self.about, seed=0)
