"""Synthetic rows in the units of the data's own file: a Parquet table, or an NPZ of 2-D records."""

from pathlib import Path

import numpy as np

from inn_experiments.contracts import RecordScaling, Samples, Split, free_name, replacing

TABLE = "samples_table.json"
"""File with the first synthetic rows, for the pages of a tracker."""
MOST_ROWS, MOST_COLUMNS = 50, 50
TAKEN = ("X", "retention", "drift", "file")
"""Keys of the NPZ, and a name that NumPy's writer does not take."""


def write_samples(folder: Path, split: Split, samples: Samples) -> Path:
    """Write `samples.parquet` into `folder`, or `samples.npz` where the split is of 2-D records; returns it.

    The table has the class in front and one column per feature, all named as in the file: data=table with the same
    data.label reads it. Features that have no names there are named by the split's axis. The NPZ has the records `X`
    (n, M, D) as they are in the file before preprocessing, their classes as text under the name of the class in the
    file, and the axes `retention` and `drift`: data=records2d reads it.
    """
    labels = np.array([split.classes[label] for label in samples.y], dtype=str)
    rows = split.scaling.undo(samples.x)
    if split.shape is not None:
        shape, axes = split.shape, {}
        if isinstance(split.scaling, RecordScaling):
            shape = split.scaling.raw_shape
            axes = dict(zip(("retention", "drift"), split.scaling.raw_axes, strict=True))
        arrays = {"X": rows.reshape(len(rows), *shape), free_name(split.label_name, TAKEN): labels, **axes}
        with replacing(folder / "samples.npz") as fresh, fresh.open("wb") as handle:
            np.savez(handle, **arrays)
        return folder / "samples.npz"
    import pandas as pd

    columns = [f"{value:g}" for value in split.axis] if split.columns is None else split.columns
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, free_name(split.label_name, columns), labels.astype(object))
    with replacing(folder / "samples.parquet") as fresh:
        table.to_parquet(fresh, index=False)
    return folder / "samples.parquet"


def sample_table(split: Split, samples: Samples) -> dict[str, list]:
    """The first synthetic rows, in the units of the data's file, as `columns` and rows of `data` for people to look at.

    Of many columns it has as many as can be looked at, evenly spread.
    """
    rows = split.scaling.undo(samples.x[:MOST_ROWS])
    rows = rows.reshape(len(rows), -1)
    chosen = np.unique(np.linspace(0, rows.shape[1] - 1, min(rows.shape[1], MOST_COLUMNS)).round().astype(int))
    if split.columns is not None:
        columns = [str(split.columns[place]) for place in chosen]
    elif len(split.axis) == rows.shape[1]:
        columns = [f"{split.axis[place]:g}" for place in chosen]
    else:
        columns = [str(place) for place in chosen]
    numbers = [[float(f"{value:.5g}") for value in row] for row in rows[:, chosen]]
    classes = [str(split.classes[label]) for label in samples.y[:MOST_ROWS]]
    named = [free_name(split.label_name, columns), *columns]
    return {"columns": named, "data": [[name, *row] for name, row in zip(classes, numbers, strict=True)]}
