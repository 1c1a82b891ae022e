"""Generated rows as an NPZ: X, the class as text under its name in the file, the axes, and the mark."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.artifact.kept import Kept
from inn_experiments.artifact.rows import MARK, Piece, mark
from inn_experiments.contracts import RecordScaling, free_name

if TYPE_CHECKING:
    from inn_experiments.artifact.writers import Append

TAKEN = ("X", "axis", "features", "retention", "drift", MARK, "file")
"""Keys of the file, and a name that NumPy's writer does not take."""


@contextmanager
def archive(path: Path, kept: Kept, seed: int) -> Iterator[Append]:
    """An NPZ that data=table, or of records data=records2d, reads; values go through a file beside it, not memory."""
    facts, labels = kept.facts, []
    names = np.array(facts.classes, dtype=str)
    with tempfile.TemporaryFile(dir=path.parent) as values, zipfile.ZipFile(path, "w", allowZip64=True) as zipped:
        kind = np.dtype("<f8" if facts.wide else "<f4")

        def append(piece: Piece) -> None:
            values.write(np.ascontiguousarray(piece.x, kind).data)
            labels.append(piece.y.astype(np.uint32))

        yield append
        y = np.concatenate(labels)
        shape = (len(y), *(facts.records or (len(facts.columns),)))
        with zipped.open("X.npy", "w", force_zip64=True) as handle:
            form = {"descr": kind.str, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(handle, form)
            values.seek(0)
            shutil.copyfileobj(values, handle, 1 << 20)
        others = {free_name(facts.label_name, TAKEN): names[y], MARK: np.array(mark(kept, seed))}
        for name, array in (others | _axes(kept)).items():
            with zipped.open(f"{name}.npy", "w", force_zip64=True) as handle:
                np.lib.format.write_array(handle, array, allow_pickle=False)


def _axes(kept: Kept) -> dict[str, np.ndarray]:
    if isinstance(kept.scaling, RecordScaling):
        return dict(zip(("retention", "drift"), kept.scaling.raw_axes, strict=True))
    return {"axis": kept.axis, "features": np.array(kept.facts.columns, dtype=str)}
