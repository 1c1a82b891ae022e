"""What the recommendation is made with, whatever the rows and the presets are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from inn_experiments.contracts import Synthesizer


class Candidate(NamedTuple):
    """A preset that may be recommended.

    Attributes:
        name: of the preset.
        build: makes its unfitted synthesizer.
        trains: whether fitting takes its time.
    """

    name: str
    build: Callable[[], Synthesizer]
    trains: bool = False


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How rows are divided, presets compared, and what counts as help.

    Attributes:
        seed: every random draw follows from it.
        folds: parts of the rows, each of which is unseen once a repeat; fewer where a class is small.
        repeats: how often the rows are divided into these parts.
        inner: parts that the other rows are divided into in turn, once a rung.
        rungs: of the successive halving.
        trees: of a forest.
        draws: forests, and draws of generated rows, that a score on unseen rows is the mean of.
        times: generated rows over real ones, in every class alike.
        worth: the least gain in macro F1 that is worth a recommendation.
    """

    seed: int = 0
    folds: int = 5
    repeats: int = 3
    inner: int = 3
    rungs: int = 3
    trees: int = 100
    draws: int = 3
    times: int = 1
    worth: float = 0.01
