"""What GAN and VAE share as generators: latent vectors and the class' condition become rows in one pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from torch import Tensor, nn

from inn_experiments.contracts import Rows, Samples, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.moments import BLOCK, Moments, evenly
from inn_experiments.maths.samplers import drawn
from inn_experiments.synthesizers.labels import check_labels
from inn_experiments.training.regression_batches import RegressionBatches
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.weights import read_weights, write_whole

WEIGHTS, ARRAYS, RECORD = "weights.pt", "conditions.npz", "curves.json"


class OnePass:
    """A generator of rows from latent vectors z ~ N(0, I) and a condition; a subclass says which networks.

    `_assemble` fills `networks` for `features`, `_settle` gives them the units of the rows, `_module` wraps
    them for training, and `_rows` makes rows of latent vectors.

    Args: conditioning: table of the classes' conditions; trainer: how long and how fast; latent: width of z;
    hidden, layers: width of the inner layers and linear layers of each network; bounded: rows lie in [0, 1];
    classes, smiles, cache: names and SMILES of the classes, and the folder for their embeddings.
    """

    def __init__(
        self,
        conditioning: Any,
        trainer: Trainer,
        latent: int,
        hidden: int,
        layers: int,
        *,
        bounded: bool = False,
        classes: tuple[str, ...] = (),
        smiles: tuple[tuple[str, ...], ...] | None = None,
        cache: Path | None = None,
    ) -> None:
        self.conditioning, self.trainer = conditioning, trainer
        self.latent, self.hidden, self.layers = latent, hidden, layers
        self.bounded, self.classes, self.smiles, self.cache = bounded, classes, smiles, cache
        self.networks = nn.ModuleDict()
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self.seconds = 0.0

    @property
    def name(self) -> str:
        return type(self).__name__.lower()

    @property
    def parameters(self) -> int:
        """Trainable numbers of all networks."""
        return sum(p.numel() for p in self.networks.parameters())

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Train on `train`; `val` is only looked at for the validation curve.

        Raises UserError where the training diverges.
        """
        names = self.classes or tuple(str(label) for label in range(int(train.y.max()) + 1))
        self.table = np.asarray(self.conditioning.table(names, self.smiles, self.cache), np.float32)
        self.seen, self.features = np.unique(train.y), train.x.shape[1]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(child_seed(seed, "weights"))
            self._assemble()
        self._settle(Moments.of(train.x))
        draws = torch.Generator().manual_seed(child_seed(seed, "examples"))
        batches = RegressionBatches(train.x, lambda i: self.table[train.y[i]], self.trainer.batch, draws)
        module = self._module(self._validation(val), draws)
        self.seconds = self.trainer.fit(module, batches)
        self.curves = module.curves
        self.networks.eval().requires_grad_(False)

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,).

        Raises UserError for a class without training rows, unless the conditioning is open to such.
        """
        y = np.array(labels, dtype=np.int64)
        check_labels(y, self.conditioning, self.seen, len(self.table))
        draws = torch.Generator().manual_seed(child_seed(seed, "sample"))
        conditions = torch.from_numpy(self.table[y])
        with torch.no_grad():
            parts = [
                self._rows(drawn(torch.empty(len(part), self.latent), draws), part, draws).numpy()
                for part in conditions.split(BLOCK)
            ]
        return Samples(np.concatenate(parts), y)

    def training_key(self) -> dict[str, Any]:
        """What this generator adds to what decides the trained weights."""
        return {
            "name": self.name,
            "latent": self.latent,
            "hidden": self.hidden,
            "layers": self.layers,
            "bounded": self.bounded,
            "classes": len(self.classes),
        }

    def resume_in(self, folder: Path) -> None:
        """Keep the state of an unfinished training in `folder`, or go on from the one that is there."""
        self.trainer.resume = folder

    def save(self, folder: Path) -> None:
        """Weights (a plain state dict), conditions (npz) and curves (json) into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / WEIGHTS, lambda path: torch.save(self.networks.state_dict(), path))
        write_whole(folder / ARRAYS, self._write)
        record = {"name": self.name, "bounded": self.bounded, "curves": self.curves, "seconds": self.seconds}
        write_whole(folder / RECORD, lambda path: path.write_text(json.dumps(record), encoding="utf-8"))

    def load(self, folder: Path) -> None:
        """What `save` wrote, read without unpickling; the networks must be configured as they were.

        Raises UserError for a folder without a generator, or with one of another kind.
        """
        for name in (WEIGHTS, ARRAYS, RECORD):
            if not (folder / name).is_file():
                raise UserError(
                    f"generator {self.name}: {folder / name} is missing; give the folder of a saved generator"
                )
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["name"] != self.name:
            raise UserError(f"{folder / RECORD} describes generator={record['name']}, not {self.name}; choose that one")
        with np.load(folder / ARRAYS, allow_pickle=False) as kept:
            self.table, self.seen, self.features = kept["table"], kept["seen"], int(kept["features"])
        self.bounded = record["bounded"]
        weights = read_weights(folder / WEIGHTS)
        # What the random start draws is overwritten, and is nobody else's loss.
        with torch.random.fork_rng(devices=[]):
            self._assemble()
        self.networks.load_state_dict(weights)
        self.networks.eval().requires_grad_(False)
        self.curves = {name: (list(at), list(values)) for name, (at, values) in record["curves"].items()}
        self.seconds = record["seconds"]

    def _assemble(self) -> None:
        raise NotImplementedError

    def _settle(self, moments: Moments) -> None:
        raise NotImplementedError

    def _module(self, validation: tuple[Tensor, Tensor] | None, draws: torch.Generator) -> lightning.LightningModule:
        raise NotImplementedError

    def _rows(self, z: Tensor, c: Tensor, draws: torch.Generator) -> Tensor:
        raise NotImplementedError

    def _validation(self, val: Rows) -> tuple[Tensor, Tensor] | None:
        if not len(val):
            return None
        index = evenly(len(val))
        return torch.tensor(val.x[index], dtype=torch.float32), torch.from_numpy(self.table[val.y[index]])

    def _write(self, path: Path) -> None:
        with path.open("wb") as handle:
            np.savez(handle, table=self.table, seen=self.seen, features=self.features)
