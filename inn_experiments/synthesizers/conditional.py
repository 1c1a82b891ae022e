"""What the generators share that are told a condition of the class that is wanted, GAN and VAE even more."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import About, Conditioning, PositiveInt, Rows, Samples, UserError, child_seed
from inn_experiments.maths.moments import BLOCK, Moments, evenly
from inn_experiments.maths.samplers import drawn
from inn_experiments.training.batches import Batch, Blocks, looked_up
from inn_experiments.training.objectives import Objective
from inn_experiments.training.trained import Fitted, seeded
from inn_experiments.training.trainer import Trainer


@dataclass(eq=False)
class Conditional(Fitted):
    """A generator that learns rows together with the conditions of their classes.

    Attributes:
        table: (C, k), the condition of each class.
        seen: the labels of training rows.
        features: the number of values of a row.
    """

    LEARNED = ("features", "seen", "table")

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
        self._tell(train, about)
        with seeded(child_seed(seed, "weights")):
            self._assemble()
        self._set_units(Moments.of(train.x))
        draws = torch.Generator().manual_seed(child_seed(seed, "examples"))
        told = looked_up(train.x, lambda index: self.table[train.y[index]])
        blocks = Blocks(len(train), self.features, told, self.trainer.batch, draws)
        [self.curves], self.seconds = self.trainer.fit(self._objective(self._validation(val), draws), blocks)
        self.fitted = True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,); raises UserError for one that cannot be asked for, see `conditions`."""
        y = self._checked(labels)
        draws = torch.Generator().manual_seed(child_seed(seed, "sample"))
        with torch.no_grad():
            parts = [
                self._rows(drawn(torch.empty(len(part), self.latent), draws), part, draws)
                for part in torch.from_numpy(self.table[y]).split(BLOCK)
            ]
        return Samples(torch.cat(parts).numpy(), y)

    def _set_units(self, moments: Moments) -> None:
        raise NotImplementedError

    def _objective(self, validation: Batch | None, draws: torch.Generator) -> Objective:
        raise NotImplementedError

    def _rows(self, z: Tensor, c: Tensor, draws: torch.Generator) -> Tensor:
        raise NotImplementedError

    def _validation(self, val: Rows | None) -> Batch | None:
        if not val:
            return None
        index = evenly(len(val))
        return torch.tensor(val.x[index], dtype=torch.float32), torch.from_numpy(self.table[val.y[index]])
