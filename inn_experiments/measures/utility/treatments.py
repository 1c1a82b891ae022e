"""The training sets that utility compares: the sources' treatments and the reference rows beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from inn_experiments.contracts import About, Encoding, Rows, Synthesizer, UserError
from inn_experiments.contracts.seeding import child_seed
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
    references: dict[str, Callable[[], Synthesizer]],
    about: About,
    per_class: int | None,
    *,
    seed: int,
    reconstructed: bool = False,
) -> Iterator[tuple[str, Rows]]:
    """Each treatment's name and training rows, made from the classifier's real rows `train` (n, d).

    `per_class` rows of each class are added, or (None) as many as the class has in `train`. The references
    are fitted to `train`; the generator is used as it is. With `reconstructed`, where the generator has an
    autoencoder, that gives `train` back as `reconstructed`, alone and with the generated rows. Raises
    UserError for generated or reconstructed NaN or infinity.
    """
    classes, counts = np.unique(train.y, return_counts=True)
    labels = np.repeat(classes, counts if per_class is None else per_class)
    synthetic = _drawn(generator, labels, child_seed(seed, "synthetic"))
    convex, bootstrap = (
        _drawn(_fitted(references[name](), train, about, seed), labels, child_seed(seed, name))
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


def _fitted(synthesizer: Synthesizer, train: Rows, about: About, seed: int) -> Synthesizer:
    synthesizer.fit(train, about, seed=child_seed(seed, "fit"))
    return synthesizer


def _drawn(synthesizer: Synthesizer, labels: np.ndarray, seed: int) -> Rows:
    return _finite(synthesizer.sample(labels, seed=seed).x, labels, "", synthesizer)


def _finite(x: np.ndarray, labels: np.ndarray, part: str, synthesizer: Synthesizer) -> Rows:
    """Rows that a classifier can be trained on; raises UserError for others."""
    x = x.astype(np.float32)
    broken = ~np.isfinite(x).all(axis=1)
    if broken.any():
        raise UserError(
            f"{part}{type(synthesizer).__name__} made {broken.sum()} of {len(x)} rows with NaN or infinity, "
            f"the first of class {labels[np.argmax(broken)]}; no classifier can be trained on them"
        )
    return Rows(x, labels)
