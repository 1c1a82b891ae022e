"""A cell: what one run computes, made once from the configuration. Below it nobody knows Hydra."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from inn_experiments import __version__
from inn_experiments.configuration.axes import AXES, CONTROL, HOLDING, LEADING, MEASURES, SHOWING, VARIANTS
from inn_experiments.configuration.reads import axes_read, has_own_numbers, ignored
from inn_experiments.configuration.targets import build
from inn_experiments.contracts import Measure, Source, Tracker, UserError

LIBRARIES = (".msp", ".mgf")
"""Files of many mass spectra, which go by their names as tables do."""
SETTLED = 10.0
"""Seconds after its last change from which on a file that looks the same is the same."""


@dataclass(frozen=True)
class Cell:
    """One combination of options with its seed.

    Attributes:
        plain: every group's resolved values; a group that is absent is not there.
        choices: group -> the name of its option.
        usual: group -> the name of its default option.
    """

    plain: dict[str, Any]
    choices: dict[str, str]
    usual: dict[str, str]

    @property
    def seed(self) -> int:
        """The integer that every random draw follows from."""
        return self.plain["seed"]

    def value(self, key: str) -> Any:
        """The value at the dotted `key`; None where there is none."""
        found: Any = self.plain
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    @cached_property
    def read(self) -> set[str]:
        """The axis groups whose choice can change the result."""
        return axes_read(self.plain)

    @property
    def by_epochs(self) -> bool:
        """Whether the trainer's epochs, batch and rate are read: something is trained, and not by steps of its own."""
        return "trainer" in self.read and not has_own_numbers(self.plain)

    @cached_property
    def axes(self) -> dict[str, Any]:
        """What distinguishes this cell, for people: the groups that its generator reads, epochs, and the seed."""
        groups = ("data", "generator", *(group for group in AXES if group in self.read and group in self.plain))
        found: dict[str, Any] = {group: self.choices[group] for group in groups}
        # A conditioning on nothing is an object all the same, and no axis.
        found = {group: option for group, option in found.items() if option != "none"}
        for variant in VARIANTS:
            value = self.value(variant.key)
            known = variant.key.split(".")[0] in {"generator", "data", "inner", *self.read} and value is not None
            if known and (value != variant.usual or variant.always):
                found[variant.axis] = value
        if self.by_epochs:
            found["epochs"] = self.plain["trainer"]["epochs"]
        if "preset" in self.choices:
            found["preset"] = self.choices["preset"]
        return {**found, "seed": self.seed}

    @cached_property
    def name(self) -> str:
        """A short readable name, without the seed: `svd-convex-fid`, `coffee-smote`.

        It names the three axes of the paper's grid, then whatever else is not at its default; tables and records go
        by the name of their file or folder. A preset's cell is named by the data and the preset.
        """
        axes = self.axes
        if "preset" in axes:
            return f"{self._data_name}-{axes['preset']}"
        parts = [axes[group] for group in LEADING if group in axes]
        if axes["generator"] != self.usual["generator"]:
            parts.insert(0, axes["generator"])
        if axes["data"] != self.usual["data"]:
            parts.insert(0, self._data_name)
        rest = [axes.get(group) for group in AXES if group not in LEADING and axes.get(group) != self.usual.get(group)]
        parts += [option for option in rest if option is not None]
        parts += [
            f"{variant.letters}{axes[variant.axis]}"
            for variant in VARIANTS
            if axes.get(variant.axis, variant.usual) != variant.usual
        ]
        return "-".join(parts or [axes["generator"]])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a run's result: the resolved values, the program's version, a data file.

        Two cells that differ only in how they are called, or where and how they are recorded, have the same.
        """
        kept = {key: value for key, value in self.plain.items() if key not in {*CONTROL, *ignored(self.plain)}}
        if "trainer" in kept:
            kept["trainer"] = {key: value for key, value in kept["trainer"].items() if key not in SHOWING}
        if "data" in kept:
            kept["data"] = {key: value for key, value in kept["data"].items() if key not in HOLDING}
        kept["version"] = __version__
        if "path" in kept.get("data", {}):
            kept["data_files"] = files_mark(Path(str(kept["data"]["path"])))
        if (kept.get("generator") or {}).get("pretrained"):
            kept["pretrained_files"] = files_mark(Path(str(kept["generator"]["pretrained"])))
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()

    @property
    def outputs(self) -> Path:
        """The folder that everything is written to, absolute."""
        return outputs_folder(self.plain["paths"]["outputs"])

    @property
    def final_fit(self) -> bool:
        """Whether the synthesizer is trained once more on all rows for sampling; by default that of a user's file.

        Few rows a class, or classes that nobody is to have seen, would be undone by that.
        """
        if "inner" in self.plain:
            # All rows would be test rows, too.
            return False
        told = self.plain.get("final_fit")
        few = self.value("data.per_class") is not None or bool(self.value("data.unseen"))
        return self.value("data.path") is not None and not few if told is None else told

    def build(self, group: str, **extra: Any) -> Any:
        """A new object of the group's option; None where the group is absent."""
        return build(self.plain[group], **extra) if group in self.plain else None

    def source(self) -> Source:
        """Where the rows come from."""
        return self.build("data")

    def measures(self) -> dict[str, Measure]:
        """What is measured beside errors and fidelity, group -> measure."""
        return {group: self.build(group) for group in MEASURES if group in self.plain}

    def tracker(self) -> Tracker:
        """Who keeps the record."""
        return self.build("tracking")

    def silent(self) -> Cell:
        """The same cell without a progress bar."""
        return replace(self, plain={**self.plain, "trainer": {**self.plain["trainer"], "progress": False}})

    @property
    def _data_name(self) -> str:
        data, path = self.choices["data"], Path(str(self.value("data.path") or ""))
        library = data == "massbank" and path.suffix.lower() in LIBRARIES
        return path.stem if path.stem and (library or data in ("table", "records2d")) else data


def outputs_folder(text: str) -> Path:
    """The absolute folder; raises UserError for a home-folder shorthand."""
    if text.startswith("~"):
        raise UserError(f"paths.outputs={text}: '~' is not expanded here; write the path out")
    return Path(text).absolute()


def files_mark(path: Path) -> str:
    """A mark of what a path holds: a file's bytes, or the names, sizes and times of a folder's files."""
    if path.is_file():
        found = path.stat()
        # Within a clock's step a file may change twice and look the same.
        known = _bytes_mark if time.time() - found.st_mtime > SETTLED else _bytes_mark.__wrapped__
        return known(path.absolute(), found.st_ino, found.st_size, found.st_mtime_ns)
    mark = hashlib.sha256()
    if path.is_dir():
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            found = file.stat()
            # Not every file system's names are text.
            mark.update(os.fsencode(file.relative_to(path)) + f" {found.st_size} {found.st_mtime_ns}\n".encode())
    return mark.hexdigest()


@lru_cache(maxsize=100)
def _bytes_mark(path: Path, *_: int) -> str:
    """Of a file that is as it was when it was read, known by its number, size and time: a sweep has it in each cell."""
    mark = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            mark.update(block)
    return mark.hexdigest()
