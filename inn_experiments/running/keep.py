"""What a run leaves for sampling: its synthesizer, or one trained once more on all rows when everything is measured."""

from dataclasses import replace
from typing import Any

import numpy as np

from inn_experiments import __version__
from inn_experiments.artifact.facts import Facts
from inn_experiments.artifact.kept import write_kept
from inn_experiments.configuration.building import build, recipe
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.reads import has_own_numbers
from inn_experiments.contracts import RecordScaling, Report, Run, Split, Synthesizer
from inn_experiments.contracts.streamed import rows_sha256
from inn_experiments.running.beginning import Begun
from inn_experiments.running.fits import fit_or_load, folder_of
from inn_experiments.synthesizers.law import EPOCH

KEPT_EPOCH = "val/kept"
"""How the curve ends that says which epoch's weights a training kept."""


def keep(cell: Cell, run: Run, begun: Begun, synthesizer: Synthesizer) -> dict[str, Any]:
    """Write the artifact of a cell that is measured; answers which training is kept, for the report.

    A final training has no validation rows. Where the first one kept the weights of its best epoch, it has as many
    epochs as that, or steps where those are its own.
    """
    split, part, used = begun.split, "train", cell
    if begun.whole is not None:
        split, part = begun.whole(), "all"
        used = as_long_as_was_best(cell, synthesizer)
        synthesizer = fit_or_load(used, split, build, folder_of(cell))
    facts = facts_of(used, run.title, split, part, begun.report)
    data = {"scaling": split.scaling, "axis": split.axis}
    write_kept(run.folder, synthesizer, recipe(used), facts, data, folder_of(cell) / "rows")
    told = {"part": part, "rows": len(split.train), "sha256": facts.rows, "parameters": synthesizer.parameters}
    if part == "all" and synthesizer.trains:
        told["seconds"] = synthesizer.seconds
    if used is not cell:
        group, name = _length(cell)
        told[name] = used.value(f"{group}.{name}")
    return told


def facts_of(cell: Cell, run: str, split: Split, part: str, report: Report) -> Facts:
    """What is known of the rows `split.train` that a kept synthesizer was trained on."""
    counts = np.bincount(split.train.y, minlength=len(split.classes)).tolist()
    records = split.scaling.raw_shape if isinstance(split.scaling, RecordScaling) else split.shape
    few = split.scaling.undo(split.train.x[:1000])
    return Facts(
        cell=cell.name,
        seed=cell.seed,
        run=run,
        fingerprint=cell.fingerprint,
        classes=split.classes,
        columns=split.names if records is None else (),
        label_name=split.label_name,
        axis_name=split.axis_name,
        unit=split.unit,
        bounded=split.bounded,
        shape=split.shape,
        records=records,
        smiles=split.smiles,
        wide=few.dtype == np.float64,
        part=part,
        counts=dict(zip(split.classes, counts, strict=True)),
        rows=rows_sha256(split.train.x, split.train.y),
        pool=split.pool or split.name,
        versions={"inn-experiments": __version__, **report.versions},
        config={**cell.plain, "choices": cell.choices},
    )


def as_long_as_was_best(cell: Cell, synthesizer: Synthesizer) -> Cell:
    """The cell with a training that ends at the epoch whose weights the best of `synthesizer`'s networks kept."""
    # An autoencoder around it brings its own numbers, and is trained as long again.
    curves = {name: at for name, (at, _) in synthesizer.curves.items() if not name.startswith("autoencoder/")}
    best = max((at[-1] for name, at in curves.items() if name.endswith(KEPT_EPOCH) and at), default=0)
    if not best:
        return cell
    group, name = _length(cell)
    settings = {**cell.plain[group], name: best * EPOCH if group == "generator" else best}
    return replace(cell, plain={**cell.plain, group: settings})


def _length(cell: Cell) -> tuple[str, str]:
    """Where the length of the generator's training stands."""
    return ("generator", "steps") if has_own_numbers(cell.plain) else ("trainer", "epochs")
