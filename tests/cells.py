"""Small cells for the tests: a generator built from the real configuration, on few rows."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.axes import OWN_NUMBERS
from inn_experiments.configuration.building import recipe
from inn_experiments.contracts import About, Rows, Split
from inn_experiments.contracts.files import sha256
from inn_experiments.data.scaling import BasePeak, Standard
from inn_experiments.data.simulated.mnist1d import Mnist1d
from inn_experiments.running import pipeline
from inn_experiments.running.fits import fingerprint, known, training_key
from inn_experiments.training.files import RECORD, mark_of


@cache
def split(rows: int = 200) -> Split:
    """A class-balanced division of MNIST1D without validation rows."""
    with tempfile.TemporaryDirectory() as folder:
        return Mnist1d(rows=rows, val_rows=0, fresh_rows=0).load(seed=0, cache=Path(folder))


@cache
def spectra(classes: int = 3, per_class: int = 12, features: int = 16) -> Split:
    """Rows in [0, 1] with a base peak of 1 and exact zeros: one peak a class on a noisy ground."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(classes), per_class)
    place = np.arange(features)
    peaks = np.exp(-0.5 * (place - 4 * y[:, None] - 3) ** 2)
    x = np.clip(peaks + 0.3 * rng.random((len(y), features)) - 0.1, 0, None)
    rows = Rows((x / x.max(1, keepdims=True)).astype(np.float32), y.astype(np.int64))
    names = tuple(f"chemical {label}" for label in range(classes))
    return Split(rows, rows.take(np.arange(0)), rows, None, names, place, "m/z", BasePeak(), True, "spectra")


@cache
def chemicals() -> Split:
    """The spectra, with what the three chemicals are: ethanol, acetone, and a mixture of two."""
    return replace(spectra(), smiles=(("CCO",), ("CC(C)=O",), ("c1ccccc1", "CCCCCC")))


@cache
def records() -> Split:
    """Eight 2-D records of each of three classes, 6 retention times by 10 drift times: one peak a class."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 8)
    retention, drift = np.mgrid[:6, :10]
    moved = 0.3 * rng.standard_normal((2, len(y), 1, 1))
    at = (np.array([1, 3, 4])[y, None, None] + moved[0], np.array([2, 5, 8])[y, None, None] + moved[1])
    peaks = np.exp(-0.5 * ((retention - at[0]) ** 2 + (drift - at[1]) ** 2))
    x = peaks + 0.02 * rng.standard_normal(peaks.shape)
    rows = Rows(x.reshape(len(y), -1).astype(np.float32), y.astype(np.int64))
    names, axis = ("first", "second", "third"), np.arange(60.0)
    return Split(
        rows,
        rows.take(np.arange(0)),
        rows,
        None,
        names,
        axis,
        "value",
        Standard(0.0, 1.0),
        False,
        "records",
        shape=(6, 10),
    )


@cache
def unbounded() -> Split:
    """The same rows, of which nothing says that they lie in [0, 1]."""
    return replace(chemicals(), bounded=False)


# Where ChemNet's vectors are kept, for as long as the tests run.
OUTPUTS = tempfile.TemporaryDirectory(prefix="inn-tests-")

OWN = tuple(f"trainer.{name}=" for name in OWN_NUMBERS)


@cache
def composed(*overrides: str) -> config.Cell:
    """The cell of these overrides; of what all generators are given for a short training, a law takes nothing.

    Composing costs more than a short training, and nobody changes a composed configuration.
    """
    law = "generator=law" in overrides
    return config.compose(*(each for each in overrides if not (law and each.startswith(OWN))))


def short(epochs: int) -> tuple[str, ...]:
    """Overrides for a quiet training of a few epochs in batches of 32."""
    return ("trainer.progress=false", f"trainer.epochs={epochs}", "trainer.batch=32")


def built(*overrides: str):
    """The unfitted generator of the default experiment with these overrides, as the pipeline builds it."""
    return pipeline.build(composed(*overrides))


def about(rows: Split) -> About:
    """What a generator is told of the rows."""
    return rows.about(Path(OUTPUTS.name) / "cache")


def training(*overrides: str, of: Split) -> str:
    """The name that the training of these rows is kept by."""
    cell = composed(*overrides)
    return fingerprint(training_key(recipe(cell)) | known(cell.seed, of))


def trained(synthesizer, rows: Split, seed: int = 0):
    """The generator fitted to the training rows of the division."""
    synthesizer.fit(rows.train, about(rows), seed=seed, val=rows.val)
    return synthesizer


def fitted(*overrides: str, seed: int = 0, epochs: int = 3, of: Split | None = None):
    """An inversion generator after a few epochs on the training rows of the division."""
    return trained(built(*short(epochs), *overrides), of or split(), seed)


def same_weights(first, second) -> bool:
    """Whether two inversion generators have bit for bit the same weights under the same names."""
    a, b = dict(first.method.named_parameters()), dict(second.method.named_parameters())
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def resealed(folder: Path, **entries: object) -> None:
    """Other entries in the record of a kept training, and checksums that go with what its files are now."""
    record = json.loads((folder / RECORD).read_text(encoding="utf-8")) | entries
    marks = {file: sha256(folder / file) for file in record.pop("sha256") if file != RECORD}
    sealed = record | {"sha256": {**marks, RECORD: mark_of(record)}}
    (folder / RECORD).write_text(json.dumps(sealed), encoding="utf-8")
