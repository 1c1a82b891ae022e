"""The folder `synthesizer/` of a run: written whole or not at all, and read without data, outputs or pickle."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from inn_experiments.artifact.facts import Facts
from inn_experiments.configuration.building import Nodes, revived
from inn_experiments.contracts import Scaling, Synthesizer, UserError, replacing
from inn_experiments.data.kept_scaling import scaling_of, state_of
from inn_experiments.training.files import read as read_trained
from inn_experiments.training.files import read_record, write

FOLDER = "synthesizer"
FORMAT = 1
"""Of what an artifact has beside the files of a trained part."""

AGAIN = "copy it once more, or run its cell again"


@dataclass(frozen=True)
class Kept:
    """A synthesizer that was kept with its run.

    Attributes:
        folder: that it is read from.
        facts: what its rows are, and where they come from.
        nodes: the options that the synthesizer is made of.
    """

    folder: Path
    facts: Facts
    nodes: Nodes = field(repr=False)

    @cached_property
    def synthesizer(self) -> Synthesizer:
        """Ready to sample; raises UserError for files that are damaged or changed, and for foreign classes."""
        made = revived(self.nodes, str(self.folder))
        made.restore({key: value for key, value in self._state.items() if key != "data"})
        return made

    def called(self, facts: Facts) -> Kept:
        """The same synthesizer, of which other facts are told; nothing is read again."""
        found = Kept(self.folder, facts, self.nodes)
        vars(found).update({name: vars(self)[name] for name in ("synthesizer", "_state") if name in vars(self)})
        return found

    @cached_property
    def scaling(self) -> Scaling:
        """Whose `undo` gives rows in the units of the file."""
        return scaling_of(self._state["data"]["scaling"])

    @cached_property
    def axis(self) -> np.ndarray:
        """The places (d,) of the values of a row; of records, numbers that count them."""
        return self._state["data"]["axis"]

    @cached_property
    def _state(self) -> dict[str, Any]:
        return read_trained(self.folder, "synthesizer", self.facts.cell, AGAIN)[0]


def write_kept(
    run: Path, synthesizer: Synthesizer, nodes: Nodes, facts: Facts, data: Mapping[str, Any], rows: Path | None = None
) -> Path:
    """Write the artifact of a fitted synthesizer into the folder of its run; returns the artifact's folder.

    Args:
        run: folder of the run.
        synthesizer: fitted, made of `nodes`.
        nodes: of its options.
        facts: what its rows are.
        data: the fitted `scaling` and the `axis` (d,) of the rows.
        rows: a folder in which training rows are shared between artifacts, where the file system can do that.
    """
    state = {**synthesizer.state(), "data": {"scaling": state_of(data["scaling"]), "axis": np.asarray(data["axis"])}}
    target = run / FOLDER
    with replacing(target) as fresh:
        write(fresh, state, {"artifact": FORMAT, "parts": nodes, "facts": facts.as_dict()}, rows)
        # A folder cannot be renamed to one that is there: that of an earlier run in the same place.
        shutil.rmtree(target, ignore_errors=True)
    return target


def read(folder: Path) -> Kept:
    """The synthesizer that is kept in `folder`, the artifact itself or the folder of its run.

    The record is checked now, weights when they are asked for. Raises UserError for a folder without an artifact, a
    damaged or changed record, and a format that this version does not know.
    """
    folder = Path(folder)
    inner = next((each for each in (folder / FOLDER, folder / "artifacts" / FOLDER) if each.is_dir()), folder)
    if not inner.is_dir():
        raise UserError(f"{folder}: there is no such folder; give the folder of a finished run")
    if not any(inner.iterdir()) or (inner == folder and not (inner / "trained.json").exists()):
        raise UserError(
            f"{folder}: it has no folder {FOLDER}/, so no synthesizer was kept here: give a finished run of version "
            "0.9 or later"
        )
    told = read_record(inner, "synthesizer", folder.name, AGAIN)["recipe"]
    found = (told or {}).get("artifact")
    if found is None:
        raise UserError(f"{inner}: a training is kept here, but not with what its rows are; give the folder of a run")
    if found != FORMAT:
        raise UserError(
            f"{inner}: it is an artifact of format {found}, and this version reads {FORMAT}; use the version that "
            f"made it ({told.get('facts', {}).get('versions', {}).get('inn-experiments', 'unknown')}), or run its cell "
            "again"
        )
    return Kept(inner, Facts.of(told["facts"]), told["parts"])
