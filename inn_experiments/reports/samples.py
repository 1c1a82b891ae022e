"""Synthetic rows as a Parquet file, in the units of the data's own file."""

from __future__ import annotations

from pathlib import Path

from inn_experiments.contracts import Samples, Split
from inn_experiments.tracking.files import replacing


def write_samples(folder: Path, split: Split, samples: Samples) -> None:
    """`samples.parquet` in `folder`: one column per feature, named by the split's axis, and the class as `label`."""
    import pandas as pd

    table = pd.DataFrame(split.scaling.undo(samples.x), columns=[f"{value:g}" for value in split.axis])
    table.insert(0, "label", [split.classes[label] for label in samples.y])
    with replacing(folder / "samples.parquet") as fresh:
        table.to_parquet(fresh, index=False)
