"""How long and how fast to train: the settings of config group `trainer`, and the quiet Lightning loop."""

import logging
import math
import time
import warnings
import zipfile
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch

from inn_experiments.contracts import Curves, NonNegative, Positive, PositiveInt, SeveralInt, UserError, stopping
from inn_experiments.contracts.imports import importing
from inn_experiments.maths.inverses import ConditioningWarning
from inn_experiments.training.batches import Abreast, Blocks
from inn_experiments.training.objectives import Objective
from inn_experiments.training.shares import side_by_side

if TYPE_CHECKING:
    from inn_experiments.training.callbacks import Resumable

PRECISION = {"float32": "32-true", "bfloat16": "bf16-mixed"}


@dataclass(eq=False)
class Trainer:
    """Fits an objective in a number of epochs, without banners or logger; raises UserError for a GPU where is none.

    Args:
        epochs, batch: the paper's 1,000 and 128.
        learning_rate, weight_decay: AdamW's.
        threads: of torch, one being fastest for small networks.
        precision: of the matrix products, weights being float32 always.
        checkpoint_minutes: between two kept states of a training; a stop by a signal keeps one besides.
        keep: the weights of the best validation epoch, or of the last; auto is best for inversion networks, whose
            inverse overfits long before its training ends, and last for others. Without validation rows it is last.
        devices: processes that learn side by side, each from `batch` rows of a step, with one thread each.
        accumulate: passes, of `batch` rows, whose gradients are added up for a step.
        stack: networks that hydra/launcher=stacked trains side by side at most; auto lets it choose, 1 is alone.

    Attributes:
        resume: folder of the checkpoint; None keeps none.
    """

    epochs: PositiveInt = 1000
    batch: SeveralInt = 128
    learning_rate: Positive = 1e-3
    weight_decay: NonNegative = 0.01
    threads: PositiveInt = 1
    precision: Literal["float32", "bfloat16"] = "float32"
    checkpoint_minutes: NonNegative = 3.0
    keep: Literal["auto", "best", "last"] = "auto"
    devices: PositiveInt = 1
    accumulate: PositiveInt = 1
    stack: Literal["auto"] | PositiveInt = "auto"
    progress: bool = True
    accelerator: Literal["cpu", "gpu", "auto"] = "cpu"

    def __post_init__(self) -> None:
        if self.accelerator == "gpu" and not torch.accelerator.is_available():
            raise UserError("trainer.accelerator=gpu: torch finds no GPU on this machine; use cpu or auto")
        for name in ("devices", "accumulate"):
            if vars(self)[name] < 1:
                raise UserError(f"trainer.{name}={vars(self)[name]}: must be 1 or more")
        if self.devices > 1 and (self.threads > 1 or self.accelerator != "cpu"):
            raise UserError(
                f"trainer.devices={self.devices}: processes side by side have one thread each, on the CPU: "
                "trainer.threads=1 trainer.accelerator=cpu"
            )
        self.resume: Path | None = None

    @property
    def rows(self) -> int:
        """Rows of a step: of all devices and passes."""
        return self.batch * self.devices * self.accumulate

    def fit(self, objective: Objective, blocks: Blocks | Abreast) -> tuple[list[Curves], float]:
        """Train, from the checkpoint in `resume` on where there is one; answers each network's curves and the seconds.

        Afterwards the networks are on the CPU and in evaluation mode. A checkpoint that is damaged is left out, with a
        warning. Raises UserError for a training that diverges.
        """
        _import_lightning()
        import lightning
        from lightning.fabric.plugins.environments import LightningEnvironment

        from inn_experiments.training.callbacks import ProgressLine, Resumable
        from inn_experiments.training.fitting import Fitting

        use_threads(self.threads)
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        self._check_divisible(objective)
        keeper = Resumable(self.resume, blocks.generators, self.checkpoint_minutes) if self.resume else None
        best = self.keep == "best" or (self.keep == "auto" and objective.selects)
        module = Fitting(objective, self.epochs, self.rows, self.learning_rate, self.weight_decay, best)
        started, begin = time.perf_counter(), self._start(keeper)
        with warnings.catch_warnings(), side_by_side(self.devices, self.accumulate) as objective.shares:
            warnings.filterwarnings("ignore", module="lightning")
            # A walk inside the loss would repeat itself every step; the evaluation reports conditioning.
            warnings.simplefilter("ignore", ConditioningWarning)
            first = objective.shares.rank == 0
            if keeper and not first:
                # All go on from what is kept, and one keeps it.
                keeper.every = math.inf
            trainer = lightning.Trainer(
                max_epochs=self.epochs,
                accelerator=self.accelerator,
                devices=1,
                logger=False,
                precision=PRECISION[self.precision],
                enable_checkpointing=keeper is not None,
                enable_progress_bar=False,
                enable_model_summary=False,
                callbacks=[*([ProgressLine()] if self.progress and first else []), *([keeper] if keeper else [])],
                use_distributed_sampler=False,
                # Lightning would take the tasks of a Slurm job for processes of its own, and its signals, too.
                plugins=[LightningEnvironment()],
            )
            # A stop that is asked for happens when the state is kept.
            with stopping.afterwards() if keeper else nullcontext():
                trainer.fit(module, train_dataloaders=blocks, **begin)
        module.cpu().eval()
        return module.curves, keeper.seconds if keeper else time.perf_counter() - started

    def _check_divisible(self, objective: Objective) -> None:
        if self.devices * self.accumulate > 1 and not objective.divisible:
            raise UserError(
                f"trainer.devices={self.devices} and trainer.accumulate={self.accumulate}: they divide a batch, and "
                "this training learns from whole ones; use 1 and 1, which generator=diffusion and autoencoder=plain, "
                "decoupled, sequential or joint need not"
            )

    @staticmethod
    def _start(keeper: "Resumable | None") -> dict[str, object]:
        if keeper is None or not keeper.path.is_file():
            return {}
        try:
            with zipfile.ZipFile(keeper.path) as archive:
                # Torch itself does not compare what it reads with the checksums.
                if (bad := archive.testzip()) is not None:
                    raise ValueError(f"other bytes in {bad}")
            torch.load(keeper.path, weights_only=True, map_location="cpu", mmap=True)["training"]
        except Exception as error:  # noqa: BLE001 - a damaged file fails in many ways
            keeper.path.unlink(missing_ok=True)
            warnings.warn(
                f"the checkpoint of an interrupted training could not be read ({type(error).__name__}), and it was "
                f"trained from the start: {keeper.path}",
                stacklevel=2,
            )
            return {}
        return {"ckpt_path": keeper.path, "weights_only": True}


def use_threads(threads: int) -> None:
    """Let torch, in this process, work with so many threads: sums in another order have other last digits."""
    torch.set_num_threads(threads)


@cache
def _import_lightning() -> None:
    """Import what takes as long as all else together, and what those who only sample need none of."""
    with importing():
        import inn_experiments.training.callbacks  # noqa: F401
