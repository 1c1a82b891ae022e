"""The configuration as the program sees it: composed, checked, named and fingerprinted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from inn_experiments import __version__
from inn_experiments.configuration.checks import (
    AXES,
    axes_read,
    check_axes,
    check_notes,
    check_objective,
    check_values,
    ignored,
)
from inn_experiments.configuration.targets import build
from inn_experiments.contracts import UserError

__all__ = ["CONF", "axes", "build", "cell_name", "compose", "defaults", "fingerprint", "outputs", "prepare"]

_HERE = Path(__file__).resolve().parents[1]
CONF = _HERE / "conf" if (_HERE / "conf").is_dir() else _HERE.parent / "conf"
"""The folder of the options: beside the code in an installed package, one level up in a checkout."""

CONTROL = ("paths", "tracking", "objective", "choices", "preset", "experiment", "hydra")
"""Keys that say where and how a run is recorded, not what it computes."""

VARIANTS = {
    "iterations": ("generator.iterations", 1, "n"),
    "inverse_weight": ("method.inverse_weight", 0, "w"),
    "refine_steps": ("method.refine_steps", 0, "r"),
    "levels": ("schedule.steps", 100, "T"),
    "sampler_steps": ("sampler.steps", 100, "s"),
    "eta": ("sampler.eta", 0, "eta"),
    "ema": ("generator.ema", 0, "ema"),
    "train_rows": ("data.per_class", None, "k"),
    "normalise": ("autoencoder.normalise", "scalar", ""),
    "latent": ("autoencoder.latent", 512, "d"),
    "replacement": ("generator.replacement", True, "replacement"),
    "last_beta": ("schedule.last", 0.02, "b"),
}
"""Axis -> the setting that makes a variant of a cell, its usual value, and its letters in a cell's name."""

ALWAYS = ("levels", "sampler_steps")
"""Axes that are on record at their usual value too, so that a report can set them beside others."""

SHOWING = ("progress", "checkpoint_minutes")
"""Settings of the trainer that say how training is shown and kept, not what it computes."""


def defaults() -> dict[str, str]:
    """The default option of each group, from the defaults list of conf/config.yaml."""
    entries = OmegaConf.to_container(OmegaConf.load(CONF / "config.yaml").defaults)
    pairs = [item for entry in entries if isinstance(entry, dict) for item in entry.items()]
    return {group: option for group, option in pairs if not group.startswith("override ")}


def prepare(cfg: DictConfig, choices: dict[str, str], overrides: Sequence[str] = ()) -> DictConfig:
    """The configuration checked, resolved and with the name of each group's option under `choices`.

    Arguments: `cfg` without the hydra node; `choices`, group -> option; `overrides`, the command line's.
    Raises UserError for a missing or unknown key, a wrong type, a foreign class, an axis that nobody reads.
    """
    try:
        plain = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        key = getattr(error, "full_key", None) or "the configuration"
        raise UserError(f"{key}: a value is required, give {key}=... ({first_line(error)})") from None
    plain = {key: value for key, value in plain.items() if value is not None}
    named = {group: str(option) for group, option in choices.items() if "/" not in group and option}
    check_notes(overrides)
    check_values(plain)
    check_axes(plain, named, defaults(), list(overrides))
    check_objective(plain, named)
    _check_preset(named)
    return OmegaConf.create({**plain, "choices": named})


def _check_preset(choices: dict[str, str]) -> None:
    """Refuse another option in place of one that the preset stands for: its cells go by the preset's name."""
    if "preset" not in choices:
        return
    entries = OmegaConf.to_container(OmegaConf.load(CONF / "preset" / f"{choices['preset']}.yaml")).get("defaults", [])
    for entry in entries:
        for key, option in entry.items():
            group = key.removeprefix("override /")
            if choices.get(group) != option:
                raise UserError(
                    f"{group}={choices.get(group)}: preset={choices['preset']} stands for {group}={option}; leave "
                    "one of the two out"
                )


