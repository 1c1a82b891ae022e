"""A small decoupled autoencoder for the tests, and rows in which there is something for it to find."""

from __future__ import annotations

import numpy as np

from inn_experiments.autoencoders.decoupled import Decoupled
from inn_experiments.contracts import About, Rows
from inn_experiments.training.trainer import Trainer

BOUNDED = About(bounded=True)
SHORT = {"layers": 3, "batch": 32, "learning_rate": 3e-3}


def trainer(**settings) -> Trainer:
    return Trainer(progress=False, **settings)


def spectra(rows: int = 240, features: int = 20, seed: int = 0) -> Rows:
    """Two compounds whose concentration moves height from one peak to another; exact zeros elsewhere."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 2
    share, x = rng.random(rows), np.zeros((rows, features), np.float32)
    for offset in range(3):
        height = (1.0, 0.6, 0.3)[offset]
        x[np.arange(rows), 2 + 8 * y + offset] = height * share
        x[np.arange(rows), 6 + 8 * y + offset] = height * (1 - share)
    return Rows(x, y.astype(np.int64))


class Tabled(Decoupled):
    """Vectors of 6 numbers from a fixed table in the place of ChemNet's 512."""

    table = np.random.default_rng(3).normal(size=(2, 6)).astype(np.float32)

    def vectors(self) -> np.ndarray:
        return self.table


def tabled(**settings) -> Tabled:
    epochs = {"encoder_error": 0.0, "encoder_epochs": 10, "decoder_epochs": 40}
    return Tabled(settings.pop("trainer", trainer()), **{**SHORT, **epochs, **settings})


def taught(autoencoder, train: Rows, val: Rows | None = None, seed: int = 0, about: About = BOUNDED):
    """The autoencoder, fitted."""
    autoencoder.fit(train, about, seed=seed, val=val)
    return autoencoder
