"""The task's classifiers: the paper's forest, a linear one, and the nearest spectrum, as chemists search libraries."""

from pathlib import Path
from typing import Literal

import numpy as np

from inn_experiments.contracts import Rows, kept
from inn_experiments.measures.utility.forest import forest_predictions

Classifier = Literal["forest", "logistic", "cosine", "cosine_fourth_root"]
CLASSIFIERS: dict[Classifier, str] = {
    "forest": "random forest",
    "logistic": "logistic regression",
    "cosine": "nearest neighbour by cosine",
    "cosine_fourth_root": "nearest neighbour by cosine of x^.25",
}
"""Name -> what people call it, in the order of tables."""
POWERS: dict[Classifier, float] = {"logistic": 0.5, "cosine": 0.5, "cosine_fourth_root": 0.25}
"""Of intensities, which few large peaks would else decide; rows that may be negative are taken as they are."""
PENALTY, ITERATIONS = 10.0, 500
"""The inverse strength C of the logistic regression's ridge, and the steps of its solver at most."""
BLOCK = 1024


def predictions(
    classifier: Classifier,
    train: Rows,
    test_x: np.ndarray,
    *,
    bounded: bool,
    trees: int,
    levels: int | None,
    seed: int,
    cache: Path | None = None,
    wait: bool = True,
) -> np.ndarray | None:
    """The labels (m,) that a classifier fitted to `train` gives to test rows (m, d); None for one not waited for.

    `forest`: see `forest_predictions`, alone in using `trees`, `levels` and `seed`. `cosine`: the label of the training
    row with the largest cosine of square roots, or of fourth roots. `logistic`: multinomial, with a ridge of
    C = PENALTY; of `bounded` rows it sees the square roots at length 1, of others every feature less its mean over its
    deviation, both of `train`.
    """
    if classifier == "forest":
        return forest_predictions(train, test_x, trees=trees, levels=levels, seed=seed, cache=cache, wait=wait)

    def compute() -> dict[str, np.ndarray]:
        power = POWERS[classifier] if bounded else 1.0
        if classifier == "logistic":
            return {"labels": _logistic(train, test_x, power, bounded)}
        return {"labels": _nearest(_unit(train.x, power), train.y, _unit(test_x, power))}

    content = (train.x, train.y, test_x, classifier, bounded)
    found = kept(cache, "classifiers", content, compute, wait=wait)
    return found and found["labels"]


def _unit(x: np.ndarray, power: float) -> np.ndarray:
    """The rows (n, d) to this power, at length 1; one of zeros stays it."""
    x = x.astype(np.float64)
    x = x if power == 1.0 else np.maximum(x, 0.0) ** power
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), np.finfo(float).tiny)


def _nearest(known: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The label of the nearest of rows (n, d) to each of (m, d), all of length 1; the first of those as near."""
    places = [np.argmax(asked[start : start + BLOCK] @ known.T, axis=1) for start in range(0, len(asked), BLOCK)]
    return labels[np.concatenate(places)]


def _logistic(train: Rows, test_x: np.ndarray, power: float, bounded: bool) -> np.ndarray:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if bounded:
        known, asked = (_unit(x, power) for x in (train.x, test_x))
    else:
        x = train.x.astype(np.float64)
        mean, deviation = x.mean(axis=0), x.std(axis=0)
        # What hardly varies tells nothing; over its deviation rounding would be all there is to see.
        deviation = np.where(deviation > 1e-6 * max(deviation.max(), np.finfo(float).tiny), deviation, np.inf)
        known, asked = (x - mean) / deviation, (test_x - mean) / deviation
    model = LogisticRegression(C=PENALTY, max_iter=ITERATIONS)
    with warnings.catch_warnings():
        # At this many steps labels have long ceased to change, whatever the last digits of the weights do; and few
        # rows of many classes are no regression.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        return model.fit(known, train.y).predict(asked)
