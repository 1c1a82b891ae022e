"""The state of a training, kept every few minutes, so that an interrupted one goes on where it stood."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Checkpoint

from inn_experiments.contracts.files import replacing
from inn_experiments.training.fitting import Fitting

FILE_NAME = "training.ckpt"


class Resumable(Checkpoint):
    """Keeps weights, optimiser, learning rate, draws and curves at the end of an epoch, `minutes` apart.

    With the generator of the batches put back as it was, a resumed training draws what the uninterrupted one
    would have drawn, and ends with the same weights on the same machine. The base class is Lightning's mark
    for callbacks that run after the module's own end of an epoch.

    Args:
        folder: of the checkpoint.
        generator: of every draw of the training.
        minutes: between two.
    """

    def __init__(self, folder: Path, generator: torch.Generator, minutes: float) -> None:
        self.path, self.generator, self.every = folder / FILE_NAME, generator, 60 * minutes
        self.before = 0.0
        self.started = self.kept = time.monotonic()

    @property
    def seconds(self) -> float:
        """Training time so far, interrupted parts included as far as they were kept."""
        return self.before + time.monotonic() - self.started

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """Keep the state where the last one is old enough; after the last epoch there is nothing to resume."""
        if time.monotonic() - self.kept < self.every or trainer.current_epoch + 1 >= trainer.max_epochs:
            return
        with replacing(self.path) as fresh:
            trainer.save_checkpoint(fresh)
        self.kept = time.monotonic()

    def on_save_checkpoint(self, trainer: lightning.Trainer, module: Fitting, checkpoint: dict[str, Any]) -> None:
        """Add what Lightning does not know: plain numbers and one tensor."""
        checkpoint["training"] = {"draws": self.generator.get_state(), "curves": module.curves, "seconds": self.seconds}

    def on_load_checkpoint(self, trainer: lightning.Trainer, module: Fitting, checkpoint: dict[str, Any]) -> None:
        """Put it back."""
        kept = checkpoint["training"]
        self.generator.set_state(kept["draws"])
        module.curves.update(kept["curves"])
        self.before = kept["seconds"]
