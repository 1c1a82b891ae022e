"""Small kept synthesizers, and what a run on record needs to log one as its MLflow model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cells

from inn_experiments.artifact.kept import write_kept
from inn_experiments.configuration.building import recipe
from inn_experiments.contracts import Report, Split
from inn_experiments.running.keep import facts_of
from inn_experiments.serving.folder import write_model
from inn_experiments.tracking.mlflow import Mlflow, MlflowRun


def keep(folder: Path, *overrides: str, of: Split | None = None, name: str = "0123abcd") -> None:
    """Keep, in the folder of a run, a synthesizer fitted with these overrides; of spectra, convex combinations."""
    given, rows = overrides or ("generator=convex",), of or cells.spectra()
    cell, made = cells.composed(*given), cells.trained(cells.built(*given), rows)
    facts = facts_of(cell, name, rows, "train", Report(cell.name, cell.seed, cell.fingerprint, cell.axes))
    write_kept(folder, made, recipe(cell), facts, {"scaling": rows.scaling, "axis": rows.axis})


@contextmanager
def logging(outputs: Path, mark: str = "a", limit: int | None = None, **given: object) -> Iterator[MlflowRun]:
    """A run on record that has logged its model, and becomes FINISHED when the block ends."""
    with Mlflow(limit).open(outputs, f"{mark}-seed0", {"fingerprint": mark, "cell": mark, "sweep": "now"}) as run:
        keep(run.folder, name=run.title, **given)
        run.params({"generator": "convex", "seed": 0})
        run.model(partial(write_model, run=run.folder))
        run.metrics({"test/samples/fid": 0.5})
        run.json("report.json", {"cell": mark, "seed": 0, "fingerprint": mark})
        yield run
