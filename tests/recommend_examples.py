"""Rows and presets that the tests of the recommendation know all about."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import About, Rows, Samples
from inn_experiments.data.source import ArrayRows
from inn_experiments.recommending.settings import Candidate, Settings
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.jitter import Jitter

CHEAP = [Candidate("bootstrap", Bootstrap), Candidate("jitter", Jitter)]
QUICK = {"trees": 5, "repeats": 1, "draws": 1, "rungs": 2}


def raw_rows(x: np.ndarray, y: np.ndarray, group: np.ndarray | None = None) -> ArrayRows:
    classes = tuple(f"class {label}" for label in range(int(y.max()) + 1))
    return ArrayRows(x=np.asarray(x, np.float64), y=y.astype(np.int64), classes=classes, name="made", group=group)


def clusters(seed: int, rows: int = 5, classes: int = 8, features: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """The centres (c, d) of Gaussian classes that overlap, and the labels (n,) of so many rows of each."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(classes, features)), np.repeat(np.arange(classes), rows)


def quick(seed: int = 0, **changes: int) -> Settings:
    return Settings(seed=seed, **(QUICK | changes))


class Oracle(Jitter):
    """Knows where the classes are; with a `mark`, its rows carry one that no real row has."""

    def __init__(self, centres: np.ndarray, mark: float = 0.0) -> None:
        super().__init__()
        self.centres, self.mark = centres, mark

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        super().fit(train, about, seed=seed, val=val)
        # Rows come standardised: a line through the class means takes the centres to their units.
        labels = np.unique(train.y)
        means = np.stack([train.x[train.y == label].mean(axis=0) for label in labels])
        self.slope, self.offset = np.polyfit(self.centres[labels].ravel(), means.ravel(), 1)

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        rng = np.random.default_rng(seed)
        x = self.centres[labels] + rng.normal(size=(len(labels), self.centres.shape[1]))
        x = (self.slope * x + self.offset).astype(np.float32)
        x[:, ::3] += np.float32(self.mark)
        return Samples(x, np.asarray(labels))
