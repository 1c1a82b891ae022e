"""What is done with sets of rows before they are scored: a few of them drawn, class means, no NaN."""

import numpy as np
from numpy.typing import DTypeLike

from inn_experiments.contracts import Rows, UserError


def at_most(count: int, most: int, seed: int) -> np.ndarray:
    """The indices of `count` things, or of a random `most` of them, in their order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def few_of_each(y: np.ndarray, most: int, seed: int) -> dict[int, np.ndarray]:
    """Class -> the indices of at most `most` rows of it, drawn at random, for labels `y` (n,)."""
    rng = np.random.default_rng(seed)
    return {int(label): rng.permutation(np.flatnonzero(y == label))[:most] for label in np.unique(y)}


def few_per_class(rows: Rows, most: int, seed: int) -> Rows:
    """At most `most` rows of each class, drawn at random, in their order."""
    return rows.take(np.sort(np.concatenate(list(few_of_each(rows.y, most, seed).values()))))


def class_means(x: np.ndarray, y: np.ndarray, dtype: DTypeLike = None) -> dict[int, np.ndarray]:
    """Class -> the mean (d,) of its rows among `x` (n, d) of classes `y` (n,), summed in `dtype`."""
    return {int(label): x[y == label].mean(axis=0, dtype=dtype) for label in np.unique(y)}


CURES = {
    True: "a lower learning rate is the usual cure",
    False: "its training rows are too far apart for it; look for values that are out of the way, or use another one",
}
"""What is said of NaN and infinity: of generators that train networks, and of those that do not."""


def check_finite(
    x: np.ndarray,
    y: np.ndarray,
    classes: tuple[str, ...] | None = None,
    maker: str = "the generator",
    advice: str = CURES[True],
) -> None:
    """Raise UserError where generated rows `x` (n, d) of classes `y` (n,) have NaN or infinity.

    The message says who was their `maker`, names the class (by its label without `classes`), and ends in `advice`.
    """
    broken = ~np.isfinite(x).all(axis=1)
    if broken.any():
        label = y[np.argmax(broken)]
        raise UserError(
            f"{maker} made {broken.sum()} of {len(broken)} rows with NaN or infinity, the first of class "
            f"{label if classes is None else repr(classes[label])}; {advice}"
        )
