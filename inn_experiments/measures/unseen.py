"""Spectra of compounds without a training row, made from chemistry alone, against their real spectra."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inn_experiments.contracts import Rows
from inn_experiments.contracts.quantity import Quantity

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


def score_unseen(
    samples_x: np.ndarray, samples_y: np.ndarray, real: Rows, train: Rows, nearest: Mapping[int, int]
) -> dict[str, float]:
    """`unseen/cosine/SOURCE`: cosine similarity to real spectra, mean over unseen compounds; 1 is best.

    Each compound counts alike, each of its pairs of spectra too. The arguments and the sources are those of
    `unseen_table`; a source that no compound has is left out.
    """
    rows = unseen_table(samples_x, samples_y, real, train, nearest)
    found = {}
    for source in SOURCES:
        values = [row[source] for row in rows if source in row]
        if values:
            found[f"unseen/cosine/{source}"] = float(np.mean(values))
    return found


def unseen_table(
    samples_x: np.ndarray,
    samples_y: np.ndarray,
    real: Rows,
    train: Rows,
    nearest: Mapping[int, int],
    classes: tuple[str, ...] | None = None,
) -> list[dict[str, float | int | str]]:
    """One dict per unseen compound: `compound`, `nearest` (labels, or `classes`) and a cosine per source.

    Sources, each against every real spectrum of the compound: `generated` spectra; real spectra of the
    `nearest_compound`, the known one with the most similar embedding; the `mean_spectrum` of all training
    rows; real spectra of an `other_compound` (the mean over all known ones but the nearest: the negative
    control); of the `same_compound` (the ceiling, no spectrum against itself). `generated_mean`,
    `nearest_mean` and `same_mean` take the mean spectrum instead of single ones, the last without the
    spectrum it is compared with.

    Arguments: `samples_x` (n, d) with the labels asked for, `samples_y` (n,); `real`, rows of the unseen
    compounds; `train`, rows of the known ones; `nearest`, unseen label -> known label. Negative intensities
    count as 0, and each spectrum is divided by its base peak. Raises ValueError for an unseen compound
    without generated spectra, or whose nearest one is not in `train`.
    """
    known = {int(label): spectra(train.x[train.y == label]) for label in np.unique(train.y)}
    directions = {label: _units(rows).mean(axis=0) for label, rows in known.items()}
    overall = np.concatenate(list(known.values())).mean(axis=0)
    name = (lambda label: label) if classes is None else (lambda label: classes[label])
    table = []
    for label in map(int, np.unique(real.y)):
        made, own = spectra(samples_x[samples_y == label]), spectra(real.x[real.y == label])
        close = nearest.get(label)
        if not len(made) or close not in known:
            raise ValueError(f"unseen class {label}: {len(made)} generated rows, nearest training class {close}")
        units = _units(own)
        towards = units.mean(axis=0)
        others = [direction @ towards for other, direction in directions.items() if other != close]
        found = {
            # The mean over all pairs of unit vectors is the product of the two mean vectors.
            "generated": _units(made).mean(axis=0) @ towards,
            "nearest_compound": directions[close] @ towards,
            "mean_spectrum": _units(overall[None])[0] @ towards,
            "generated_mean": _units(made.mean(axis=0)[None])[0] @ towards,
            "nearest_mean": _units(known[close].mean(axis=0)[None])[0] @ towards,
        }
        if others:
            found["other_compound"] = np.mean(others)
        if len(own) > 1:
            pairs = units @ units.T
            found["same_compound"] = (pairs.sum() - np.trace(pairs)) / (len(own) * (len(own) - 1))
            # The mean of all the others, spectrum by spectrum, up to a factor.
            found["same_mean"] = np.mean(np.sum(_units(own.sum(axis=0) - own) * units, axis=1))
        chosen = {source: float(found[source]) for source in SOURCES if source in found}
        table.append({"compound": name(label), "nearest": name(close), **chosen})
    return table


def spectra(x: np.ndarray) -> np.ndarray:
    """Rows `x` (n, d) as spectra: no negative intensity, base peak 1 (a row of zeros stays one)."""
    x = np.clip(np.asarray(x, np.float64), 0, None)
    return x / np.maximum(x.max(axis=1, keepdims=True, initial=0.0), 1e-300)


def _units(x: np.ndarray) -> np.ndarray:
    """Rows of length 1; a row of zeros stays one, and is similar to nothing."""
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300)
