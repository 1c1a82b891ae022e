"""Trained generators kept by what they were trained from, so that a new evaluation does not train again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from inn_experiments import __version__
from inn_experiments.configuration.axes import SHOWING
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Split, Synthesizer
from inn_experiments.contracts.seeding import child_seed

# What shows or keeps a training, and what only uses a trained network, does not decide its weights.
NOT_TRAINING = {"trainer": SHOWING}
USED_AFTERWARDS = ("method", "sampler")
# An autoencoder brings its own numbers for these; how its latents are normalised is the generator's matter.
OWN_SETTINGS = ("epochs", "batch", "learning_rate")


def fit_or_load(cell: Cell, split: Split, build: Callable[[Cell, Split], Synthesizer], folder: Path) -> Synthesizer:
    """The fitted generator of `cell`: loaded from `folder` where the same training was done, else fitted and kept.

    svd and explicit train the very same network, and two samplers use the same one; whichever comes second
    finds it here, as does a second generator inside the same autoencoder. Generators without a `training_key`
    (the classical ones, whose fit costs nothing) are always fitted. A training that was interrupted goes on
    from its last checkpoint.
    """
    synthesizer = build(cell, split)
    seed = child_seed(cell.seed, "fit")
    rows = rows_hash(split)
    if hasattr(synthesizer, "fit_autoencoder"):
        key = content(cell, split, rows, ["autoencoder", "trainer"])
        for name in OWN_SETTINGS:
            key["parts"]["trainer"].pop(name, None)
        key["parts"]["autoencoder"].pop("normalise", None)
        _keep(
            synthesizer.autoencoder,
            folder / _name(key),
            lambda: synthesizer.fit_autoencoder(split.train, split.val, seed=seed),
        )
    if not hasattr(synthesizer, "training_key"):
        synthesizer.fit(split.train, split.val, seed=seed)
        return synthesizer
    kept = folder / training_fingerprint(cell, synthesizer.training_key(), split, rows)
    _keep(synthesizer, kept, lambda: synthesizer.fit(split.train, split.val, seed=seed))
    return synthesizer


def training_fingerprint(cell: Cell, key: dict[str, Any], split: Split, rows: str | None = None) -> str:
    """A hash of all that decides the weights of a generator; `key` is its own part, `rows` their hash."""
    groups = sorted(cell.read - {*USED_AFTERWARDS})
    return _name(content(cell, split, rows or rows_hash(split), groups) | {"key": key})


def content(cell: Cell, split: Split, rows: str, groups: list[str]) -> dict[str, Any]:
    """Everything that decides trained weights: rows, parts, settings, chemistry, seed and version."""
    parts = {name: dict(cell.plain[name]) for name in groups if name in cell.plain}
    for group, names in NOT_TRAINING.items():
        parts[group] = {name: value for name, value in parts.get(group, {}).items() if name not in names}
    return {
        "parts": parts,
        "rows": rows,
        "smiles": split.smiles,
        "shape": split.shape,
        "seed": cell.seed,
        "version": __version__,
    }


def rows_hash(split: Split) -> str:
    """A hash of the rows that training sees, without a copy of them."""
    found = hashlib.sha256()
    for part in (split.train.x, split.train.y, split.val.x):
        found.update(np.ascontiguousarray(part).data)
    return found.hexdigest()


def _name(key: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]


def _keep(part: Any, kept: Path, fit: Callable[[], None]) -> None:
    """Load `part` from the folder `kept`, or fit it and keep it there; another worker at the same waits."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{kept}.lock"):
        if kept.is_dir():
            part.load(kept)
            return
        unfinished = kept.with_name(f"{kept.name}.unfinished")
        if hasattr(part, "resume_in"):
            part.resume_in(unfinished)
        fit()
        fresh = Path(tempfile.mkdtemp(prefix=".fit-", dir=kept.parent))
        try:
            part.save(fresh)
            os.replace(fresh, kept)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        shutil.rmtree(unfinished, ignore_errors=True)
