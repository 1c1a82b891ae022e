"""What the autoencoders share: training their parts, encoding and decoding in blocks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from inn_experiments.autoencoders.normalisation import Kind
from inn_experiments.autoencoders.residual import Rest
from inn_experiments.contracts import About, Positive, PositiveInt, Rows, UserError, child_seed
from inn_experiments.maths.moments import blocks
from inn_experiments.training.batches import Blocks, Draw, looked_up
from inn_experiments.training.files import RECORD, read, write
from inn_experiments.training.objectives import Objective, Regression
from inn_experiments.training.trained import Fitted
from inn_experiments.training.trainer import Trainer


@dataclass(eq=False)
class Autoencoder(Fitted):
    """Rows (n, d) to latents (n, m) and back; a subclass says which networks there are and how they learn.

    `_train` trains the networks, `_assemble` makes them of plain values that say how they are shaped, `described`,
    and `_encode` and `_decode` use them, on tensors of a few thousand rows.

    Args:
        trainer: settings of the machine, a training's numbers being the autoencoder's own.
        batch, learning_rate: of each step.
        normalise: how a generator gets the latents, see `Normalisation`.
        leading: directions that a generator learns, of whitened latents; None for all.
        residual: how the other directions are completed, see `Residual`.
    """

    kind = "autoencoder"
    AFTERWARDS = ("normalise", "leading", "residual")
    LEARNED = ("described",)

    trainer: Trainer
    batch: PositiveInt = 256
    learning_rate: Positive = 3e-4
    normalise: Kind = "scalar"
    leading: PositiveInt | None = None
    residual: Rest = "local"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.leading is not None and self.normalise != "whitened":
            raise UserError(
                f"autoencoder.leading={self.leading}: only whitened latents have leading directions; give "
                "autoencoder.normalise=whitened, or leave it out"
            )
        self.described: dict[str, Any] = {}
        self.resume: Path | None = None

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Learn from `train`; `val` is only for the curves. Raises UserError for data without what it needs."""
        self.about, self.curves, self.seconds, self.fitted = about, {}, 0.0, False
        self.networks, self.described = {}, {}
        self._train(train, val or train.take(np.arange(0)), seed)
        for network in self.networks.values():
            network.eval()
        self.fitted = True

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, m) float32 of rows x (n, d), in the encoder's own units."""
        self.check_fitted("encode")
        return self._through(self._encode, x)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Rows (n, d) float32 of latents z (n, m); in [0, 1] where clean rows are."""
        self.check_fitted("decode")
        return self._through(self._decode, z)

    def resume_in(self, folder: Path) -> None:
        """Keep the state of an unfinished training in `folder`, or go on from the one that is there."""
        self.resume = folder

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
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
        seen: tuple[np.ndarray, np.ndarray],
        enough: float = 0.0,
    ) -> None:
        """Train `net`, which `part` names, to map `inputs` (n, d) to `targets` of their indices.

        `seen`: inputs and targets of validation rows; `enough`: the error at which training may end.
        """
        validation = tuple(torch.tensor(rows, dtype=torch.float32) for rows in seen) if len(seen[0]) else None
        objective = Regression(net, validation, enough)
        self._run(part, objective, inputs, looked_up(inputs, targets), epochs, self._draws(part, seed))

    def _draws(self, part: str, seed: int) -> torch.Generator:
        """Of the training of `part`: the order of the rows, and what else is drawn."""
        return torch.Generator().manual_seed(child_seed(seed, f"order/{part}"))

    def _run(
        self, part: str, objective: Objective, rows: np.ndarray, draw: Draw, epochs: int, draws: torch.Generator
    ) -> None:
        """Train the network of `objective`, or take it from an interrupted fit that had finished this part."""
        objective.setting = "autoencoder.learning_rate"
        # The trainer's own folder may be a generator's, who shares it: two checkpoints must not meet there.
        folder = self.resume / part if self.resume else None
        finished = folder / "finished" if folder else None
        if finished and (finished / RECORD).is_file():
            kept, _ = read(finished, self.kind, self.name)
            objective.net.load_state_dict(kept["weights"])
            curves, seconds = kept["curves"], kept["seconds"]
        else:
            trainer = replace(self.trainer, epochs=epochs, batch=self.batch, learning_rate=self.learning_rate)
            trainer.resume = folder
            [curves], seconds = trainer.fit(objective, Blocks(*rows.shape, draw, trainer.rows, draws))
            if finished:
                # What comes after may be interrupted, and this then need not be trained again.
                write(finished, {"weights": objective.net.state_dict(), "seconds": seconds, "curves": curves})
        self.seconds += seconds
        self.curves |= {f"{part}/{name}": (list(at), list(values)) for name, (at, values) in curves.items()}
        # What is read again is in training mode, which rounds otherwise.
        objective.net.eval()

    def _through(self, convert: Callable[[Tensor], Tensor], rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            parts = [convert(torch.from_numpy(np.array(part, dtype=np.float32))).numpy() for part in blocks(rows)]
            # Of no rows only the width is to be known.
            return np.concatenate(parts) if parts else convert(torch.zeros(0, rows.shape[1])).numpy()
