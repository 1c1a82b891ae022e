"""The gathered table on disk, keyed by files and options, with its attribution beside it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from inn_experiments.contracts.files import once, read_arrays, replacing, write_arrays, write_text
from inn_experiments.data.massbank.gather import ATTRIBUTION, TEXTS, Gathered

# Raised whenever the same files and options would be read differently.
VERSION = 1


def fingerprint(root: Path, files: Sequence[Path], options: Mapping[str, object]) -> str:
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
    Parallel workers wait for the first.

    Raises:
        UserError: the kept table is damaged.
    """
    path = cache / f"massbank-{key}.npz"

    def make(fresh: Path) -> None:
        gathered = gather()
        # First, so that a table never stands without its attribution.
        _attribute(path, gathered)
        # Spectra are mostly empty bins, which write_arrays compresses.
        write_arrays(fresh, x=gathered.x, unreadable=gathered.unreadable, total=gathered.total, **gathered.texts)

    once(path, make)
    found = read_arrays(path, ("x", "unreadable", "total", *TEXTS), "delete it to read the records again")
    texts = {field: found[field] for field in TEXTS}
    gathered = Gathered(found["x"], texts, found["unreadable"], int(found["total"]))
    _attribute(path, gathered)
    return gathered


def _attribute(path: Path, gathered: Gathered) -> None:
    """Write what stands beside the table, unless it is there."""
    attribution, unreadable = path.with_suffix(".attribution.tsv"), path.with_suffix(".unreadable.txt")
    if not attribution.exists():
        with replacing(attribution) as fresh, fresh.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
            writer.writerow(ATTRIBUTION)
            writer.writerows(zip(*(gathered.texts[field].tolist() for field in ATTRIBUTION), strict=True))
    if len(gathered.unreadable) and not unreadable.exists():
        write_text(unreadable, "\n".join(gathered.unreadable.tolist()) + "\n")
