"""One calm progress line: epochs done, loss, time left."""

from __future__ import annotations

import lightning
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class ProgressLine(lightning.Callback):
    """A rich bar over epochs, redrawn at most five times a second, so that it costs nothing measurable."""

    bar: Progress | None = None

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """Open the bar."""
        self.bar = Progress(
            TextColumn("training"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} epochs"),
            TextColumn("loss {task.fields[loss]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            refresh_per_second=5,
            transient=True,
        )
        self.task = self.bar.add_task("training", total=trainer.max_epochs, loss="...")
        self.bar.start()

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """Move it on by one epoch."""
        loss = module.curves["train/loss"][1][-1] if "train/loss" in module.curves else float("nan")
        self.bar.update(self.task, advance=1, loss=f"{loss:.4f}")

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """Close it."""
        self.bar.stop()

    def on_exception(
        self, trainer: lightning.Trainer, module: lightning.LightningModule, exception: BaseException
    ) -> None:
        """Give the terminal back."""
        if self.bar is not None:
            self.bar.stop()
