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
from inn_experiments.training.trained import Fitted

VERSION = 2
"""Of the format."""

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
    of_rows = {name: tensors.pop(name) for name in list(tensors) if name.startswith("rows/")}
    for file, content in ((WEIGHTS, tensors), (ROWS, of_rows)):
        if file == WEIGHTS or content:
            with replacing(folder / file) as fresh:
                if file == ROWS and rows is not None:
                    _share(content, rows, fresh)
                else:
                    torch.save(content, fresh)
    write_text(folder / RECORD, json.dumps(record))


def _share(content: dict[str, Tensor], rows: Path, fresh: Path) -> None:
    """Make `fresh` a second name of the file of this content among `rows`, or a copy of it."""
    mark = hashlib.sha256()
    for name, tensor in content.items():
        mark.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        mark.update(tensor.contiguous().numpy().data)
    shared = rows / f"{mark.hexdigest()[:24]}.pt"
    once(shared, lambda made: torch.save(content, made))
    try:
        os.link(shared, fresh)
    except OSError:
        shutil.copyfile(shared, fresh)


def read(folder: Path, kind: str, name: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """State and recipe from `folder`, of a trained part that messages call by its kind and name.

    Raises UserError for a file that is missing, damaged, of a later format, or that holds more than weights.
    """
    for file in (WEIGHTS, RECORD):
        if not (folder / file).is_file():
            raise UserError(f"{kind} {name}: {folder / file} is missing; give the folder of a saved {kind}")
    with _damage(folder / RECORD, "is damaged, and was not read"):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        version, state, recipe = record["version"], record["state"], record["recipe"]
    if version != VERSION:
        raise UserError(f"{folder / RECORD}: it has format {version}, and this program reads {VERSION}; train it again")
    tensors = {}
    for file in (WEIGHTS, ROWS) if (folder / ROWS).is_file() else (WEIGHTS,):
        with _damage(folder / file, "holds more than weights, or is damaged, and was not read"):
            # Rows are many and only looked up: they stay on the disk.
            tensors |= torch.load(folder / file, weights_only=True, map_location="cpu", mmap=file == ROWS)
    with _damage(folder, f"lacks a part of the {kind}, and was not read"):
        return _put_back(state, tensors), recipe


def load(part: Fitted, folder: Path) -> None:
    """Make `part` what was written to `folder`; raises UserError as `read`, and for something of another kind."""
    state, _ = read(folder, part.kind, part.name)
    with _damage(folder, f"does not go with this {part.kind} {part.name}"):
        part.restore(state)


@contextmanager
def _damage(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except Exception as error:
        raise UserError(f"{path} {what} ({type(error).__name__}); delete its folder to train again") from error


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
