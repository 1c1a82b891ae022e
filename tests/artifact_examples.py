"""Synthesizers that are kept with a run, small ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cells

from inn_experiments.artifact.kept import Kept, read, write_kept
from inn_experiments.configuration.building import recipe
from inn_experiments.contracts import Number, Reading, Report, Split
from inn_experiments.running.keep import facts_of
from inn_experiments.tracking.mlflow import Mlflow


def kept(folder: Path, made, cell, of: Split, part: str = "train", run: str = "0123abcd") -> Kept:
    """The artifact of a fitted synthesizer of a cell, written below `folder` and read from there."""
    report = Report(cell.name, cell.seed, cell.fingerprint, cell.axes, versions={"numpy": "2"})
    facts = facts_of(cell, run, of, part, report)
    write_kept(folder, made, recipe(cell), facts, {"scaling": of.scaling, "axis": of.axis})
    return read(folder)


def finished(outputs: Path, generator: str, seed: int = 0) -> Path:
    """The folder of a run that is on record as finished, of a person's table `rows`, with its report and artifact."""
    cell = cells.composed(f"generator={generator}", "data=table", "data.path=rows.csv", "data.label=kind")
    cell = replace(cell, plain={**cell.plain, "seed": seed})
    reading = Reading(name="rows", rows=36, classes={}, channels=16, unit="m/z")
    of = replace(cells.spectra(), reading=reading, label_name="kind", name="rows")
    made = cells.trained(cells.built(f"generator={generator}"), of)
    with Mlflow().open(outputs, cell.name, {"fingerprint": cell.fingerprint}) as run:
        kept(run.folder, made, cell, of, "all", run.title)
        numbers = [Number("test/samples/fid", 1.5 + seed), Number("test/samples/fid", 2.0, of="chemical 0")]
        run.json("report.json", Report(cell.name, seed, cell.fingerprint, cell.axes, 7, numbers).as_dict())
    return run.folder


def example(folder: Path, *overrides: str, of: Split | None = None) -> Kept:
    """The artifact of a synthesizer fitted with these overrides; convex combinations of small spectra by default."""
    given = overrides or ("generator=convex",)
    rows = cells.spectra() if of is None else of
    return kept(folder, cells.trained(cells.built(*given), rows), cells.composed(*given), rows)
