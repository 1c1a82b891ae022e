"""What every synthesizer and every autoencoder has, whatever it learns: numbers of its training, and its state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from inn_experiments.contracts import About, Curves, Plain, State, UserError


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draws of torch's global generator, initial weights, come from `seed`; its state is put back afterwards."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


@dataclass(eq=False)
class Fitted:
    """Something that is fitted, kept and read again; its settings are the fields of its class.

    A subclass that `trains` has a `trainer`. It fills `networks` and what else it learns in `fit`, and makes in
    `_assemble` the networks anew of what is `LEARNED`.

    Attributes:
        kind: the config group that it is an option of.
        trains: whether fitting takes its time, so that it is worth keeping.
        AFTERWARDS: names of its settings that only use what is trained.
        LEARNED: names of its attributes that are kept beside the weights.
        ROWS: those of them that are the training rows, of which there need be no copy for each.
        about: what is known of the rows.
        networks: by name, once there are any.
        curves, seconds: of the training.
    """

    kind: ClassVar[str] = "generator"
    trains: ClassVar[bool] = True
    AFTERWARDS: ClassVar[tuple[str, ...]] = ()
    LEARNED: ClassVar[tuple[str, ...]] = ()
    ROWS: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.about, self.fitted = About(), False
        self.networks, self.seconds = {}, 0.0
        self.curves: Curves = {}

    @property
    def name(self) -> str:
        """What the option is called."""
        return type(self).__name__.lower()

    @property
    def parameters(self) -> int:
        """Trainable numbers of all networks."""
        return sum(p.numel() for network in self.networks.values() for p in network.parameters())

    @classmethod
    def decisive(cls, settings: dict[str, Plain]) -> dict[str, Plain]:
        """Of the settings of its option those that decide the trained weights."""
        return {name: value for name, value in settings.items() if name not in cls.AFTERWARDS}

    def resume_in(self, folder: Path) -> None:
        """Keep the state of an unfinished training in `folder`, or go on from the one that is there."""
        if self.trains:
            self.trainer.resume = folder

    def check_fitted(self, what: str) -> None:
        """Raise UserError, naming `what` was called, where nothing is fitted."""
        if not self.fitted:
            raise UserError(f"{self.kind} {self.name}: {what} was called before fit or load")

    def state(self) -> State:
        """All that `restore` needs; raises UserError before `fit`."""
        self.check_fitted("state")
        return {
            "what": f"{self.kind}={self.name}",
            "about": self.about.as_dict(),
            "curves": self.curves,
            "seconds": self.seconds,
            "weights": {name: network.state_dict() for name, network in self.networks.items()},
            "rows": {name: vars(self)[name] for name in self.ROWS},
            **{name: vars(self)[name] for name in self.LEARNED},
        }

    def restore(self, state: State) -> None:
        """Become what gave `state`; raises UserError for the state of something else."""
        if state["what"] != f"{self.kind}={self.name}":
            raise UserError(f"it describes {state['what']}, not {self.name}; choose that one")
        self.about = About.of(state["about"])
        vars(self).update(state["rows"] | {name: state[name] for name in self.LEARNED})
        # The random start is overwritten, whatever its seed.
        with seeded(0):
            self._assemble()
        for name, network in self.networks.items():
            network.load_state_dict(state["weights"][name])
            network.eval()
        self.curves = {name: (list(at), list(values)) for name, (at, values) in state["curves"].items()}
        self.seconds, self.fitted = state["seconds"], True

    def _assemble(self) -> None:
        """Make what is not kept: nothing here."""
