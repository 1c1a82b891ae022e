"""Direction: one network of an inversion method, as something that is trained and kept apart from the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from inn_experiments.methods.base import Training
from inn_experiments.nets.point_unet import PointUNet
from inn_experiments.training.batches import Batch, Blocks
from inn_experiments.training.files import RECORD, load, write
from inn_experiments.training.objectives import Inversion
from inn_experiments.training.trained import Fitted
from inn_experiments.training.trainer import Trainer

Examples = Callable[[], tuple[Blocks, Batch | None]]
"""Makes the training batches, and the batch of the validation curve where there is one."""


@dataclass(eq=False)
class Direction(Fitted):
    """Trains the network that it is given, in place; cells that need the same training share what is kept of it.

    Args:
        training: the network and its terms.
        trainer: how long and how fast.
        examples: is asked when there is something to train.
    """

    kind = "training"

    training: Training
    trainer: Trainer
    examples: Examples = field(repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        # A trainer of its own: two trainings that go on must not share a checkpoint.
        kept = self.trainer.resume
        self.trainer = replace(self.trainer)
        self.trainer.resume = kept and kept / self.name
        self.networks = {"net": self.training.net}

    @property
    def name(self) -> str:
        """What the training is called."""
        return self.training.title

    @property
    def stacks(self) -> bool:
        """Whether several of its kind can learn side by side."""
        full = self.trainer.precision == "float32"
        return full and not self.training.alone and isinstance(self.training.net, PointUNet)

    def fit(self) -> None:
        """Train."""
        fit_together([self])

    def fit_once(self, last: bool) -> None:
        """Train, or take what a fit that was interrupted later had finished; after the `last` none can be."""
        kept = self.trainer.resume
        if kept and (kept / RECORD).is_file():
            load(self, kept)
            return
        self.fit()
        if kept and not last:
            write(kept, self.state())


def fit_together(directions: Sequence[Direction]) -> None:
    """Train several side by side, which are alike in all but rows, draws and initial weights.

    Each gets the weights, up to rounding, that it would have had alone, and its share of the seconds.
    """
    blocks, validations = zip(*(one.examples() for one in directions), strict=True)
    trainer = directions[0].trainer
    objective = Inversion([one.training for one in directions], validations, stack=directions[0].stacks)
    curves, seconds = trainer.fit(objective, objective.blocks(blocks))
    objective.hand_back()
    for one, found in zip(directions, curves, strict=True):
        one.curves, one.seconds, one.fitted = found, seconds / len(directions), True
