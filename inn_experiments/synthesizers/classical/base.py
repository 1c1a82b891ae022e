"""What the classical synthesizers share: they keep their training rows by class and save them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Rows, Samples, UserError
from inn_experiments.contracts.seeding import child_seed

FILE_NAME = "rows.npz"


class Classical:
    """A synthesizer that draws from stored training rows; a subclass says how, in `_draw`.

    `bounded` is set by the pipeline where clean rows lie in [0, 1]; samples are then clipped to it. `classes`,
    set by it too, are the names that messages use.
    `minimum` is the number of training rows that every class needs.
    """

    minimum = 1
    why = "this generator needs at least one row to draw from"

    def __init__(self) -> None:
        self.bounded = False
        self.classes: tuple[str, ...] = ()
        self.train: Rows | None = None
        self.rows: dict[int, np.ndarray] = {}

    @property
    def name(self) -> str:
        return type(self).__name__.lower()

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Keep the rows of `train` (n, d) by class; `val` and `seed` are not needed here.

        Raises UserError if a class has fewer rows than the generator needs.
        """
        # Kept in their own order: statistics computed after a load are then bit for bit the same.
        self.train = Rows(train.x, train.y)
        self.rows = {int(label): train.x[train.y == label] for label in np.unique(train.y)}
        for label, rows in self.rows.items():
            if len(rows) < self.minimum:
                named = repr(self.classes[label]) if self.classes else label
                raise UserError(
                    f"generator {self.name}: class {named} has {len(rows)} training row(s); {self.why}, "
                    f"so give every class at least {self.minimum} or choose generator=bootstrap"
                )

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Draw one row per entry of `labels` (n,); the same seed gives the same rows.

        Raises UserError if a label was not among the training rows or nothing was fitted.
        """
        labels = np.asarray(labels, dtype=np.int64)
        if self.train is None:
            raise UserError(f"generator {self.name}: sample was called before fit or load")
        unseen = sorted(set(labels.tolist()) - set(self.rows))
        if unseen:
            raise UserError(
                f"generator {self.name}: labels asks for class {unseen[0]}, which had no training row; "
                f"classes that were fitted: {sorted(self.rows)}"
            )
        x = np.empty((len(labels), self.train.x.shape[1]), dtype=np.float32)
        for label in np.unique(labels):
            wanted = labels == label
            # One stream per class: asking for another class as well does not change this one's rows.
            rng = np.random.default_rng(child_seed(seed, f"{self.name}/class/{label}"))
            x[wanted] = self._draw(int(label), int(wanted.sum()), rng)
        return Samples(np.clip(x, 0.0, 1.0) if self.bounded else x, labels)

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """`count` new rows (count, d) of class `label`."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """Write the fitted rows to `folder` (made if missing), under a temporary name first."""
        if self.train is None:
            raise UserError(f"generator {self.name}: save was called before fit or load")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{FILE_NAME}.{os.getpid()}"
        try:
            with open(temporary, "wb") as handle:
                np.savez(handle, x=self.train.x, y=self.train.y, bounded=self.bounded)
            os.replace(temporary, folder / FILE_NAME)
        finally:
            temporary.unlink(missing_ok=True)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote; the training rows are fitted again, which is exact and cheap.

        Raises UserError if `folder` holds no such file.
        """
        path = Path(folder) / FILE_NAME
        if not path.is_file():
            raise UserError(f"generator {self.name}: {path} is missing; give the folder of a saved generator")
        with np.load(path, allow_pickle=False) as stored:
            rows = Rows(stored["x"], stored["y"].astype(np.int64))
            self.bounded = bool(stored["bounded"])
        self.fit(rows, rows, seed=0)
