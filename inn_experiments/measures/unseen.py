"""Spectra of compounds without a training row, made from chemistry alone, against their real spectra."""

import warnings
from collections.abc import Mapping

import numpy as np

from inn_experiments.contracts import Findings, Measure, Number, OpenClasses, Quantity, Rows, Samples, Subject
from inn_experiments.contracts.seeding import child_seed

SOURCES = {
    "generated": "generated",
    "nearest_compound": "nearest compound",
    "mean_spectrum": "mean spectrum",
    "other_compound": "other compounds",
    "same_compound": "same compound",
    "generated_mean": "mean of generated",
    "nearest_mean": "mean of the nearest compound",
    "same_mean": "mean of the same compound",
}
UNSEEN = tuple(Quantity(f"cosine/{source}", f"cosine, {words}", "higher") for source, words in SOURCES.items())


class Unseen(Measure):
    """`unseen/cosine/SOURCE`: cosine similarity to real spectra, mean over unseen compounds; 1 is best.

    Each compound counts alike, each of its pairs of spectra too; the sources are those of `cosines`, and one that no
    compound has is left out. Nothing is measured where no class was kept out of training.
    """

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The means; warns where the synthesizer cannot be asked for classes without training rows."""
        split, synthesizer = subject.split, subject.synthesizer
        if split.unseen is None:
            return Findings()
        table = synthesizer.conditions() if isinstance(synthesizer, OpenClasses) else None
        if table is None:
            warnings.warn(
                "data.unseen: this generator cannot be asked for classes without training rows, so it made none; "
                "generator=diffusion conditioning=chemnet can",
                UserWarning,
                stacklevel=2,
            )
            return Findings()
        samples = synthesizer.sample(split.unseen.y, seed=child_seed(seed, "unseen/draw"))
        nearest = nearest_classes(table, np.unique(split.unseen.y), np.unique(split.train.y))
        found = cosines(samples, split.unseen, split.train, nearest)
        return Findings([Number(f"unseen/cosine/{source}", value) for source, value in means(found).items()])


def means(found: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    """Source -> the mean over the compounds that have it."""
    values = {source: [row[source] for row in found.values() if source in row] for source in SOURCES}
    return {source: float(np.mean(known)) for source, known in values.items() if known}


def nearest_classes(table: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> dict[int, int]:
    """For each class of `wanted` the class of `known` whose embedding in `table` (C, k) is most similar."""
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    return {int(label): int(known[np.argmax(unit[known] @ unit[label])]) for label in wanted}


def cosines(made: Rows | Samples, real: Rows, train: Rows, nearest: Mapping[int, int]) -> dict[int, dict[str, float]]:
    """Unseen label -> source -> mean cosine to every real spectrum of the compound.

    Sources: `generated` spectra; real spectra of the `nearest_compound`, the known one with the most similar embedding;
    the `mean_spectrum` of all training rows; real spectra of an `other_compound` (the mean over all known ones but the
    nearest: the negative control); of the `same_compound` (the ceiling, no spectrum against itself). `generated_mean`,
    `nearest_mean` and `same_mean` take the mean spectrum instead of single ones, the last without the spectrum it is
    compared with. Negative intensities count as 0, and each spectrum is divided by its base peak.

    `real` are rows of the unseen compounds, whose nearest known label `nearest` says, `train` those of the known ones.
    Raises ValueError for an unseen compound without generated spectra, or whose nearest one is not in `train`.
    """
    known = {int(label): spectra(train.x[train.y == label]) for label in np.unique(train.y)}
    directions = {label: _units(rows).mean(axis=0) for label, rows in known.items()}
    overall = np.concatenate(list(known.values())).mean(axis=0)
    table = {}
    for label in map(int, np.unique(real.y)):
        own_made, own = spectra(made.x[made.y == label]), spectra(real.x[real.y == label])
        close = nearest.get(label)
        if not len(own_made) or close not in known:
            raise ValueError(f"unseen class {label}: {len(own_made)} generated rows, nearest training class {close}")
        units = _units(own)
        towards = units.mean(axis=0)
        others = [direction @ towards for other, direction in directions.items() if other != close]
        found = {
            # The mean over all pairs of unit vectors is the product of the two mean vectors.
            "generated": _units(own_made).mean(axis=0) @ towards,
            "nearest_compound": directions[close] @ towards,
            "mean_spectrum": _units(overall) @ towards,
            "generated_mean": _units(own_made.mean(axis=0)) @ towards,
            "nearest_mean": _units(known[close].mean(axis=0)) @ towards,
        }
        if others:
            found["other_compound"] = np.mean(others)
        if len(own) > 1:
            pairs = units @ units.T
            found["same_compound"] = (pairs.sum() - np.trace(pairs)) / (len(own) * (len(own) - 1))
            # The mean of all the others, spectrum by spectrum, up to a factor.
            found["same_mean"] = np.mean(np.sum(_units(own.sum(axis=0) - own) * units, axis=1))
        table[label] = {source: float(value) for source, value in found.items()}
    return table


def spectra(x: np.ndarray) -> np.ndarray:
    """Rows `x` (n, d) as spectra: no negative intensity, base peak 1 (a row of zeros stays one)."""
    x = np.clip(np.asarray(x, np.float64), 0, None)
    return x / np.maximum(x.max(axis=1, keepdims=True, initial=0.0), 1e-300)


def _units(x: np.ndarray) -> np.ndarray:
    """Rows of length 1; a row of zeros stays one, and is similar to nothing."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-300)
