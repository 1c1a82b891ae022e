"""Trained synthesizers kept by what they were trained from, so that a new evaluation does not train again."""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inn_experiments import __version__
from inn_experiments.configuration.axes import OWN_NUMBERS, SHOWING
from inn_experiments.configuration.building import Nodes, recipe, revived
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.targets import NOTES, find_class
from inn_experiments.contracts import Pruned, Split, Synthesizer, UserError, child_seed, held, once
from inn_experiments.contracts.streamed import rows_sha256
from inn_experiments.synthesizers.inn import Inn
from inn_experiments.synthesizers.latent import Latent
from inn_experiments.training.files import load, read, write
from inn_experiments.training.trained import Fitted

DECLARING = {"generator", "method"}
"""Groups whose classes say which of their settings decide the trained weights; of others all do."""

USED_AFTERWARDS = ("sampler",)
"""Groups that only use what is trained."""

ONLY_COMPLETING = ("residual",)
"""Settings of an autoencoder that say what is made of a generator's rows, not what it learns."""


def fit_or_load(
    cell: Cell, split: Split, build: Callable[[Cell], Synthesizer], folder: Path, trained: dict[str, str] | None = None
) -> Synthesizer:
    """The fitted synthesizer of `cell`: loaded from `folder` where the same training was done, else fitted and kept.

    implicit, svd and explicit train the very same forward network, implicit the same inverse one under every loss, and
    two samplers use the same network; whichever comes second finds it here, as does a second generator inside the same
    autoencoder. Generators that train nothing are always fitted. A training that was interrupted goes on from its last
    checkpoint. `trained` is told each part's name in `folder`.
    """
    trained = {} if trained is None else trained
    synthesizer, given = build(cell), told_to_fit(cell, split)
    if not synthesizer.trains:
        synthesizer.fit(**given)
        return synthesizer
    nodes, told = recipe(cell), known(cell.seed, split)
    if isinstance(synthesizer, Latent):
        own = {name: nodes[name] for name in ("autoencoder", "trainer")}
        key = autoencoder_key(own) | told
        trained["autoencoder"] = fingerprint(key)
        _keep(synthesizer.autoencoder, folder, key, own, lambda: synthesizer.fit_autoencoder(**given))

    def fit() -> None:
        if not isinstance(synthesizer, Inn):
            synthesizer.fit(**given)
            return
        synthesizer.prepare(**given)
        for direction in synthesizer.directions:
            _keep(
                direction,
                folder,
                direction_key(nodes, direction.name, direction.training.reads) | told,
                nodes,
                direction.fit,
            )
        synthesizer.join()

    key = training_key(nodes) | told
    trained["generator"] = fingerprint(key)
    _keep(synthesizer, folder, key, nodes, fit)
    for training in synthesizer.method.trainings() if isinstance(synthesizer, Inn) else ():
        trained[training.title] = fingerprint(direction_key(nodes, training.title, training.reads) | told)
    return synthesizer


def told_to_fit(cell: Cell, split: Split) -> dict[str, Any]:
    """What the synthesizer of `cell` is fitted with."""
    about = split.about(cell.outputs / "cache")
    return {"train": split.train, "about": about, "seed": child_seed(cell.seed, "fit"), "val": split.val}


def rebuild(folder: Path) -> Synthesizer:
    """The fitted synthesizer that was kept in `folder`, from this folder alone; raises UserError where it cannot be."""
    _, told = read(folder, "generator", "kept")
    if not told or "generator" not in told["parts"]:
        raise UserError(f"{folder}: it does not say how its synthesizer was made; give the folder of a kept training")
    synthesizer = revived(told["parts"], str(folder))
    load(synthesizer, folder)
    return synthesizer