def compose(*overrides: str) -> DictConfig:
    """A checked configuration outside of the command line: `compose("method=svd", "trainer=smoke")`."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir

    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = hydra_compose("config", list(overrides), return_hydra_config=True)
    choices = dict(cfg.hydra.runtime.choices)
    with open_dict(cfg):
        del cfg["hydra"]
    return prepare(cfg, choices, overrides)


def axes(cfg: DictConfig) -> dict[str, Any]:
    """What distinguishes this cell, for people: the groups that its generator reads, epochs, and the seed."""
    plain, choices = OmegaConf.to_container(cfg), cfg.choices
    read = axes_read(plain)
    named = {"data": choices.data, "generator": choices.generator}
    named |= {group: choices[group] for group in AXES if group in read and choices[group] != "none"}
    for axis, (key, usual, _) in VARIANTS.items():
        value = OmegaConf.select(cfg, key)
        known = key.split(".")[0] in {"generator", "data", *read} and value is not None
        if known and (value != usual or axis in ALWAYS):
            named[axis] = value
    if "iterations" in plain["generator"]:
        named["iterations"] = plain["generator"]["iterations"]
    if "trainer" in read:
        named["epochs"] = plain["trainer"]["epochs"]
    if choices.get("preset"):
        named["preset"] = choices.preset
    return {**named, "seed": plain["seed"]}


def cell_name(cfg: DictConfig) -> str:
    """A short readable name of the cell, without the seed: `svd-convex-fid`, `coffee-smote`; tables and
    records go by the name of their file or folder. A preset's cell is named by the data and the preset.

    It names the three axes of the paper's grid, then whatever else is not at its default.
    """
    usual, values = defaults(), axes(cfg)
    if "preset" in values:
        return f"{_data_name(cfg)}-{values['preset']}"
    parts = [values[group] for group in ("method", "sampling", "loss") if group in values]
    if values["generator"] != usual["generator"]:
        parts.insert(0, values["generator"])
    if values["data"] != usual["data"]:
        parts.insert(0, _data_name(cfg))
    rest = ("network", "prime", "parameterization", "schedule", "sampler", "conditioning", "autoencoder")
    parts += [values[group] for group in rest if values.get(group) not in (None, usual.get(group))]
    parts += [
        f"{short}{values[axis]}"
        for axis, (_, default, short) in VARIANTS.items()
        if values.get(axis, default) != default
    ]
    return "-".join(parts or [values["generator"]])


def _data_name(cfg: DictConfig) -> str:
    path = OmegaConf.select(cfg, "data.path") if cfg.choices.data in ("table", "records2d") else None
    return Path(str(path)).stem if path else cfg.choices.data


def fingerprint(cfg: DictConfig) -> str:
    """SHA-256 of all that decides a run's result: the resolved values, the program's version, a data file.

    Two configurations that differ only in where and how the run is recorded have the same fingerprint.
    """
    plain = OmegaConf.to_container(cfg, resolve=True)
    kept = {key: value for key, value in plain.items() if key not in {*CONTROL, *ignored(plain)}}
    if "trainer" in kept:
        kept["trainer"] = {key: value for key, value in kept["trainer"].items() if key not in SHOWING}
    kept["version"] = __version__
    if cfg.choices.get("preset"):
        # The name it is compared by is part of what a report says.
        kept["preset"] = cfg.choices.preset
    if "path" in kept.get("data", {}):
        kept["data_files"] = files_mark(Path(str(kept["data"]["path"])))
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def files_mark(path: Path) -> str:
    """A mark of what a path holds: a file's bytes, or the names, sizes and times of a folder's files."""
    mark = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                mark.update(block)
    elif path.is_dir():
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            found = file.stat()
            mark.update(f"{file.relative_to(path)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return mark.hexdigest()


def outputs(cfg: DictConfig) -> Path:
    """The folder that everything is written to, absolute; raises UserError for a home-folder shorthand."""
    if str(cfg.paths.outputs).startswith("~"):
        raise UserError(f"paths.outputs={cfg.paths.outputs}: '~' is not expanded here; write the path out")
    return Path(cfg.paths.outputs).absolute()


def first_line(error: BaseException) -> str:
    """The first line of an exception's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
