"""The training sets that utility compares: the sources' treatments and the reference rows beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from inn_experiments.contracts import Encoding, Rows, Synthesizer
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
    train: Rows,
    generator: Synthesizer,
    references: Mapping[str, Callable[[], Synthesizer]],
    per_class: int | None,
    *,
    seed: int,
    reconstructed: bool = False,
) -> Iterator[tuple[str, Rows]]:
    """Each treatment's name and training rows.

    Args:
        train: the classifier's real rows (n, d), which the references are fitted to.
        generator: is used as it is.
        references: `convex` and `bootstrap`, makers of unfitted synthesizers.
        per_class: rows of each class that are added; None for as many as the class has in `train`.
        seed: of the draws.
        reconstructed: whether, where the generator has an autoencoder, that gives `train` back as `reconstructed`,
            alone and with the generated rows.

    Raises:
        UserError: generated or reconstructed rows have NaN or infinity.
    """
    classes, counts = np.unique(train.y, return_counts=True)
    labels = np.repeat(classes, counts if per_class is None else per_class)
    synthetic = _drawn(generator, labels, child_seed(seed, "synthetic"))
    convex, bootstrap = (
        _drawn(_fitted(references[name](), train, seed), labels, child_seed(seed, name))
        for name in ("convex", "bootstrap")
    )
    augmented = join(train, synthetic)
    order = np.random.default_rng(child_seed(seed, "shuffled")).permutation(len(augmented))
    yield "real", join(train)
    yield "synthetic", augmented
    yield "convex", join(train, convex)
    yield "both", join(train, synthetic, convex)
    yield "bootstrap", join(train, bootstrap)
    yield "shuffled", Rows(augmented.x, augmented.y[order])
    yield "synthetic_only", synthetic
    if reconstructed and isinstance(generator, Encoding):
        copies = _finite(generator.decode(generator.encode(train.x)), train.y, "the autoencoder of ", generator)
        yield "reconstructed", copies
        yield "reconstructed_synthetic", join(copies, synthetic)


def _fitted(synthesizer: Synthesizer, train: Rows, seed: int) -> Synthesizer:
    synthesizer.fit(train, train, seed=child_seed(seed, "fit"))
    return synthesizer


def _drawn(synthesizer: Synthesizer, labels: np.ndarray, seed: int) -> Rows:
    return _finite(synthesizer.sample(labels, seed=seed).x, labels, "", synthesizer)


def _finite(x: np.ndarray, labels: np.ndarray, part: str, synthesizer: Synthesizer) -> Rows:
    """Rows that a classifier can be trained on."""
    x = x.astype(np.float32)
    maker = f"{part}{type(synthesizer).__name__}"
    check_finite(x, labels, maker=maker, advice="no classifier can be trained on them")
    return Rows(x, labels)
