"""The experiments of an outputs folder's database: one a data set, or as the setting says, and that of sweeps."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlparse

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import file_name
from inn_experiments.tracking import store, trouble, view

LONGEST, LONGEST_FOLDER = 200, 60
"""Characters of an experiment's name, and those of a cell's in the name of its folder."""
SMOKE = "smoke"
"""How a run is tagged, and how the name of its experiment ends, that was made for a look and not for its numbers."""


def check_name(name: str | None) -> None:
    """Raise UserError for what cannot be the name of an experiment."""
    if name is None:
        return
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > LONGEST:
        raise UserError(f"tracking.experiment={name!r}: a name is needed: one line of at most {LONGEST} characters")
    if name == store.SWEEPS:
        raise UserError(f"tracking.experiment={name}: this one is of sweeps; give another name")


def name_for(told: str | None, tags: Mapping[str, str]) -> str:
    """The name of the experiment of a run: as told, else that of its data set, with `smoke` behind it where it is one.

    Args:
        told: `tracking.experiment`.
        tags: of the run.

    Example:
        >>> name_for(None, {"dataset": "beans", "effort": "smoke"}), name_for("mine", {"dataset": "beans"})
        ('beans smoke', 'mine')
    """
    if told is not None:
        return told
    # A file may be called anything.
    data = " ".join(re.sub(r"[^\w .,;()+=-]", "_", tags.get("dataset", "")).split())[:LONGEST]
    if not data:
        return store.EXPERIMENT
    return f"{data} {SMOKE}" if tags.get("effort") == SMOKE else data


def tags_for(kind: str) -> dict[str, str]:
    """The tags of an experiment of `cells` or of `sweeps`."""
    told = {store.MARK: kind, "mlflow.experimentKind": "custom_model_development"}
    return {**told, view.TAG: view.tag()} if kind == "cells" else told


def cells_id(outputs: Path, name: str) -> str:
    """The id of the experiment of cells of this name, made where it is not there; its charts are prepared.

    Raises UserError where it was deleted, and where it keeps its files elsewhere.
    """
    path, wanted = store.database(outputs), tags_for("cells")
    query = "SELECT experiment_id, artifact_location FROM experiments WHERE name = ?"
    found = store.select(path, query, name)
    if not found:
        with store.lock(outputs):
            found = store.select(path, query, name)
            if not found:
                place = store.runs_uri(outputs)
                return store.connect(path).create_experiment(name, artifact_location=place, tags=wanted)
    number = store.experiment_id(path, name)
    place = Path(unquote(urlparse(found[0][1] or "").path)).absolute()
    if place.resolve() != (outputs / "runs").absolute().resolve():
        raise UserError(
            f"{path}: the experiment {name!r} was made by others and has its files in {place}; name another"
        )
    known = dict(store.select(path, "SELECT key, value FROM experiment_tags WHERE experiment_id = ?", number))
    for key, value in wanted.items():
        if known.get(key) != value:
            store.connect(path).set_experiment_tag(number, key, value)
    return number


def sweeps_id(outputs: Path) -> str | None:
    """The id of the experiment of sweeps, made where it is not there; None where somebody deleted it."""
    path = store.database(outputs)
    with store.lock(outputs):
        client = store.connect(path)
        found = client.get_experiment_by_name(store.SWEEPS)
        if found is None:
            place = store.runs_uri(outputs)
            return client.create_experiment(store.SWEEPS, artifact_location=place, tags=tags_for("sweeps"))
        return found.experiment_id if found.lifecycle_stage == "active" else None


def of_runs(path: Path, runs: Collection[str]) -> list[str]:
    """The ids of the experiments of the runs with these folders' names, or of the newest run where none are named."""
    rows = store.select(
        path,
        f"SELECT experiment_id, run_uuid, artifact_uri FROM runs WHERE {store.IN_OURS} "
        "AND experiment_id NOT IN (SELECT experiment_id FROM experiments WHERE name = ?) ORDER BY start_time DESC",
        store.SWEEPS,
    )
    wanted = set(runs)
    found = [str(each) for each, run, place in rows if store.folder_of(path.parent, run, place).parent.name in wanted]
    return list(dict.fromkeys(found)) or [str(each) for each, _, _ in rows[:1]]


def prepared(path: Path) -> set[str]:
    """The ids of the experiments whose charts are prepared."""
    return {
        str(one) for (one,) in store.select(path, "SELECT experiment_id FROM experiment_tags WHERE key = ?", view.TAG)
    }


def of_run(path: Path, run: str) -> str:
    """The id of the experiment of the run with this id."""
    return str(store.select(path, "SELECT experiment_id FROM runs WHERE run_uuid = ?", run)[0][0])


def folder(path: Path, run: str) -> Path:
    """Where the files of the run with this id lie."""
    place = store.select(path, "SELECT artifact_uri FROM runs WHERE run_uuid = ?", run)[0][0]
    return store.folder_of(path.parent, run, place)


def run_in(path: Path, folder: Path) -> str:
    """The id of the run whose files lie in `folder`; the folder's own name where no other is known."""
    ending = f"/{folder.parent.name}/{folder.name}"
    found = store.select(path, "SELECT run_uuid FROM runs WHERE substr(artifact_uri, -length(?)) = ?", *([ending] * 2))
    return str(found[0][0]) if len(found) == 1 else folder.parent.name


def place(outputs: Path, run: str, name: str, cell: str = "") -> Path:
    """The new folder of a run, whose name a person can read: date, cell, seed, and the end of its id.

    MLflow has one folder for an experiment and calls those of runs by their ids; the place of a run stands in its
    database, where the pages and the clients look it up, so that it is written there.
    """
    cell = cell if cell and name.startswith(cell) else name
    parts = [time.strftime("%Y-%m-%d_%H-%M-%S"), file_name(cell, longest=LONGEST_FOLDER)]
    parts += [file_name(rest, longest=LONGEST_FOLDER)] if (rest := name.removeprefix(cell)) else []
    folder = store.run_folder(outputs, "-".join([*parts, run[-4:]]))
    path, by_id = store.database(outputs), store.run_folder(outputs, run)
    try:
        folder.parent.mkdir(parents=True)
    except FileExistsError:
        by_id.mkdir(parents=True, exist_ok=True)
        return by_id
    with trouble.named(path), closing(sqlite3.connect(path, timeout=store.PATIENCE)) as connection, connection:
        told = f"{store.runs_uri(outputs)}/{folder.parent.name}/artifacts"
        connection.execute("UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", (told, run))
    folder.mkdir()
    return folder
