"""The plugs around a synthesizer: what measures look at and find, and who keeps the record of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inn_experiments.contracts.parts import Synthesizer
from inn_experiments.contracts.report import Findings
from inn_experiments.contracts.rows import About, Samples, Split


@dataclass(frozen=True)
class Subject:
    """What measures look at.

    Attributes:
        synthesizer: fitted to the training rows of `split`.
        split: the rows; a measure learns from `train` alone.
        samples: rows of the synthesizer in the proportions of the test rows.
        references: name -> factory of an unfitted synthesizer to stand beside it, `convex` and `bootstrap`.
        rebuild: makes an unfitted synthesizer like this one.
        about: what synthesizers are told of the rows.
    """

    synthesizer: Synthesizer
    split: Split
    samples: Samples
    references: Mapping[str, Callable[[], Synthesizer]]
    rebuild: Callable[[], Synthesizer]
    about: About


class Measure(Protocol):
    """Something that is measured on held-out rows (config groups `utility`, `geometry`, `claims`, and the fixed ones).

    Classes inherit from it, and with that a check that refuses nothing.
    """

    def check(self, split: Split, *, seed: int) -> None:
        """Raise the UserError that measuring would end with, before any training."""

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """What was found; nothing where the subject lacks what it takes."""


class Run(Protocol):
    """One run on record; everything that belongs to it lies in `folder`, and `title` is what its files call it."""

    folder: Path
    title: str

    def params(self, values: Mapping[str, object]) -> None:
        """Record the axes of the cell."""

    def metrics(self, values: Mapping[str, float]) -> None:
        """Record final numbers."""

    def curve(self, name: str, steps: Sequence[int], values: Sequence[float]) -> None:
        """Record `values` (n,) at `steps` (n,)."""

    def dataset(self, name: str, digest: str) -> None:
        """Record which rows the run learned from."""

    def tag(self, name: str, value: str) -> None:
        """Record a short fact that is neither an axis nor a number."""

    def describe(self, text: str) -> None:
        """Record what the run is and what it shows, as Markdown."""

    def table(self, name: str, content: object) -> None:
        """Write a file with `columns` and rows of `data`."""

    def model(self, write: Callable[..., None]) -> None:
        """Record that rows can be made with what the run trained; `write` makes the folder of the model."""

    def text(self, name: str, content: str) -> Path:
        """Write a file, whole or not at all."""

    def json(self, name: str, content: object) -> Path:
        """Write plain values as JSON."""


class Tracker(Protocol):
    """Who keeps the record of runs (config group `tracking`)."""

    def prepare(self, outputs: Path) -> None:
        """Put right what earlier runs left behind, before the first one starts and after the last."""

    def finished(self, outputs: Path, fingerprint: str) -> tuple[dict[str, object], Path] | None:
        """`report.json` and folder of a finished run with this fingerprint; None where there is none."""

    def looks_up_here(self, outputs: Path) -> bool:
        """Whether there may be finished runs, and they are looked up in a file, in some milliseconds."""

    def open(self, outputs: Path, name: str, tags: Mapping[str, str]) -> AbstractContextManager[Run]:
        """A run called `name`, open inside the `with` block."""

    def register(self, outputs: Path, folder: Path, name: str) -> str:
        """Put the model of the finished run in `folder` into the registry under `name`; answers what is to be said."""

    def sweep(
        self, outputs: Path, name: str, outcomes: Sequence[Mapping[str, object]], status: str, started: float
    ) -> str:
        """Put a sweep on record with the outcomes of its cells; answers the line that says where, or ''."""

    def rewrite(self, outputs: Path, folder: Path, name: str, text: str) -> None:
        """Write a file of the finished run in `folder` once more."""

    def hint(self, outputs: Path, runs: Collection[str] = ()) -> str:
        """How to look at the finished runs, those in the folders with these names first of all."""
