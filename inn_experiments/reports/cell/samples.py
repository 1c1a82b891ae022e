"""Synthetic rows in the units of the data's own file: a Parquet table, or an NPZ of 2-D records."""

from pathlib import Path

import numpy as np

from inn_experiments.contracts import RecordScaling, Samples, Split, replacing


def write_samples(folder: Path, split: Split, samples: Samples) -> Path:
    """Write `samples.parquet` into `folder`, or `samples.npz` where the split is of 2-D records; returns it.

    The table has one column per feature, named by the split's axis, and the class as `label`. The NPZ has the
    records `X` (n, M, D) as they are in the file before preprocessing, their classes as text, `label`, and
    the axes `retention` and `drift`: data=records2d data.label=label reads it.
    """
    labels = np.array([split.classes[label] for label in samples.y], dtype=str)
    rows = split.scaling.undo(samples.x)
    if split.shape is not None:
        shape, axes = split.shape, {}
        if isinstance(split.scaling, RecordScaling):
            shape = split.scaling.raw_shape
            axes = dict(zip(("retention", "drift"), split.scaling.raw_axes, strict=True))
        with replacing(folder / "samples.npz") as fresh, fresh.open("wb") as handle:
            np.savez(handle, X=rows.reshape(len(rows), *shape), label=labels, **axes)
        return folder / "samples.npz"
    import pandas as pd

    table = pd.DataFrame(rows, columns=[f"{value:g}" for value in split.axis])
    table.insert(0, "label", labels.astype(object))
    with replacing(folder / "samples.parquet") as fresh:
        table.to_parquet(fresh, index=False)
    return folder / "samples.parquet"
