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

from omegaconf import DictConfig, OmegaConf

from inn_experiments import __version__
from inn_experiments.contracts import Split, Synthesizer
from inn_experiments.seeding import child_seed

# Settings of these groups that say how training is shown or scheduled on the machine, not what it computes.
NOT_TRAINING = {"trainer": ("progress",)}


def fit_or_load(cfg: DictConfig, split: Split, build: Callable[[DictConfig, Split], Synthesizer],
                folder: Path) -> Synthesizer:
    """The fitted generator of `cfg`: loaded from `folder` where the same training was done, else fitted and kept.

    svd and explicit train the very same network; whichever comes second finds it here. Generators without a
    `training_key` (the classical ones, whose fit costs nothing) are always fitted.
    """
    synthesizer = build(cfg, split)
    seed = child_seed(cfg.seed, "fit")
    if not hasattr(synthesizer, "training_key"):
        synthesizer.fit(split.train, split.val, seed=seed)
        return synthesizer
    kept = folder / training_fingerprint(cfg, synthesizer.training_key(), split)
    if kept.is_dir():
        synthesizer.load(kept)
        return synthesizer
    synthesizer.fit(split.train, split.val, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".fit-", dir=folder))
    try:
        synthesizer.save(fresh)
        os.replace(fresh, kept)
    except OSError:
        # Another worker finished the same training first: its weights are the same, keep those.
        shutil.rmtree(fresh, ignore_errors=True)
        if not kept.is_dir():
            raise
    return synthesizer


def training_fingerprint(cfg: DictConfig, key: dict[str, Any], split: Split) -> str:
    """A hash of everything that decides the trained weights: rows, parts, settings, seed and version."""
    plain = OmegaConf.to_container(cfg, resolve=True)
    parts = {name: plain[name] for name in plain["generator"]["reads"] if name != "method"}
    for group, names in NOT_TRAINING.items():
        parts[group] = {name: value for name, value in parts.get(group, {}).items() if name not in names}
    rows = hashlib.sha256(split.train.x.tobytes() + split.train.y.tobytes() + split.val.x.tobytes())
    content = {"parts": parts, "key": key, "rows": rows.hexdigest(), "seed": cfg.seed, "version": __version__}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]
