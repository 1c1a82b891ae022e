"""One division of real rows, on which presets are tried: what their rows add to a forest, and how they are told."""

import time
import warnings
from functools import cached_property
from typing import NamedTuple

import numpy as np

from inn_experiments.contracts import Rows, Samples, Synthesizer, child_seed
from inn_experiments.data.division import Parts
from inn_experiments.data.source import NONE, RawRows
from inn_experiments.measures.numbers.rows import check_finite
from inn_experiments.measures.numbers.two_samples import c2st, comparable, pair_count
from inn_experiments.measures.utility.classifiers import predictions
from inn_experiments.measures.utility.division import join
from inn_experiments.measures.utility.forest import forest_predictions
from inn_experiments.measures.utility.scores import confusion, measures
from inn_experiments.recommending.settings import Candidate, Settings

PAIRS, TREES, FOLDS = 100, 25, 3
"""Of the two-sample test in one scene; scenes are many, and what is certain is so with few trees."""


class Labels(NamedTuple):
    """What forests said of held-out rows.

    Attributes:
        rows: (m,) numbers of these rows.
        real: (draws, m) labels given by forests of real rows alone.
        made: (draws, m) labels given with a preset's rows added.
    """

    rows: np.ndarray
    real: np.ndarray
    made: np.ndarray


class Trial(NamedTuple):
    """What one preset did in one scene.

    Attributes:
        gain: in macro F1 over real rows alone.
        labels: that this was told from.
        told: C2ST of its rows beside held-out ones, and of how many pairs; None where they cannot be paired.
        seconds: that all of it took.
    """

    gain: float
    labels: Labels
    told: tuple[float, int] | None
    seconds: float


class Scene:
    """Real rows of which some are held out; scaled with statistics of the others alone.

    Args:
        raw: all rows, in the file's units.
        train, held: row numbers.
        settings: the forests' trees, and how many rows are added.
        seed: of this scene.
        draws: forests that a score is the mean of.
    """

    def __init__(
        self, raw: RawRows, train: np.ndarray, held: np.ndarray, settings: Settings, *, seed: int, draws: int = 1
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            self.split = raw.split(Parts(np.sort(train), NONE, np.sort(held), NONE))
        self.held, self.settings, self.seed, self.draws = np.sort(held), settings, seed, draws

    @property
    def sizes(self) -> tuple[int, int]:
        """Rows to learn from and rows held out."""
        return len(self.split.train), len(self.split.test)

    @cached_property
    def real(self) -> np.ndarray:
        """The labels (draws, m) that forests of real rows alone give to the rows held out."""
        return np.stack([self._labels(self.split.train, draw) for draw in range(self.draws)])

    def nearest(self) -> np.ndarray:
        """The labels (m,) of the nearest real row by cosine: what a chemist's library search says."""
        options = {"bounded": self.split.bounded, "trees": 1, "levels": None, "seed": 0}
        return predictions("cosine", self.split.train, self.split.test.x, **options)

    def trial(self, candidate: Candidate, fidelity: bool = True) -> Trial:
        """Fit the candidate to the rows that are not held out, and score; raises UserError where it cannot be."""
        started, train, real = time.perf_counter(), self.split.train, self.real
        child = child_seed(self.seed, candidate.name)
        with warnings.catch_warnings():
            # What a training has to say belongs into a run's report.
            warnings.simplefilter("ignore")
            synthesizer = candidate.build()
            synthesizer.fit(train, self.split.about(), seed=child_seed(child, "fit"))
            labels = np.repeat(train.y, self.settings.times)
            made = [self._made(synthesizer, labels, child_seed(child, f"draw/{draw}")) for draw in range(self.draws)]
        labels = np.stack([self._labels(join(train, rows), draw) for draw, rows in enumerate(made)])
        told = self._told(made[0], child) if fidelity else None
        gain = float(np.mean([self._f1(mine) - self._f1(other) for mine, other in zip(labels, real, strict=True)]))
        return Trial(gain, Labels(self.held, real, labels), told, time.perf_counter() - started)

    def _made(self, synthesizer: Synthesizer, labels: np.ndarray, seed: int) -> Rows:
        found: Samples = synthesizer.sample(labels, seed=seed)
        x = found.x.astype(np.float32)
        check_finite(x, labels, maker=type(synthesizer).__name__, advice="no classifier can be trained on them")
        return Rows(x, labels)

    def _told(self, made: Rows, seed: int) -> tuple[float, int] | None:
        held = self.split.test
        if not comparable(made.y, held.y):
            return None
        sides = (np.asarray(rows.x, np.float64) for rows in (made, held))
        options = {"seed": child_seed(seed, "c2st"), "most": PAIRS, "trees": TREES, "folds": FOLDS}
        return c2st(*sides, (made.y, held.y), **options).value, min(PAIRS, pair_count(made.y, held.y))

    def _labels(self, rows: Rows, draw: int) -> np.ndarray:
        # One state for every arm: what differs is the rows alone.
        state = child_seed(self.seed, f"forest/{draw}")
        return forest_predictions(rows, self.split.test.x, trees=self.settings.trees, levels=None, seed=state)

    def _f1(self, labels: np.ndarray) -> float:
        true, classes = self.split.test.y, len(self.split.classes)
        return float(measures(confusion(true, labels, classes, np.ones((1, len(true)))))["f1_macro"][0])
