"""How long and how fast to train: the settings of config group `trainer`, and the quiet Lightning loop."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable
from typing import Literal

import lightning
import torch

from inn_experiments.contracts import UserError
from inn_experiments.limits import NonNegative, Positive, PositiveInt, SeveralInt
from inn_experiments.maths.inverses import ConditioningWarning
from inn_experiments.modules.progress import ProgressLine


class Trainer:
    """Runs a module for a number of epochs without banners, logger or checkpoints of its own.

    Args: epochs, batch: the paper's 1,000 and 128; learning_rate, weight_decay: AdamW's; threads: of torch, one
    being fastest for small networks; progress: show the bar; accelerator: as in Lightning.

    Raises UserError for a GPU where there is none.
    """

    def __init__(self, epochs: PositiveInt = 1000, batch: SeveralInt = 128, learning_rate: Positive = 1e-3,
                 weight_decay: NonNegative = 0.01, threads: PositiveInt = 1, progress: bool = True,
                 accelerator: Literal["cpu", "gpu", "auto"] = "cpu") -> None:
        if accelerator == "gpu" and not torch.accelerator.is_available():
            raise UserError("trainer.accelerator=gpu: torch finds no GPU on this machine; use cpu or auto")
        self.epochs, self.batch = epochs, batch
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.threads, self.progress, self.accelerator = threads, progress, accelerator

    def fit(self, module: lightning.LightningModule, batches: Iterable) -> None:
        """Train `module` on `batches`; afterwards it is on the CPU and in evaluation mode."""
        torch.set_num_threads(self.threads)
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        callbacks = [ProgressLine()] if self.progress else []
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            # A walk inside the loss would repeat itself every step; the evaluation reports conditioning.
            warnings.simplefilter("ignore", ConditioningWarning)
            trainer = lightning.Trainer(
                max_epochs=self.epochs, accelerator=self.accelerator, devices=1, logger=False,
                enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
                callbacks=callbacks, use_distributed_sampler=False,
            )
            trainer.fit(module, train_dataloaders=batches)
        module.cpu().eval()
