"""From what a person calls a run to the synthesizer that was kept with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from inn_experiments.artifact.kept import Kept, read
from inn_experiments.contracts import UserError
from inn_experiments.contracts.old_report import read_report
from inn_experiments.tracking import collect

LATEST = "latest"
LEAST_ID = 6
"""Letters of a run's id that name it."""


def find(run: str, outputs: Path) -> Kept:
    """The synthesizer of a run: a folder, `latest`, the beginning of an id, or a cell's name with or without its seed.

    Names and ids are looked up among the finished runs of the folder `outputs`; of several the newest is taken. Raises
    UserError where there is none, and as `read` does.
    """
    if Path(run).is_dir():
        return read(collect.whole_folder(Path(run)))
    if "/" in run and not re.fullmatch(r"[\w.-]+", run):
        raise UserError(f"run={run}: there is no such folder; give the folder of a finished run, or run=latest")
    folders = collect.folders(outputs)
    if not folders:
        raise UserError(f"run={run}: no finished run is in {outputs}; name the runs' folder: outputs=FOLDER")
    if run == LATEST:
        return read(collect.whole_folder(folders[0]))
    ids = collect.ids(outputs)
    for folder in folders:
        if run in [*_names(folder), *_beginnings(ids.get(folder, ""))]:
            return read(collect.whole_folder(folder))
    for folder in folders:
        # The one that is meant may be it: its name is in what cannot be read.
        read_report(folder / collect.REPORT)
    last = ", ".join(dict.fromkeys(_names(folder)[0] for folder in folders[:5]))
    raise UserError(
        f"run={run}: none of the {len(folders)} finished runs in {outputs} is called so, and there is no such folder; "
        f"the newest are {last}; a folder, an id or run=latest do as well"
    )


def _names(folder: Path) -> list[str]:
    """What the run in this folder may be called: where its report cannot be read, by its id alone."""
    place = folder.parent.name if folder.name == "artifacts" else folder.name
    beginnings = _beginnings(place)
    try:
        report = json.loads((folder / collect.REPORT).read_text(encoding="utf-8"))
        return [f"{report['cell']}-seed{report['seed']}", str(report["cell"]), *beginnings]
    except (ValueError, KeyError, TypeError):
        return beginnings[::-1]


def _beginnings(place: str) -> list[str]:
    return [place[:end] for end in range(LEAST_ID, len(place) + 1)]
