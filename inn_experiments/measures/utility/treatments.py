"""The training sets that utility compares: the sources' treatments and the reference rows beside them."""

from collections.abc import Iterator

import numpy as np

from inn_experiments.contracts import Encoding, Rows, Subject, Synthesizer, child_seed
from inn_experiments.maths.division import LEAST_TRAIN
from inn_experiments.measures.numbers.rows import check_finite
from inn_experiments.measures.utility.division import join

TREATMENTS = {
    "real": "real",
    "synthetic": "real + synthetic",
    "reconstructed": "reconstructed",
    "reconstructed_synthetic": "reconstructed + synthetic",
    "convex": "real + convex",
    "both": "real + both",
    "mixed_3_1": "real + synthetic 3 : 1 convex",
    "mixed_1_1": "real + synthetic 1 : 1 convex",
    "mixed_1_3": "real + synthetic 1 : 3 convex",
    "by_class": "real + what suits the class",
    "one_rule": "real + what suits most",
    "oracle_by_class": "real + what suits the class, by test rows",
    "bootstrap": "real + copies",
    "shuffled": "real + synthetic, labels shuffled",
    "synthetic_only": "synthetic",
}
"""Name -> what people call it, in the order of tables."""
BALANCES = {"mixed_3_1": 0.75, "mixed_1_1": 0.5, "mixed_1_3": 0.25}
"""Mixed treatments -> the share of generated rows among those that are added, as many as to `synthetic`."""


def treatments(
    train: Rows,
    subject: Subject,
    per_class: int | None,
    *,
    seed: int,
    reconstructed: bool = False,
    generated: int | None = None,
    balance: bool = False,
) -> Iterator[tuple[str, Rows]]:
    """Each treatment's name and training rows, from the classifier's real rows `train` (n, d).

    The subject's synthesizer is used as it is, its references are fitted to `train`. Of each class `per_class` rows are
    added; as many as the class has in `train` where None. So many `generated` ones join real rows, where given. With
    `reconstructed` an autoencoder around the generator, if any, gives `train` back, alone and with generated rows; with
    `balance` there are mixtures of generated and convex rows, at an equal total (the paper, 6.3). Convex combinations
    take two rows of each class: without, there are none. Raises UserError for NaN or infinity in what was made.
    """
    classes, counts = np.unique(train.y, return_counts=True)
    labels = np.repeat(classes, counts if per_class is None else per_class)
    generator, made = subject.synthesizer, {}
    alone = synthetic = _drawn(generator, labels, child_seed(seed, "synthetic"))
    if generated is not None:
        synthetic = _drawn(generator, np.repeat(classes, generated), child_seed(seed, "synthetic"))
    for name in ("convex", "bootstrap") if counts.min() >= LEAST_TRAIN else ("bootstrap",):
        other = subject.references[name]()
        other.fit(train, subject.about, seed=child_seed(seed, "fit"))
        made[name] = _drawn(other, labels, child_seed(seed, name))
    augmented = join(train, synthetic)
    order = np.random.default_rng(child_seed(seed, "shuffled")).permutation(len(augmented))
    yield "real", train
    yield "synthetic", augmented
    if "convex" in made:
        yield "convex", join(train, made["convex"])
        yield "both", join(train, synthetic, made["convex"])
        for name, share in BALANCES.items() if balance else ():
            yield name, join(train, *_mixed(alone, made["convex"], share))
    yield "bootstrap", join(train, made["bootstrap"])
    yield "shuffled", Rows(augmented.x, augmented.y[order])
    yield "synthetic_only", alone
    if reconstructed and isinstance(generator, Encoding):
        copies = _finite(generator.decode(generator.encode(train.x)), train.y, generator, "the autoencoder of ")
        yield "reconstructed", copies
        yield "reconstructed_synthetic", join(copies, synthetic)


def _mixed(generated: Rows, convex: Rows, share: float) -> tuple[Rows, Rows]:
    """The first rows of each class of the one and the last of the other, in these shares and as many as of either."""
    first = np.zeros(len(generated), bool)
    for label in np.unique(generated.y):
        rows = np.flatnonzero(generated.y == label)
        first[rows[: round(share * len(rows))]] = True
    return generated.take(first), convex.take(~first)


def _drawn(synthesizer: Synthesizer, labels: np.ndarray, seed: int) -> Rows:
    return _finite(synthesizer.sample(labels, seed=seed).x, labels, synthesizer)


def _finite(x: np.ndarray, labels: np.ndarray, synthesizer: Synthesizer, part: str = "") -> Rows:
    """Rows that a classifier can be trained on."""
    rows, maker = Rows(x.astype(np.float32), labels), f"{part}{type(synthesizer).__name__}"
    check_finite(rows.x, labels, maker=maker, advice="no classifier can be trained on them")
    return rows
