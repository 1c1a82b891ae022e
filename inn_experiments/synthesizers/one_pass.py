"""What GAN and VAE share as generators: latent vectors and the class' condition become rows in one pass."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import About, Rows, Samples
from inn_experiments.contracts.limits import PositiveInt
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.moments import BLOCK, Moments, evenly
from inn_experiments.maths.samplers import drawn
from inn_experiments.synthesizers.conditional import Conditional
from inn_experiments.training.blocks import Batch, Blocks
from inn_experiments.training.draws import looked_up
from inn_experiments.training.objectives import Objective
from inn_experiments.training.trained import seeded


@dataclass(eq=False)
class OnePass(Conditional):
    """A generator of rows from latent vectors z ~ N(0, I) and a condition; a subclass says which networks.

    `_build` makes `networks`, `_set_units` gives them the units of the rows, `_objective` says how they learn, and
    `_rows` makes rows of latent vectors.

    Args:
        latent: width of z.
        hidden, layers: width of the inner layers, and linear layers, of each network.
    """

    latent: PositiveInt = 64
    hidden: PositiveInt = 256
    layers: PositiveInt = 3

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Train on `train`; `val` is only looked at for the validation curve.

        Raises:
            UserError: where the training diverges.
        """
        self._tell(train, about)
        with seeded(child_seed(seed, "weights")):
            self._build()
        self._set_units(Moments.of(train.x))
        draws = torch.Generator().manual_seed(child_seed(seed, "examples"))
        told = looked_up(train.x, lambda index: self.table[train.y[index]])
        blocks = Blocks(len(train), self.features, told, self.trainer.batch, draws)
        self.curves, self.seconds = self.trainer.fit(self._objective(self._validation(val), draws), blocks)
        self.fitted = True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,).

        Raises:
            UserError: for a class without training rows, unless the conditioning is open to such.
        """
        y = self._checked(labels)
        draws = torch.Generator().manual_seed(child_seed(seed, "sample"))
        conditions = torch.from_numpy(self.table[y])
        with torch.no_grad():
            parts = [
                self._rows(drawn(torch.empty(len(part), self.latent), draws), part, draws).numpy()
                for part in conditions.split(BLOCK)
            ]
        return Samples(np.concatenate(parts), y)

    def _build(self) -> None:
        raise NotImplementedError

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

    def _assemble(self, state: dict[str, Any]) -> None:
        super()._assemble(state)
        self._build()
