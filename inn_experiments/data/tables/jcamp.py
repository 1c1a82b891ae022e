"""A folder of JCAMP-DX files: one spectrum a file, its class the subfolder or a field of its header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.axes import Axis, name_of, unit_of
from inn_experiments.data.checks import readable, shorten
from inn_experiments.data.tables.wide import Read

EXTENSIONS = (".dx", ".jdx", ".jcm", ".jcamp")
FOLDER = "folder"
"""What data.label says where the class is the folder in which a file lies."""

SAME = 1e-6
"""Places on two axes that differ by less than this share of a step are the same."""


def read_folder(root: Path, columns: Mapping[str, str], unit: str | None) -> Read:
    """The spectra in and below the folder `root`, all along one axis.

    Raises UserError where jcamp is not installed, for a folder without such files, a file that cannot be read, one on
    another axis, and one without a field that `columns` (argument -> field, or `folder`) name.
    """
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() in EXTENSIONS and path.is_file())
    if not files:
        kinds = ", ".join(EXTENSIONS)
        raise UserError(
            f"data.path={root}: no JCAMP-DX file ({kinds}) is in this folder; to read a table, name its file"
        )
    rows: list[np.ndarray] = []
    texts: dict[str, list[str]] = {argument: [] for argument in columns}
    first: Mapping[str, object] = {}
    for path in files:
        for block in _blocks(path):
            place, values = (np.asarray(block[key], dtype=np.float64) for key in ("x", "y"))
            first = first or block
            axis = np.asarray(first["x"], dtype=np.float64)
            if place.shape != axis.shape or not np.allclose(place, axis, rtol=0, atol=SAME * np.ptp(axis) + 1e-12):
                raise UserError(
                    f"{path}: its axis of {len(place)} places from {place[0]:g} to {place[-1]:g} is not that of "
                    f"{files[0]}, {len(axis)} from {axis[0]:g} to {axis[-1]:g}; all spectra must have one axis"
                )
            rows.append(values)
            for argument, field in columns.items():
                texts[argument].append(_field(block, field, argument, path, root))
    told, kind = str(first.get("xunits", "")), str(first.get("data type", ""))
    kinds = shorten(sorted({path.suffix for path in files}))
    return Read(
        np.stack(rows),
        {argument: np.array(values) for argument, values in texts.items()},
        [f"{value:.10g}" for value in axis],
        Axis(axis, unit if unit is not None else unit_of(told) or told.casefold(), name_of(kind)),
        notes=[f"{len(files)} files {kinds}"],
        value=str(first.get("yunits", "")).strip().casefold(),
    )


def _blocks(path: Path) -> Iterator[Mapping[str, object]]:
    """The spectra of one file: its own, or those of its blocks."""
    try:
        from jcamp import readfile
    except ImportError as error:
        raise UserError(
            f"data.path={path.parent}: reading JCAMP-DX needs the package jcamp, which is missing here ({error}): "
            "pip install 'inn-experiments[files]'"
        ) from error
    with readable(path):
        found = readfile(str(path))
        blocks = found.get("children") or [found]
    for block in blocks:
        if len(block.get("x", ())) < 1 or len(block.get("x", ())) != len(block.get("y", ())):
            raise UserError(f"{path}: no spectrum (XYDATA, XYPOINTS or PEAK TABLE) is in this file")
        yield block


def _field(block: Mapping[str, object], field: str, argument: str, path: Path, root: Path) -> str:
    if field == FOLDER:
        if path.parent == root:
            raise UserError(
                f"data.{argument}={FOLDER}: {path} lies in {root} itself; each class needs a subfolder, or say "
                f"data.{argument}=FIELD, a field of the files"
            )
        return path.parent.relative_to(root).as_posix()
    value = next((str(value).strip() for key, value in block.items() if key.casefold() == field.casefold()), "")
    if not value:
        known = [key for key, value in block.items() if isinstance(value, str | int | float)]
        raise UserError(
            f"data.{argument}={field}: {path} has no such field; say data.{argument}={FOLDER} for the subfolder, or "
            f"one of: {shorten(known)}"
        )
    return value
