"""The one format of trained parts: a file of tensors, read without unpickling, and a JSON file of everything else."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import Plain, State, UserError, once, replacing, write_text
from inn_experiments.contracts.files import sha256
from inn_experiments.training.trained import Fitted

VERSION = 3
"""Of the format."""

AGAIN = "delete its folder to train again"
"""What mends a kept training that cannot be read."""

WEIGHTS, ROWS, RECORD = "weights.pt", "rows.pt", "trained.json"
TENSOR, ARRAY = "$tensor", "$array"
"""Keys that stand in the record in the place of a tensor or an array, with its name in the file of weights or rows."""

Value = Tensor | np.ndarray | Plain | State


def write(folder: Path, state: State, recipe: dict[str, Plain] | None = None, rows: Path | None = None) -> None:
    """Write `state` into `folder`, each file whole, the record last; `recipe` says how to make what it is of.

    Training rows, which a state has under that name, are a file of their own. Of all the folders that are given one
    folder for `rows`, those with the same rows share one such file on the disk, where the file system can do that.
    """
    tensors: dict[str, Tensor] = {}
    record = {"version": VERSION, "recipe": recipe, "state": _taken_out(state, "", tensors)}
    marks: dict[str, str] = {}
    of_rows = {name: tensors.pop(name) for name in list(tensors) if name.startswith("rows/")}
    for file, content in ((WEIGHTS, tensors), (ROWS, of_rows)):
        if file == WEIGHTS or content:
            with replacing(folder / file) as fresh:
                if file == ROWS and rows is not None:
                    _share(content, rows, fresh)
                else:
                    torch.save(content, fresh)
            marks[file] = sha256(folder / file)
    write_text(folder / RECORD, json.dumps(record | {"sha256": {**marks, RECORD: mark_of(record)}}))


def mark_of(record: dict[str, Any]) -> str:
    """The checksum of a record's own entries."""
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _share(content: dict[str, Tensor], rows: Path, fresh: Path) -> None:
    """Make `fresh` a second name of the file of this content among `rows`, or a copy of it."""
    mark = hashlib.sha256()
    for name, tensor in content.items():
        mark.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        mark.update(tensor.contiguous().numpy().data)
    shared = rows / f"{mark.hexdigest()[:24]}.pt"
    if shared.exists() and not _holds(shared, content):
        # It is one file with those of other trainings, which will find out by their checksums.
        shared.unlink(missing_ok=True)
    once(shared, lambda made: torch.save(content, made))
    try:
        os.link(shared, fresh)
    except OSError:
        shutil.copyfile(shared, fresh)


def _holds(path: Path, content: dict[str, Tensor]) -> bool:
    """Whether these tensors are what the file has, bit for bit."""
    try:
        found = torch.load(path, weights_only=True, map_location="cpu", mmap=True)
        return found.keys() == content.keys() and all(torch.equal(found[name], content[name]) for name in content)
    except Exception:  # noqa: BLE001 - a damaged file fails in many ways
        return False


def read_record(folder: Path, kind: str, name: str, remedy: str = AGAIN) -> dict[str, Any]:
    """The record in `folder` of a trained part that messages call by its kind and name; no tensor is read.

    Raises UserError, which ends in the `remedy`, for one that is missing, damaged, changed or of another format.
    """
    for file in (WEIGHTS, RECORD):
        if not (folder / file).is_file():
            raise UserError(f"{kind} {name}: {folder / file} is missing; give the folder of a saved {kind}")
    damaged = "is damaged, and was not read"
    with _damage(folder / RECORD, damaged, remedy):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        version = record["version"]
    if version != VERSION:
        raise UserError(f"{folder / RECORD}: it has format {version}, and this program reads {VERSION}; train it again")
    with _damage(folder / RECORD, damaged, remedy):
        marks = record.pop("sha256")
        if marks.pop(RECORD) != mark_of(record):
            raise ValueError("other content")
        return {"state": record["state"], "recipe": record["recipe"], "sha256": marks}


def read(folder: Path, kind: str, name: str, remedy: str = AGAIN) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """State and recipe from `folder`, of a trained part that messages call by its kind and name.

    Raises UserError, which ends in the `remedy`, for a file that is missing, damaged, not the one that was written, of
    another format, or that holds more than weights.
    """
    record = read_record(folder, kind, name, remedy)
    tensors = {}
    for file, mark in record["sha256"].items():
        with _damage(folder / file, "holds more than weights, or is damaged, and was not read", remedy):
            if sha256(folder / file) != mark:
                raise ValueError("other bytes")
            # Rows are many and only looked up: they stay on the disk.
            tensors |= torch.load(folder / file, weights_only=True, map_location="cpu", mmap=file == ROWS)
    with _damage(folder, f"lacks a part of the {kind}, and was not read", remedy):
        return _put_back(record["state"], tensors), record["recipe"]


def load(part: Fitted, folder: Path) -> None:
    """Make `part` what was written to `folder`; raises UserError as `read`, and for something of another kind."""
    state, _ = read(folder, part.kind, part.name)
    with _damage(folder, f"does not go with this {part.kind} {part.name}"):
        part.restore(state)


@contextmanager
def _damage(path: Path, what: str, remedy: str = AGAIN) -> Iterator[None]:
    try:
        yield
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except Exception as error:
        raise UserError(f"{path} {what} ({type(error).__name__}); {remedy}") from error


def _taken_out(value: Value, name: str, tensors: dict[str, Tensor]) -> Plain:
    if isinstance(value, dict):
        return {key: _taken_out(part, f"{name}/{key}".lstrip("/"), tensors) for key, part in value.items()}
    if isinstance(value, Tensor):
        tensors[name] = value
        return {TENSOR: name}
    if isinstance(value, np.ndarray):
        # A mapped file is read-only, which torch warns of.
        tensors[name] = torch.from_numpy(np.require(value, requirements=["C", "W"]))
        return {ARRAY: name}
    return value


def _put_back(value: Plain, tensors: dict[str, Tensor]) -> Value:
    if not isinstance(value, dict):
        return value
    if TENSOR in value:
        return tensors[value[TENSOR]]
    if ARRAY in value:
        return tensors[value[ARRAY]].numpy()
    return {key: _put_back(part, tensors) for key, part in value.items()}
