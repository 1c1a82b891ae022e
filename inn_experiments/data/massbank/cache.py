"""The gathered table on disk, keyed by files and options, with its attribution beside it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.gather import TEXTS, Gathered

# Raised whenever the same files and options would be read differently.
VERSION = 1
ATTRIBUTION = (
    "accession",
    "authors",
    "licence",
    "copyright",
    "contributor",
    "instrument",
    "collision_energy",
    "compound",
    "name",
)


def fingerprint(root: Path, files: Sequence[Path], options: dict[str, Any]) -> str:
    """A key that changes with any option and with any file's name below `root`, size or time of change."""
    digest = hashlib.sha256(json.dumps([VERSION, options], sort_keys=True).encode())
    for path in files:
        state = path.stat()
        place = path.relative_to(root).as_posix() if path != root else path.name
        digest.update(f"\n{place}\t{state.st_size}\t{state.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def cached(cache: Path, key: str, gather: Callable[[], Gathered]) -> Gathered:
    """The table kept under `key` in the folder `cache`, or that of `gather`, which is then kept.

    Beside it stand `.attribution.tsv`, one chosen record a line, and `.unreadable.txt` where there were any.
    Parallel workers wait for the first. Raises UserError for a damaged file.
    """
    from filelock import FileLock

    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"massbank-{key}.npz"
    with FileLock(f"{path}.lock"):
        gathered = _read(path) if path.exists() else gather()
        attribution, unreadable = path.with_suffix(".attribution.tsv"), path.with_suffix(".unreadable.txt")
        if not attribution.exists():
            _write_attribution(attribution, gathered)
        if len(gathered.unreadable) and not unreadable.exists():
            with _whole(unreadable) as handle:
                handle.write("\n".join(gathered.unreadable.tolist()) + "\n")
        # Last, so that a table never stands without its attribution.
        if not path.exists():
            _write(path, gathered)
    return gathered


def _read(path: Path) -> Gathered:
    try:
        with np.load(path, allow_pickle=False) as archive:
            texts = {field: archive[field] for field in TEXTS}
            return Gathered(archive["x"], texts, archive["unreadable"], int(archive["total"]))
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(
            f"{path}: this cached file is damaged ({error}); delete it to read the records again"
        ) from error


def _write(path: Path, gathered: Gathered) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as handle:
            # Spectra are mostly empty bins.
            np.savez_compressed(
                handle, x=gathered.x, unreadable=gathered.unreadable, total=gathered.total, **gathered.texts
            )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_attribution(path: Path, gathered: Gathered) -> None:
    with _whole(path) as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(ATTRIBUTION)
        writer.writerows(zip(*(gathered.texts[field].tolist() for field in ATTRIBUTION), strict=True))


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as handle:
            yield handle
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