def training_key(nodes: Nodes) -> dict[str, Any]:
    """Of the nodes of a synthesizer what decides its trained weights.

    Inside an autoencoder the way in which latents are normalised is part of what the generator learns.
    """
    key = {group: _without(NOTES, node) for group, node in nodes.items() if group not in USED_AFTERWARDS}
    for group in DECLARING & key.keys():
        key[group] = find_class(key[group]["_target_"], group).decisive(key[group])
    for group, names in (("trainer", SHOWING), ("autoencoder", ONLY_COMPLETING)):
        if group in key:
            key[group] = _without(names, key[group])
    return {"parts": key}


def direction_key(nodes: Nodes, title: str, reads: Iterable[str]) -> dict[str, Any]:
    """Of the nodes of an inversion generator what decides the weights of the network `title`, which `reads` these."""
    groups = training_key(nodes)["parts"]
    parts: dict[str, Any] = {}
    for name in reads:
        group, _, setting = name.partition(".")
        if setting:
            parts.setdefault(group, {})[setting] = groups[group][setting]
        else:
            parts[group] = groups[group]
    return {"training": title, "parts": parts}


def autoencoder_key(nodes: Nodes) -> dict[str, Any]:
    """Of the nodes of an autoencoder and its trainer what decides the autoencoder's weights."""
    settings = _without(NOTES, nodes["autoencoder"])
    decisive = find_class(settings["_target_"], "autoencoder").decisive(settings)
    return {"parts": {"autoencoder": decisive, "trainer": _without((*SHOWING, *OWN_NUMBERS), nodes["trainer"])}}


def known(seed: int, split: Split) -> dict[str, Any]:
    """What else decides trained weights: a hash of the rows, what is known of them, seed and version."""
    rows = rows_sha256(split.train.x, split.train.y, split.val.x, split.val.y)
    return {"about": split.about().as_dict(), "rows": rows, "seed": seed, "version": __version__}


def fingerprint(key: dict[str, Any]) -> str:
    """The name that a training with this key is kept by."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]


def folder_of(cell: Cell) -> Path:
    """Where the trainings of `cell` are kept."""
    return cell.outputs / "fits"


def place(folder: Path, key: dict[str, Any]) -> Path:
    """Where in `folder` a training with this key is kept."""
    return folder / fingerprint(key)


def keep(fresh: Path, part: Fitted, key: dict[str, Any], nodes: Nodes, folder: Path) -> None:
    """Write what was trained to `fresh`, the temporary name of its place in `folder`."""
    told = {"parts": nodes, "key": key, "versions": {name: version(name) for name in ("torch", "numpy")}}
    write(fresh, part.state(), told, rows=folder / "rows")


def _keep(part: Fitted, folder: Path, key: dict[str, Any], nodes: Nodes, fit: Callable[[], None]) -> None:
    """Load `part` from the folder of its key, or fit it and keep it there; another worker at the same waits.

    What is there and damaged is fitted again, and a warning says so: nobody gave it, so that nobody need mend it.
    """
    kept = place(folder, key)
    unfinished = kept.with_name(f"{kept.name}.unfinished")

    def make(fresh: Path) -> None:
        part.resume_in(unfinished)
        try:
            fit()
        except Pruned:
            # Nobody is going to go on with it.
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        keep(fresh, part, key, nodes, folder)

    if not once(kept, make):
        error = _loaded(part, kept)
        if error is None:
            return
        with held(kept):
            # Another worker may have found it too, and trained in the meantime.
            if _loaded(part, kept) is None:
                return
            shutil.rmtree(kept)
        if not once(kept, make):
            load(part, kept)
            return
        what = str(error).rpartition("; ")[0]
        warnings.warn(f"a kept training could not be used, and was trained again: {what}", stacklevel=2)
    shutil.rmtree(unfinished, ignore_errors=True)


def _loaded(part: Fitted, kept: Path) -> UserError | None:
    """Load `part` from the folder `kept`; answers why that could not be."""
    try:
        load(part, kept)
    except UserError as error:
        return error
    return None


def _without(names: Iterable[str], settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in names}
