"""What is measured on test rows, stage by stage; each fills in its part of the report."""

from __future__ import annotations

import warnings
from dataclasses import asdict
from typing import Any

import numpy as np

from inn_experiments.contracts import Encoding, Invertible, Report, Rows, Samples, Shapes, Split, Synthesizer
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures import geometry as geometries
from inn_experiments.measures.directions import score_directions
from inn_experiments.measures.fidelity import fidelity, fresh_or_halves
from inn_experiments.measures.reconstruction import score_reconstruction
from inn_experiments.measures.unseen import score_unseen
from inn_experiments.measures.utility.division import halves

# Training rows of a class that the geometry's reference and its Gaussian control are made of.
REFERENCE_ROWS = 2000


def labels_like(y: np.ndarray, most: int, seed: int) -> np.ndarray:
    """The labels `y` (n,), or a random `most` of them, in the order of `y`."""
    if len(y) <= most:
        return y
    return y[np.sort(np.random.default_rng(seed).permutation(len(y))[:most])]


def directions(report: Report, synthesizer: Synthesizer, split: Split, seed: int) -> None:
    """Errors of every direction, where the generator has directions."""
    if isinstance(synthesizer, Invertible):
        metrics, report.baselines = score_directions(synthesizer, split, seed=seed)
        report.metrics |= metrics
        report.conditioning = synthesizer.conditioning()


def reconstruction(report: Report, synthesizer: Synthesizer, split: Split, seed: int) -> None:
    """What the autoencoder loses, where there is one."""
    if isinstance(synthesizer, Encoding):
        metrics, baselines = score_reconstruction(synthesizer, split, seed=seed)
        report.metrics |= metrics
        report.baselines["reconstruction"] = baselines


def claims(report: Report, measure: Any, synthesizer: Synthesizer, split: Split, seed: int) -> Any:
    """Statements of the sources as numbers; returns what their figures show, or None."""
    found, shown = measure.measure(synthesizer, split, seed=child_seed(seed, "claims"))
    report.claims = [asdict(claim) for claim in found]
    report.metrics |= {f"claims/{claim.key}": claim.value for claim in found}
    return shown


def likeness(report: Report, samples: Samples, split: Split, seed: int) -> None:
    """Fidelity of the generated rows, and of real rows in their place."""
    scores = fidelity(samples.x, samples.y, split.test, split.train, seed=seed)
    report.metrics |= {f"test/samples/{key}": value for key, value in scores.items()}
    report.metrics |= {f"fresh/samples/{key}": value for key, value in fresh_or_halves(split, seed).items()}


def geometry(report: Report, measure: Any, synthesizer: Synthesizer, split: Split, seed: int) -> Shapes | None:
    """Table 8: class by class, in the latent space where there is one; returns what Figures 5 and 6 show, if any."""
    if measure is None:
        return None
    second, real = (split.fresh, split.test) if split.fresh is not None else halves(split.test, seed=seed)
    real, second, train = (
        few_per_class(rows, most, child_seed(seed, name))
        for name, rows, most in (
            ("real", real, measure.rows),
            ("second", second, measure.rows),
            ("train", split.train, REFERENCE_ROWS),
        )
    )
    labels = np.repeat(np.unique(real.y), measure.rows)
    samples = synthesizer.sample(labels, seed=child_seed(seed, "geometry/draw"))
    generated = Rows(samples.x, samples.y)
    if samples.latent is None:
        points = [real, generated, second, train]
    else:
        encoded = [Rows(synthesizer.encode(rows.x), rows.y) for rows in (real, second, train)]
        points = [encoded[0], Rows(samples.latent, samples.y), *encoded[1:]]
    report.geometry = measure.score(*points, split.classes, seed=seed)
    report.metrics |= geometries.metrics(report.geometry)
    if not measure.decoded:
        return Shapes(points[0], points[1], real, generated)
    judged = measure.judge(real, generated, second, split.classes, seed=seed)
    for row in report.geometry:
        row["judge"] = judged[row["class"]]
    return Shapes(points[0], points[1], real, generated)


def unseen(report: Report, synthesizer: Synthesizer, split: Split, seed: int) -> None:
    """Rows of classes kept out of training, where the generator can be asked for them; else a warning."""
    if split.unseen is None:
        return
    generator = getattr(synthesizer, "generator", synthesizer)
    if not getattr(getattr(generator, "conditioning", None), "open", False):
        warnings.warn(
            "data.unseen: this generator cannot be asked for classes without training rows, so it made none; "
            "generator=diffusion conditioning=chemnet can",
            UserWarning,
            stacklevel=2,
        )
        return
    samples = synthesizer.sample(split.unseen.y, seed=child_seed(seed, "unseen/draw"))
    nearest = nearest_classes(generator.table, np.unique(split.unseen.y), np.unique(split.train.y))
    report.metrics |= score_unseen(samples.x, samples.y, split.unseen, split.train, nearest)


def utility(
    report: Report,
    measure: Any,
    synthesizer: Synthesizer,
    split: Split,
    others: dict[str, Any],
    rebuild: Any,
    seed: int,
) -> None:
    """What a random forest gains from the generated rows."""
    report.utility = measure.score(synthesizer, split, others, seed=seed, rebuild=rebuild)
    for row in report.utility:
        prefix = f"utility/{row['protocol']}/{row['treatment']}"
        report.metrics[f"{prefix}/f1_macro"] = row["f1_macro"]["mean"]
        report.metrics[f"{prefix}/accuracy"] = row["accuracy"]["mean"]


def nearest_classes(table: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> dict[int, int]:
    """For each class of `wanted` the class of `known` whose embedding in `table` (C, k) is most similar."""
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    return {int(label): int(known[np.argmax(unit[known] @ unit[label])]) for label in wanted}


def few_per_class(rows: Rows, most: int, seed: int) -> Rows:
    """At most `most` rows of each class, drawn at random, in their order."""
    rng = np.random.default_rng(seed)
    index = [rng.permutation(np.flatnonzero(rows.y == label))[:most] for label in np.unique(rows.y)]
    return rows.take(np.sort(np.concatenate(index)))
