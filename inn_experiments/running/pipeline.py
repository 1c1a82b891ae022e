"""The steps of a cell: divide, fit, sample, measure, record. A table of contents."""

import gc
import platform
from importlib.metadata import version
from typing import Any

from inn_experiments.configuration.building import build
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Measure, Report, Run, Split, Subject, child_seed
from inn_experiments.measures.directions import Directions
from inn_experiments.measures.fidelity import Fidelity
from inn_experiments.measures.numbers.rows import at_most
from inn_experiments.measures.reconstruction import Reconstruction
from inn_experiments.measures.unseen import Unseen
from inn_experiments.reports.cell.figures import record
from inn_experiments.running.fits import fit_or_load
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex

VERSIONS = ["torch", "lightning", "scikit-learn", "imbalanced-learn", "numpy", "mnist1d", "mlflow", "hydra-core"]
VERSIONS += ["PyWavelets"]
SAMPLES = 2000
"""More generated rows are not compared by anything, and a diffusion model takes its time for each."""


def run(cell: Cell, run: Run) -> Report:
    """Compute one cell and put all of it on record in `run`; returns its report."""
    report = Report(cell.name, cell.seed, cell.fingerprint, cell.axes, versions=versions())
    chosen, cache = measures(cell), cell.outputs / "cache"

    with report.step("split"):
        split = cell.source().load(seed=child_seed(cell.seed, "data"), cache=cache)
        for measure, seed in chosen.values():
            measure.check(split, seed=seed)
    report.split = describe(split)
    run.dataset(split.name, f"{cell.seed}-{len(split.train)}x{split.features}")

    with report.step("fit"):
        synthesizer = fit_or_load(cell, split, build, cell.outputs / "fits")
    # What a training leaves behind, copies of the rows among it, would stay until the collector comes by.
    gc.collect()
    report.parameters = synthesizer.parameters
    report.timings["train"] = synthesizer.seconds if synthesizer.trains else report.timings["fit"]

    with report.step("sample"):
        labels = split.test.y[at_most(len(split.test), SAMPLES, child_seed(cell.seed, "fidelity/labels"))]
        samples = synthesizer.sample(labels, seed=child_seed(cell.seed, "fidelity/draw"))

    others = {"convex": Convex, "bootstrap": Bootstrap}
    subject = Subject(synthesizer, split, samples, others, lambda: build(cell), split.about(cache))
    shown = []
    for name, (measure, seed) in chosen.items():
        with report.step(name):
            findings = measure(subject, seed=seed)
        report.numbers += findings.numbers
        shown.append(findings.shown)

    with report.step("record"):
        for name, (steps, values) in synthesizer.curves.items():
            run.curve(name, steps, values)
        record(run.folder, report, split, samples, synthesizer.curves, shown)
    return report


def measures(cell: Cell) -> dict[str, tuple[Measure, int]]:
    """What is measured, in order: the name of the step, the measure, and its seed."""
    chosen, seed = cell.measures(), child_seed(cell.seed, "evaluation")
    every = {
        "directions": (Directions(), seed),
        "reconstruction": (Reconstruction(), seed),
        "fidelity": (Fidelity(decoded=cell.value("geometry.decoded") is not False), seed),
        "geometry": (chosen.get("geometry"), seed),
        "unseen": (Unseen(), seed),
        "claims": (chosen.get("claims"), child_seed(seed, "claims")),
        "utility": (chosen.get("utility"), child_seed(cell.seed, "utility")),
    }
    return {name: (measure, child) for name, (measure, child) in every.items() if measure is not None}


def versions() -> dict[str, str]:
    """What the numbers may depend on beside the program."""
    return {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}}


def describe(split: Split) -> dict[str, Any]:
    """How many rows each part has, and what they are."""
    found = {
        "name": split.name,
        "features": split.features,
        "classes": len(split.classes),
        "bounded": split.bounded,
        "train": len(split.train),
        "val": len(split.val),
        "test": len(split.test),
        "fresh": 0 if split.fresh is None else len(split.fresh),
        "unseen": 0 if split.unseen is None else len(split.unseen),
    }
    if split.shape is not None:
        found |= {"shape": list(split.shape), "preprocessing": split.scaling.describe()}
    return found
