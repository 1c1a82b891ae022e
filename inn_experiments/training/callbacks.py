"""What goes on beside a training: its state is kept every few minutes, and one calm line shows how far it is."""

import math
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Checkpoint

from inn_experiments.contracts import stages, stopping
from inn_experiments.contracts.files import replacing
from inn_experiments.training.fitting import Fitting

FILE_NAME = "training.ckpt"
GRACE = 10.0
"""Seconds that the end of an epoch is waited for when a stop is asked for."""


class Resumable(Checkpoint):
    """Keeps weights, also the best ones, optimiser, rate, draws and curves at the end of an epoch, `minutes` apart.

    With the generators of the batches put back as they were, a resumed training draws what the uninterrupted one
    would have drawn, and ends with the same weights on the same machine. The base class is Lightning's mark
    for callbacks that run after the module's own end of an epoch.

    Within an epoch that does not hold: order and draws of its batches have been used up to some point. So a stop
    that is asked for waits for the end of the epoch, is kept there, and happens; an epoch that does not end within
    GRACE seconds, or a second signal, ends it at the next block of batches. Where epochs take longer than that, the
    state is kept after each: that costs little beside the epoch, and helps where there is no signal at all.

    Args:
        folder: of the checkpoint.
        generators: of every draw of the training.
        minutes: between two.
    """

    def __init__(self, folder: Path, generators: Sequence[torch.Generator], minutes: float) -> None:
        self.path, self.generators, self.every = folder / FILE_NAME, generators, 60 * minutes
        self.before, self.seen, self.over = 0.0, 0.0, False
        self.started = self.kept = self.epoch = time.monotonic()
        # Lightning's own, which it puts before this one, ends the training at a step.
        self.handler = signal.getsignal(signal.SIGTERM)

    @property
    def seconds(self) -> float:
        """Training time so far, interrupted parts included as far as they were kept."""
        return self.before + time.monotonic() - self.started

    @property
    def keeps(self) -> bool:
        """Whether this process is the one that keeps the state."""
        return self.every < math.inf

    def on_train_start(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """Put back the handler of SIGTERM that was there before the training."""
        if threading.current_thread() is threading.main_thread() and self.handler is not None:
            signal.signal(signal.SIGTERM, self.handler)

    def on_train_batch_start(self, trainer: lightning.Trainer, module: Fitting, batch: object, batch_idx: int) -> None:
        """Stop before this block where the end of the epoch was waited for in vain."""
        asked = stopping.asked() if self.keeps else 0
        if not asked:
            return
        self.seen = self.seen or time.monotonic()
        if asked > 1 or time.monotonic() - self.seen > GRACE:
            self._obey()

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """Keep the state where the last one is old enough, or a stop was asked for, which happens then."""
        now, asked = time.monotonic(), stopping.asked()
        long, self.epoch = now - self.epoch > GRACE, now
        last = trainer.current_epoch + 1 >= trainer.max_epochs or trainer.should_stop
        if self.keeps and (asked or (not last and (long or now - self.kept >= self.every))):
            # After the last epoch there is nothing to resume, unless what comes after it is never reached.
            self.over = last
            with replacing(self.path) as fresh:
                trainer.save_checkpoint(fresh)
            self.kept = time.monotonic()
            if asked:
                self._obey()

    def _obey(self) -> None:
        stopping.obey()
        # A launcher may only have warned.
        self.seen = 0.0

    def on_fit_end(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """End a training that was over when it was interrupted, which Lightning does not begin again."""
        if self.over and not module.ended:
            module.on_train_end()

    def on_save_checkpoint(self, trainer: lightning.Trainer, module: Fitting, checkpoint: dict[str, Any]) -> None:
        """Add what Lightning does not know: plain numbers and one tensor."""
        draws = [generator.get_state() for generator in self.generators]
        best = None if module.best is None else module.best.state()
        checkpoint["training"] = {"draws": draws, "curves": module.curves, "best": best, "seconds": self.seconds}
        checkpoint["training"]["over"] = self.over

    def on_load_checkpoint(self, trainer: lightning.Trainer, module: Fitting, checkpoint: dict[str, Any]) -> None:
        """Put it back."""
        kept = checkpoint["training"]
        for generator, state in zip(self.generators, kept["draws"], strict=True):
            generator.set_state(state)
        module.curves = kept["curves"]
        if module.best is not None:
            module.best.restore(kept["best"])
        self.before = kept["seconds"]
        # A training may end before its last epoch.
        self.over = trainer.should_stop = kept.get("over", False)


class ProgressLine(lightning.Callback):
    """Tells epochs done and the loss to whoever shows how far a cell is."""

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Fitting) -> None:
        """One epoch more."""
        curves = module.curves[0]
        loss = f", loss {curves['train/loss'][1][-1]:.4f}" if "train/loss" in curves else ""
        done, total = trainer.current_epoch + 1, trainer.max_epochs
        stages.move(done, total, f"{done}/{total} epochs{loss}", of=("fit", "keep"))
