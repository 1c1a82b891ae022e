"""The gathered table in the cache, with what must stand beside it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from inn_experiments.contracts.files import csv_text, read_arrays, write_arrays, write_text
from inn_experiments.contracts.making import cached
from inn_experiments.data.massbank.gather import ATTRIBUTION, TEXTS, Gathered

LISTS = ("unreadable", "left_out", "notes")


def kept(path: Path, make: Callable[[], Gathered]) -> Gathered:
    """The table of the file `path`, which is made where it is not there.

    Beside it stand `.attribution.tsv`, one chosen record a line, and `.unreadable.txt` where there were any.
    """

    def write(fresh: Path) -> None:
        gathered = make()
        # First, so that a table never stands without its attribution.
        _attribute(path, gathered)
        lists = {name: np.array(vars(gathered)[name], dtype=np.str_) for name in LISTS}
        # Spectra are mostly empty bins, which write_arrays compresses.
        write_arrays(fresh, x=gathered.x, total=np.array(gathered.total), **lists, **gathered.texts)

    keys = ("x", "total", *LISTS, *TEXTS)
    found = cached(path, write, lambda there: read_arrays(there, keys, "delete it to read the records again"))
    texts = {field: found[field] for field in TEXTS}
    gathered = Gathered(found["x"], texts, total=int(found["total"]), **{name: found[name].tolist() for name in LISTS})
    _attribute(path, gathered)
    return gathered


def _attribute(path: Path, gathered: Gathered) -> None:
    """Write what stands beside the table, unless it is there."""
    attribution, unreadable = path.with_suffix(".attribution.tsv"), path.with_suffix(".unreadable.txt")
    if not attribution.exists():
        rows = zip(*(gathered.texts[field].tolist() for field in ATTRIBUTION), strict=True)
        write_text(attribution, csv_text([ATTRIBUTION, *rows], "\t"))
    if gathered.unreadable and not unreadable.exists():
        write_text(unreadable, "\n".join(gathered.unreadable) + "\n")
