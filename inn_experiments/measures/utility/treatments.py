"""The training sets that utility compares: the sources' treatments and the reference rows beside them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inn_experiments.contracts import Encoding, Rows, Subject, Synthesizer
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.rows import check_finite
from inn_experiments.measures.utility.division import join

TREATMENTS = {
    "real": "real",
    "synthetic": "real + synthetic",
    "reconstructed": "reconstructed",
    "reconstructed_synthetic": "reconstructed + synthetic",
    "convex": "real + convex",
    "both": "real + both",
    "bootstrap": "real + copies",
    "shuffled": "real + synthetic, labels shuffled",
    "synthetic_only": "synthetic",
}
"""Name -> what people call it, in the order of tables."""


def treatments(
    train: Rows, subject: Subject, per_class: int | None, *, seed: int, reconstructed: bool = False
) -> Iterator[tuple[str, Rows]]:
    """Each treatment's name and training rows.

    Args:
        train: the classifier's real rows (n, d), which the subject's references are fitted to.
        subject: its synthesizer is used as it is.
        per_class: rows of each class that are added; None for as many as the class has in `train`.
        seed: of the draws.
        reconstructed: whether, where the generator has an autoencoder, that gives `train` back as `reconstructed`,
            alone and with the generated rows.

    Raises:
        UserError: generated or reconstructed rows have NaN or infinity.
    """
    classes, counts = np.unique(train.y, return_counts=True)
    labels = np.repeat(classes, counts if per_class is None else per_class)
    generator, made = subject.synthesizer, {}
    synthetic = _drawn(generator, labels, child_seed(seed, "synthetic"))
    for name in ("convex", "bootstrap"):
        other = subject.references[name]()
        other.fit(train, subject.about, seed=child_seed(seed, "fit"))
        made[name] = _drawn(other, labels, child_seed(seed, name))
    augmented = join(train, synthetic)
    order = np.random.default_rng(child_seed(seed, "shuffled")).permutation(len(augmented))
    yield "real", join(train)
    yield "synthetic", augmented
    yield "convex", join(train, made["convex"])
    yield "both", join(train, synthetic, made["convex"])
    yield "bootstrap", join(train, made["bootstrap"])
    yield "shuffled", Rows(augmented.x, augmented.y[order])
    yield "synthetic_only", synthetic
    if reconstructed and isinstance(generator, Encoding):
        copies = _finite(generator.decode(generator.encode(train.x)), train.y, "the autoencoder of ", generator)
        yield "reconstructed", copies
        yield "reconstructed_synthetic", join(copies, synthetic)


def _drawn(synthesizer: Synthesizer, labels: np.ndarray, seed: int) -> Rows:
    return _finite(synthesizer.sample(labels, seed=seed).x, labels, "", synthesizer)


def _finite(x: np.ndarray, labels: np.ndarray, part: str, synthesizer: Synthesizer) -> Rows:
    """Rows that a classifier can be trained on."""
    x = x.astype(np.float32)
    maker = f"{part}{type(synthesizer).__name__}"
    check_finite(x, labels, maker=maker, advice="no classifier can be trained on them")
    return Rows(x, labels)
