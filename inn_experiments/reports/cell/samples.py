"""Synthetic rows in the units of the data's own file: a Parquet table, or an NPZ of 2-D records."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import Samples, Split
from inn_experiments.tracking.files import replacing


def write_samples(folder: Path, split: Split, samples: Samples) -> Path:
    """Write `samples.parquet` into `folder`, or `samples.npz` where the split is of 2-D records; returns it.

    The table has one column per feature, named by the split's axis, and the class as `label`. The NPZ has the
    records `X` (n, M, D) as they are in the file before preprocessing, their classes as text, `label`, and
    the axes `retention` and `drift`: data=records2d data.label=label reads it.
    """
    labels = np.array([split.classes[label] for label in samples.y], dtype=str)
    rows = split.scaling.undo(samples.x)
    if split.shape is not None:
        return _write_records(folder / "samples.npz", rows, labels, split)
    import pandas as pd

    table = pd.DataFrame(rows, columns=[f"{value:g}" for value in split.axis])
    table.insert(0, "label", labels.astype(object))
    target = folder / "samples.parquet"
    with replacing(target) as fresh:
        table.to_parquet(fresh, index=False)
    return target


def _write_records(target: Path, rows: np.ndarray, labels: np.ndarray, split: Split) -> Path:
    # A scaling without a shape of its own does not change the records' size.
    shape = getattr(split.scaling, "raw_shape", split.shape)
    axes = dict(zip(("retention", "drift"), getattr(split.scaling, "raw_axes", ()), strict=False))
    with replacing(target) as fresh, fresh.open("wb") as handle:
        np.savez(handle, X=rows.reshape(len(rows), *shape), label=labels, **axes)
    return target
