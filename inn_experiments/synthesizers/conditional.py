"""What the generators share that are told a condition of the class that is wanted, GAN and VAE even more."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inn_experiments.conditioning.context import Context
from inn_experiments.contracts import (
    About,
    Conditioning,
    PositiveInt,
    Rows,
    Samples,
    Smiles,
    State,
    UserError,
    child_seed,
)
from inn_experiments.maths.moments import BLOCK, Moments, blocks, evenly
from inn_experiments.maths.samplers import drawn
from inn_experiments.synthesizers.contexts import Contexts
from inn_experiments.synthesizers.told import Table, Told
from inn_experiments.training.batches import Batch, Blocks
from inn_experiments.training.objectives import Objective
from inn_experiments.training.trained import Fitted, seeded
from inn_experiments.training.trainer import Trainer


@dataclass(eq=False)
class Conditional(Fitted):
    """A generator that learns rows together with the conditions of their classes.

    Attributes:
        table: (C, k), the condition of each class, as far as it is one for all its rows.
        seen: the labels of training rows.
        features: the number of values of a row.
        x, y: the training rows, where classes are told by them.
    """

    LEARNED = ("features", "seen", "table")

    conditioning: Conditioning
    trainer: Trainer

    def conditions(self) -> np.ndarray | None:
        """The conditions (C, k) of all classes; None where classes without training rows cannot be asked for."""
        return self.table if self.conditioning.open else None

    def add_conditions(self, classes: tuple[str, ...], smiles: Smiles) -> None:
        """Let it be asked for more classes, whose labels follow those that it knows, by the `smiles` of each.

        Raises UserError for a SMILES that cannot be read, and where classes without rows cannot be asked for.
        """
        if not self.conditioning.open:
            raise UserError(f"generator {self.name}: its conditioning tells nothing of classes without training rows")
        more = self.conditioning.table(classes, smiles, self.about.cache)
        self.table = np.concatenate([self.table, np.asarray(more, np.float32)])

    def state(self) -> State:
        """As of every generator, with the training rows where classes are told by them."""
        return super().state() | ({"rows": {"x": self.x, "y": self.y}} if self._by_rows else {})

    @property
    def _by_rows(self) -> bool:
        return isinstance(self.conditioning, Context)

    @property
    def _width(self) -> int:
        """K, of a condition."""
        return Context.width(self.features) if self._by_rows else self.table.shape[1]

    def _tell(self, train: Rows, about: About) -> Told:
        self.about = about
        table = self.conditioning.table(about.named(train.y), about.smiles, about.cache)
        self.table = np.asarray(table, dtype=np.float32)
        self.seen, self.features = np.unique(train.y), train.x.shape[1]
        if self._by_rows:
            self.x, self.y = train.held().x, train.y
        return self._told(train)

    def _told(self, train: Rows | None = None) -> Told:
        """What is told of classes, and of the rows `train` where there are any."""
        if self._by_rows:
            return Contexts(self.conditioning, Rows(self.x, self.y), self.about.bounded)
        return Table(self.table, train)

    def _looked_at(self, val: Rows | None) -> Rows | None:
        """The validation rows of which something can be told."""
        return val.take(np.isin(val.y, self.seen)) if val and self._by_rows else val

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


@dataclass(eq=False)
class OnePass(Conditional):
    """A generator of rows from latent vectors z ~ N(0, I) and a condition; a subclass says which networks.

    `_assemble` makes `networks`, `_set_units` gives them the units of the rows, `_objective` says how they learn, and
    `_rows` makes rows of latent vectors.

    Args:
        latent: width of z.
        hidden, layers: width of the inner layers, and linear layers, of each network.
    """

    latent: PositiveInt = 64
    hidden: PositiveInt = 256
    layers: PositiveInt = 3

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Train on `train`; `val` is only looked at for the validation curve."""
        told = self._tell(train, about)
        with seeded(child_seed(seed, "weights")):
            self._assemble()
        self._set_units(Moments.of(train.x))
        draws = torch.Generator().manual_seed(child_seed(seed, "examples"))
        validation = self._validation(told, val, child_seed(seed, "validation"))

        def draw(index: Tensor) -> Batch:
            rows = told.teaching[index.numpy()]
            return torch.tensor(train.x[rows], dtype=torch.float32), told.of(train.y[rows], draws, rows)

        every = Blocks(len(told.teaching), self.features, draw, self.trainer.rows, draws)
        [self.curves], self.seconds = self.trainer.fit(self._objective(validation, draws), every)
        self.fitted = True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,); raises UserError for one that cannot be asked for, see `conditions`."""
        y, told = self._checked(labels), self._told()
        x = np.empty((len(y), self.features), np.float32)
        with torch.no_grad():
            for rows, draws in told.streams(y, seed):
                for part in blocks(rows, BLOCK):
                    z = drawn(torch.empty(len(part), self.latent), draws)
                    x[part] = self._rows(z, told.of(y[part], draws), draws)
        return Samples(x, y)

    def _set_units(self, moments: Moments) -> None:
        raise NotImplementedError

    def _objective(self, validation: Batch | None, draws: torch.Generator) -> Objective:
        raise NotImplementedError

    def _rows(self, z: Tensor, c: Tensor, draws: torch.Generator) -> Tensor:
        raise NotImplementedError

    def _validation(self, told: Told, val: Rows | None, seed: int) -> Batch | None:
        if not (val := self._looked_at(val)):
            return None
        index = evenly(len(val))
        draws = torch.Generator().manual_seed(seed)
        return torch.tensor(val.x[index], dtype=torch.float32), told.of(val.y[index], draws)
