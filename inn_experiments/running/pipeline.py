"""The steps of a cell that is begun: fit, sample, measure, record. A table of contents."""

import gc
from functools import partial

from inn_experiments.configuration.building import build
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Report, Run, Subject, child_seed, pruning
from inn_experiments.measures.numbers.finite import finite, finite_points
from inn_experiments.measures.numbers.rows import CURES, at_most, check_finite
from inn_experiments.reports.cell.figures import record
from inn_experiments.reports.cell.samples import TABLE, sample_table
from inn_experiments.running.beginning import Begun
from inn_experiments.running.fits import fit_or_load, folder_of
from inn_experiments.running.keep import keep
from inn_experiments.serving.folder import write_model
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex
from inn_experiments.training.trainer import use_threads

SAMPLES = 2000
"""More generated rows are not compared by anything, and a diffusion model takes its time for each."""


def run(cell: Cell, run: Run, begun: Begun) -> Report:
    """Compute the rest of a cell that is begun, and put all of it on record in `run`; returns its report."""
    report, split, cache = begun.report, begun.split, cell.outputs / "cache"
    # Networks are made and asked by as many as they are trained by, also where a kept training is read.
    use_threads(cell.value("trainer.threads") or 1)
    run.dataset(split.name, f"{cell.seed}-{len(split.train)}x{split.features}")

    with report.step("fit"):
        synthesizer = fit_or_load(cell, split, build, folder_of(cell), report.trained)
    pruning.over()
    # What a training leaves behind, copies of the rows among it, would stay until the collector comes by.
    gc.collect()
    report.parameters = synthesizer.parameters
    report.timings["train"] = synthesizer.seconds if synthesizer.trains else report.timings["fit"]

    with report.step("sample"):
        labels = split.test.y[at_most(len(split.test), SAMPLES, child_seed(cell.seed, "fidelity/labels"))]
        samples = synthesizer.sample(labels, seed=child_seed(cell.seed, "fidelity/draw"))
        check_finite(samples.x, samples.y, split.classes, advice=CURES[synthesizer.trains])

    others = {"convex": Convex, "bootstrap": Bootstrap}
    subject = Subject(synthesizer, split, samples, others, lambda: build(cell), split.about(cache))
    shown = []
    for name, (measure, seed) in begun.measures.items():
        with report.step(name):
            findings = measure(subject, seed=seed)
            report.numbers += finite(findings.numbers)
        shown.append(findings.shown)

    with report.step("keep"):
        report.kept = keep(cell, run, begun, synthesizer)

    with report.step("record"):
        for name, (steps, values) in synthesizer.curves.items():
            run.curve(name, *finite_points(name, steps, values))
        # Figures have rows of their own where the test part has few: no number knows them.
        draw = partial(synthesizer.sample, seed=child_seed(cell.seed, "figures/draw"))
        record(run.folder, report, split, samples, synthesizer.curves, shown, draw)
        run.table(TABLE, sample_table(split, samples))
        run.model(partial(write_model, run=run.folder))
    return report
