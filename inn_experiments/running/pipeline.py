"""The seven steps of a cell: seeds, split, build, fit, sample, evaluate, report. A table of contents."""

from __future__ import annotations

import platform
import time
import warnings
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from inn_experiments.configuration.building import build, reference
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Report, Samples, Split, Synthesizer
from inn_experiments.contracts.old_report import from_dict
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.fidelity import check_rows
from inn_experiments.reports.cell.record import record as record_cell
from inn_experiments.running import stages
from inn_experiments.running.fits import fit_or_load
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex

VERSIONS = (
    "torch",
    "lightning",
    "scikit-learn",
    "imbalanced-learn",
    "numpy",
    "mnist1d",
    "mlflow",
    "hydra-core",
    "PyWavelets",
)
# More generated rows than this are not compared by anything, and a diffusion model takes its time for each.
SAMPLES = 2000


def run(cell: Cell, run: Any) -> Report:
    """Compute one cell and put all of it on record in `run`, a tracking.Run; returns its report."""
    report = Report(
        cell=cell.name,
        seed=cell.seed,
        fingerprint=cell.fingerprint,
        axes=cell.axes,
        parameters=0,
        versions={"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
    )
    outputs = cell.outputs
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        with _clock(report, "split"):
            split: Split = cell.source().load(seed=child_seed(cell.seed, "data"), cache=outputs / "cache")
            check_rows(split)
            measures = cell.measures()
            if "utility" in measures:
                measures["utility"].check(split, seed=child_seed(cell.seed, "utility"))
            if "claims" in measures:
                measures["claims"].check(split)
    _warn(report, caught)
    report.split = describe(split)
    run.dataset(split.name, f"{cell.seed}-{len(split.train)}x{split.features}")
    with warnings.catch_warnings(record=True) as caught:
        # A collapse, for example, belongs into the report and not between the lines of the progress.
        warnings.simplefilter("always", UserWarning)
        with _clock(report, "fit"):
            synthesizer = fit_or_load(cell, split, build, outputs / "fits")
    _warn(report, caught)
    report.parameters = getattr(synthesizer, "parameters", 0)
    report.timings["train"] = getattr(synthesizer, "seconds", report.timings["fit"])
    with _clock(report, "sample"):
        labels = stages.labels_like(split.test.y, SAMPLES, child_seed(cell.seed, "fidelity/labels"))
        samples = synthesizer.sample(labels, seed=child_seed(cell.seed, "fidelity/draw"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        shown = evaluate(report, cell, split, synthesizer, samples, measures)
    _warn(report, caught)
    with _clock(report, "record"):
        record(run, report, split, synthesizer, samples, shown)
    return report


def evaluate(
    report: Report, cell: Cell, split: Split, synthesizer: Synthesizer, samples: Samples, measures: dict[str, Any]
) -> tuple[Any, Any]:
    """Fill in everything that is measured on test rows; returns what figures show of geometry and claims."""
    seed, measure = child_seed(cell.seed, "evaluation"), measures.get("geometry")
    with _clock(report, "directions"):
        stages.directions(report, synthesizer, split, seed)
        stages.reconstruction(report, synthesizer, split, seed)
    with _clock(report, "fidelity"):
        if measure is None or measure.decoded or samples.latent is None:
            stages.likeness(report, samples, split, seed)
    with _clock(report, "geometry"):
        shown = stages.geometry(report, measure, synthesizer, split, seed)
        stages.unseen(report, synthesizer, split, seed)
    with _clock(report, "claims"):
        claims = measures.get("claims")
        claimed = stages.claims(report, claims, synthesizer, split, seed) if claims else None
    if "utility" not in measures:
        return shown, claimed
    with _clock(report, "utility"):
        others = {"convex": lambda: reference(Convex(), split), "bootstrap": Bootstrap}
        stages.utility(
            report,
            measures["utility"],
            synthesizer,
            split,
            others,
            lambda: build(cell, split),
            child_seed(cell.seed, "utility"),
        )
    return shown, claimed


def record(
    run: Any, report: Report, split: Split, synthesizer: Synthesizer, samples: Samples, shown: tuple[Any, Any]
) -> None:
    """Figures, curves, samples in the file's own units, numbers, and last of all the report."""
    curves = getattr(synthesizer, "curves", {})
    for name, (steps, values) in curves.items():
        run.curve(name, steps, values)
    record_cell(run.folder, from_dict(asdict(report)), split, samples, curves, shown)


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


def _warn(report: Report, caught: list[warnings.WarningMessage]) -> None:
    """Add what was warned about to the report, each once."""
    said = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
    report.warnings = list(dict.fromkeys([*report.warnings, *said]))


@contextmanager
def _clock(report: Report, name: str):
    started = time.perf_counter()
    yield
    report.timings[name] = time.perf_counter() - started
