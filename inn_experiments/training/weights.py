"""Files of trained parts: written whole or not at all, and read without unpickling."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from inn_experiments.contracts import UserError


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a temporary file beside `path` and give it that name when it is whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_weights(path: Path) -> dict[str, Any]:
    """State dicts from `path`, without unpickling; raises UserError where the file holds anything else."""
    try:
        return torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        raise UserError(
            f"{path} holds more than weights, or is damaged, and was not read ({type(error).__name__}); "
            "delete its folder to train again"
        ) from error
