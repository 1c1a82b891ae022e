"""The seven steps of a cell: seeds, split, build, fit, sample, evaluate, report. A table of contents."""

from __future__ import annotations

import platform
import time
import warnings
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from omegaconf import DictConfig

from inn_experiments import config
from inn_experiments.contracts import Invertible, Report, Samples, Split, Synthesizer
from inn_experiments.evaluation.directions import score_directions
from inn_experiments.evaluation.fidelity import fidelity, fresh_or_halves
from inn_experiments.fits import fit_or_load
from inn_experiments.reports.figures import cell_figures
from inn_experiments.reports.samples import write_samples
from inn_experiments.seeding import child_seed
from inn_experiments.synthesizers.bootstrap import Bootstrap
from inn_experiments.synthesizers.convex import Convex

VERSIONS = ("torch", "lightning", "scikit-learn", "imbalanced-learn", "numpy", "mnist1d", "mlflow", "hydra-core")
PARTS = ("method", "network", "prime", "sampling", "loss", "parameterization", "schedule", "trainer")


def run(cfg: DictConfig, run: Any) -> Report:
    """Compute one cell and put all of it on record in `run`, a tracking.Run; returns its report."""
    report = Report(
        cell=config.cell_name(cfg), seed=cfg.seed, fingerprint=config.fingerprint(cfg), axes=config.axes(cfg),
        parameters=0, versions={"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
    )
    outputs = config.outputs(cfg)
    with _clock(report, "split"):
        split: Split = config.build(cfg.data).load(seed=child_seed(cfg.seed, "data"), cache=outputs / "cache")
        utility = config.build(cfg.utility)
        utility.check(split, seed=child_seed(cfg.seed, "utility"))
    report.split = describe(split)
    run.dataset(split.name, f"{cfg.seed}-{len(split.train)}x{split.features}")
    with _clock(report, "fit"):
        synthesizer = fit_or_load(cfg, split, build, outputs / "fits")
    report.parameters = getattr(synthesizer, "parameters", 0)
    report.timings["train"] = getattr(synthesizer, "seconds", report.timings["fit"])
    with _clock(report, "sample"):
        samples = synthesizer.sample(split.test.y, seed=child_seed(cfg.seed, "fidelity/draw"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        evaluate(report, cfg, split, synthesizer, samples, utility)
    report.warnings = list(dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, UserWarning)))
    with _clock(report, "record"):
        record(run, split, synthesizer, samples)
    return report


def build(cfg: DictConfig, split: Split) -> Synthesizer:
    """The unfitted generator of `cfg`, told whether rows are bounded and what the classes are called."""
    parts = {name: config.build(cfg[name]) for name in PARTS if name in cfg.generator.get("reads", [])}
    if not parts:
        return _reference(config.build(cfg.generator), split)
    return config.build(cfg.generator, **parts, bounded=split.bounded, classes=split.classes)


def evaluate(report: Report, cfg: DictConfig, split: Split, synthesizer: Synthesizer, samples: Samples,
             utility: Any) -> None:
    """Fill in everything that is measured on test rows."""
    seed = child_seed(cfg.seed, "evaluation")
    if isinstance(synthesizer, Invertible):
        with _clock(report, "directions"):
            metrics, report.baselines = score_directions(synthesizer, split, seed=seed)
            report.metrics |= metrics
            report.conditioning = synthesizer.conditioning()
    with _clock(report, "fidelity"):
        scores = fidelity(samples.x, samples.y, split.test, split.train, seed=seed)
        report.metrics |= {f"test/samples/{key}": value for key, value in scores.items()}
        report.metrics |= {f"fresh/samples/{key}": value for key, value in fresh_or_halves(split, seed).items()}
    with _clock(report, "utility"):
        report.utility = utility.score(
            synthesizer, split, {"convex": lambda: _reference(Convex(), split), "bootstrap": Bootstrap},
            seed=child_seed(cfg.seed, "utility"), rebuild=lambda: build(cfg, split),
        )
    for row in report.utility:
        prefix = f"utility/{row['protocol']}/{row['treatment']}"
        report.metrics[f"{prefix}/f1_macro"] = row["f1_macro"]["mean"]
        report.metrics[f"{prefix}/accuracy"] = row["accuracy"]["mean"]


def record(run: Any, split: Split, synthesizer: Synthesizer, samples: Samples) -> None:
    """Figures, curves, samples in the file's own units, numbers, and last of all the report."""
    curves = getattr(synthesizer, "curves", {})
    cell_figures(run.folder / "figures", split, samples, curves)
    for name, (steps, values) in curves.items():
        run.curve(name, steps, values)
    write_samples(run.folder / "samples.parquet", split, samples)


def describe(split: Split) -> dict[str, Any]:
    """How many rows each part has, and what they are."""
    return {
        "name": split.name, "features": split.features, "classes": len(split.classes), "bounded": split.bounded,
        "train": len(split.train), "val": len(split.val), "test": len(split.test),
        "fresh": 0 if split.fresh is None else len(split.fresh),
    }


def _reference(synthesizer: Any, split: Split) -> Synthesizer:
    synthesizer.bounded, synthesizer.classes = split.bounded, split.classes
    return synthesizer


@contextmanager
def _clock(report: Report, name: str):
    started = time.perf_counter()
    yield
    report.timings[name] = time.perf_counter() - started
