"""What goes on beside a training: its state is kept every few minutes, and one calm line shows how far it is."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Checkpoint
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from inn_experiments.contracts.files import replacing
from inn_experiments.training.fitting import Fitting

FILE_NAME = "training.ckpt"


class Resumable(Checkpoint):
    """Keeps weights, also the best ones, optimiser, rate, draws and curves at the end of an epoch, `minutes` apart.

    With the generators of the batches put back as they were, a resumed training draws what the uninterrupted one
    would have drawn, and ends with the same weights on the same machine. The base class is Lightning's mark
    for callbacks that run after the module's own end of an epoch.

    Args:
        folder: of the checkpoint.
        generators: of every draw of the training.
        minutes: between two.
    """

    def __init__(self, folder: Path, generators: Sequence[torch.Generator], minutes: float) -> None:
        self.path, self.generators, self.every = folder / FILE_NAME, generators, 60 * minutes
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
        draws = [generator.get_state() for generator in self.generators]
        best = None if module.best is None else module.best.state()
        checkpoint["training"] = {"draws": draws, "curves": module.curves, "best": best, "seconds": self.seconds}

    def on_load_checkpoint(self, trainer: lightning.Trainer, module: Fitting, checkpoint: dict[str, Any]) -> None:
        """Put it back."""
        kept = checkpoint["training"]
        for generator, state in zip(self.generators, kept["draws"], strict=True):
            generator.set_state(state)
        module.curves = kept["curves"]
        if module.best is not None:
            module.best.restore(kept["best"])
        self.before = kept["seconds"]


class ProgressLine(lightning.Callback):
    """Epochs done, loss and time left, redrawn at most five times a second, so that it costs nothing measurable."""

    bar: Progress | None = None

    def on_train_start(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """Open the bar."""
        done = TextColumn("{task.completed:.0f}/{task.total:.0f} epochs"), TextColumn("loss {task.fields[loss]}")
        left = TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
        columns = TextColumn("training"), BarColumn(), *done, *left
        self.bar = Progress(*columns, refresh_per_second=5, transient=True)
        self.task = self.bar.add_task("training", total=trainer.max_epochs, loss="...")
        self.bar.start()

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """Move it on by one epoch."""
        curves = module.curves[0]
        loss = curves["train/loss"][1][-1] if "train/loss" in curves else float("nan")
        self.bar.update(self.task, advance=1, loss=f"{loss:.4f}")

    def on_train_end(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """Close it."""
        self.bar.stop()

    def on_exception(self, trainer: lightning.Trainer, module: Fitting, exception: BaseException) -> None:
        """Give the terminal back."""
        if self.bar is not None:
            self.bar.stop()
