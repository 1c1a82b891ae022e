"""What the autoencoders share: training a network, encoding and decoding in blocks, saving and loading."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning import LightningModule
from torch import Tensor, nn

from inn_experiments.autoencoders.normalisation import Kind
from inn_experiments.contracts import Rows, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.moments import blocks
from inn_experiments.training.regression import RegressionModule
from inn_experiments.training.regression_batches import RegressionBatches
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.weights import read_weights, write_whole

DESCRIPTION, WEIGHTS, FINISHED = "autoencoder.json", "weights.pt", "finished.pt"


class Autoencoder:
    """Rows (n, d) to latents (n, m) and back; a subclass says which networks there are and how they learn.

    `_train` makes and trains the networks, `_describe` says in plain values how they are shaped, `_assemble`
    makes them of that, and `_encode` and `_decode` use them, on tensors of a few thousand rows.

    Args: trainer: settings of the machine, a training's numbers being the autoencoder's own; batch,
    learning_rate: of each step; normalise: how a generator gets the latents, see `Normalisation`; bounded: rows
    lie in [0, 1]; classes, smiles, cache: names and SMILES of the classes, and the folder for what is computed
    once; shape: of 2-D records, which rows hold flattened.
    """

    def __init__(
        self,
        trainer: Trainer,
        batch: int,
        learning_rate: float,
        normalise: Kind,
        *,
        bounded: bool = False,
        classes: tuple[str, ...] = (),
        smiles: tuple[tuple[str, ...], ...] | None = None,
        cache: Path | None = None,
        shape: tuple[int, int] | None = None,
    ) -> None:
        self.trainer, self.batch, self.learning_rate, self.normalise = trainer, batch, learning_rate, normalise
        self.bounded, self.classes, self.smiles, self.cache, self.shape = bounded, classes, smiles, cache, shape
        self.networks: dict[str, nn.Module] = {}
        self.fitted = False
        self.seconds = 0.0
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self.resume: Path | None = None

    @property
    def name(self) -> str:
        return type(self).__name__.lower()

    @property
    def parameters(self) -> int:
        """Trainable numbers of all networks."""
        return sum(p.numel() for network in self.networks.values() for p in network.parameters())

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Learn from `train`; `val` is only looked at for the validation curves.

        Raises UserError where the autoencoder needs something that the data do not have.
        """
        self.curves, self.seconds, self.fitted = {}, 0.0, False
        self._train(train, val, seed)
        for network in self.networks.values():
            network.eval()
        self.fitted = True

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, m) float32 of rows x (n, d), in the encoder's own units."""
        return self._through(self._encode, x)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Rows (n, d) float32 of latents z (n, m); in [0, 1] where clean rows are."""
        return self._through(self._decode, z)

    def training_key(self) -> dict[str, Any]:
        """What decides the trained weights beside rows, seed and trainer."""
        return {"name": self.name, "batch": self.batch, "learning_rate": self.learning_rate, "bounded": self.bounded}

    def resume_in(self, folder: Path) -> None:
        """Keep the state of an unfinished training in `folder`, or go on from the one that is there."""
        self.resume = folder

    def save(self, folder: Path) -> None:
        """Weights (plain state dicts), shapes of the networks and curves (json) into `folder`."""
        if not self.fitted:
            raise UserError(f"autoencoder {self.name}: save was called before fit or load")
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: network.state_dict() for name, network in self.networks.items()}
        write_whole(folder / WEIGHTS, lambda path: torch.save(weights, path))
        record = {
            "name": self.name,
            "bounded": self.bounded,
            "networks": self._describe(),
            "curves": self.curves,
            "seconds": self.seconds,
        }
        write_whole(folder / DESCRIPTION, lambda path: path.write_text(json.dumps(record), encoding="utf-8"))

    def load(self, folder: Path) -> None:
        """What `save` wrote, read without unpickling; the networks are shaped as the file says.

        Raises UserError for a folder without an autoencoder, or one of another kind.
        """
        for name in (DESCRIPTION, WEIGHTS):
            if not (folder / name).is_file():
                raise UserError(
                    f"autoencoder {self.name}: {folder / name} is missing; give a saved autoencoder's folder"
                )
        record = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if record["name"] != self.name:
            raise UserError(
                f"{folder / DESCRIPTION} describes autoencoder={record['name']}, not {self.name}; choose that one"
            )
        weights = read_weights(folder / WEIGHTS)
        self.bounded = record["bounded"]
        self._assemble(record["networks"])
        for name, network in self.networks.items():
            network.load_state_dict(weights[name])
            network.eval()
        self.curves = {name: (list(at), list(values)) for name, (at, values) in record["curves"].items()}
        self.seconds, self.fitted = record["seconds"], True

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        raise NotImplementedError

    def _describe(self) -> dict[str, Any]:
        raise NotImplementedError

    def _assemble(self, description: dict[str, Any]) -> None:
        raise NotImplementedError

    def _encode(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def _decode(self, z: Tensor) -> Tensor:
        raise NotImplementedError

    def _regress(
        self,
        part: str,
        net: nn.Module,
        inputs: np.ndarray,
        targets: Callable[[np.ndarray], np.ndarray],
        epochs: int,
        seed: int,
        validation: tuple[Tensor, Tensor] | None,
        enough: float = 0.0,
    ) -> None:
        """Teach `net` the targets of all inputs; `part` names its curves and checkpoint."""
        draws = self._draws(part, seed)
        module = RegressionModule(
            net,
            self.learning_rate,
            self.trainer.weight_decay,
            epochs,
            self.batch,
            "autoencoder.learning_rate",
            validation,
            enough,
        )
        self._run(part, net, module, RegressionBatches(inputs, targets, self.batch, draws), epochs)

    def _draws(self, part: str, seed: int) -> torch.Generator:
        """Of the training of `part`: the order of the rows, and what else is drawn."""
        return torch.Generator().manual_seed(child_seed(seed, f"order/{part}"))

    def _run(self, part: str, net: nn.Module, module: LightningModule, batches: RegressionBatches, epochs: int) -> None:
        """Train `net` inside `module`, or take it from an interrupted fit that had finished this part."""
        trainer = self.trainer.with_settings(epochs=epochs, batch=self.batch, learning_rate=self.learning_rate)
        # The copy's folder may be a generator's, who shares the trainer: two checkpoints must not meet there.
        trainer.resume = self.resume / part if self.resume else None
        finished = trainer.resume / FINISHED if trainer.resume else None
        if finished and finished.is_file():
            kept = read_weights(finished)
            net.load_state_dict(kept["weights"])
            self.seconds += kept["seconds"]
            self.curves |= kept["curves"]
            return
        seconds = trainer.fit(module, batches)
        curves = {f"{part}/{name}": curve for name, curve in module.curves.items()}
        self.seconds += seconds
        self.curves |= curves
        if finished:
            # What comes after may be interrupted, and this then need not be trained again.
            finished.parent.mkdir(parents=True, exist_ok=True)
            kept = {"weights": net.state_dict(), "seconds": seconds, "curves": curves}
            write_whole(finished, lambda path: torch.save(kept, path))

    def _through(self, convert: Callable[[Tensor], Tensor], rows: np.ndarray) -> np.ndarray:
        if not self.networks:
            raise UserError(f"autoencoder {self.name}: encode and decode need fit or load first")
        with torch.no_grad():
            parts = [convert(torch.from_numpy(np.array(part, dtype=np.float32))).numpy() for part in blocks(rows)]
            # Of no rows only the width is to be known.
            return np.concatenate(parts) if parts else convert(torch.zeros(0, rows.shape[1])).numpy()
