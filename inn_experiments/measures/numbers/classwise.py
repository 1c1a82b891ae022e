"""The class-wise linear predictor: every class has a linear map of its own, and the input says how likely each is."""

import numpy as np

from inn_experiments.contracts import Rows
from inn_experiments.measures.numbers.errors import principal, ridge

SHRINKAGES = np.logspace(0, -5, 11)
"""Shares of a class's covariance that are replaced by the mean variance in every direction, the safest first."""
FOLDS = 5
LEAST_WEIGHT = 1e-9
"""Of a class in a prediction; less is not worth its map."""
LEAST_VARIANCE = 1e-12
"""Within classes, as a share of all rows' mean square: where every class has one row, there is none."""


def class_linear(train_input: np.ndarray, train: Rows, test_input: np.ndarray) -> np.ndarray:
    """Predictions (m, d): a ridge regression for each class, weighted by the class's probability given the input.

    The probabilities are those of quadratic discriminant analysis (QDA). Both are fitted to training pairs, inputs
    (n, d) and targets `train`. A prime that is linear within a class is known exactly to this predictor wherever it is
    sure of the class, as it is in prime space.
    """
    weights, answer = probabilities(train_input, train.y, test_input), np.zeros(test_input.shape)
    for place, label in enumerate(np.unique(train.y)):
        mine, asked = train.y == label, weights[:, place] > LEAST_WEIGHT
        if asked.any():
            found = ridge(train_input[mine], train.x[mine], test_input[asked])
            answer[asked] += weights[asked, place, None] * found
    return answer


def probabilities(x: np.ndarray, y: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Probabilities (m, C) of the classes of `other` rows (m, d) by QDA of rows `x` (n, d) of classes `y` (n,).

    The shrinkage is the one with the least squared error of the probabilities of left out rows (Brier's score), in a
    cross-validation whose folds take the rows of a class in turn; a class with one row is never left out.
    """
    x, other = x.astype(np.float64), other.astype(np.float64)
    _, place, count = np.unique(y, return_inverse=True, return_counts=True)
    order = np.argsort(place, kind="stable")
    turn = np.empty(len(y), int)
    turn[order] = np.arange(len(y)) - np.repeat(np.cumsum(count) - count, count)
    errors = np.zeros(len(SHRINKAGES))
    for fold in range(FOLDS):
        out = (turn % FOLDS == fold) & (count[place] > 1)
        if out.any():
            found = discriminant(x[~out], y[~out], x[out], SHRINKAGES)
            found[:, np.arange(out.sum()), place[out]] -= 1
            errors += np.sum(found**2, axis=(1, 2))
    return discriminant(x, y, other, SHRINKAGES[[np.argmin(errors)]])[0]


def discriminant(x: np.ndarray, y: np.ndarray, other: np.ndarray, shrinkages: np.ndarray) -> np.ndarray:
    """Probabilities (s, m, C) of the classes by QDA, for each of the `shrinkages` r (s,).

    A class's covariance is (1 - r) S + r v I, where v is the mean variance within classes: that is reg_param of
    scikit-learn's QuadraticDiscriminantAnalysis in units of v. Here no covariance is formed: few rows span few
    directions of a wide space, and outside them it is a multiple of I. scikit-learn refuses such rows.
    """
    from scipy.special import softmax

    labels, place = np.unique(y, return_inverse=True)
    means = np.stack([x[place == number].mean(axis=0) for number in range(len(labels))])
    least = LEAST_VARIANCE * max(float(np.mean(x**2)), np.finfo(float).tiny)
    level, features, r = max(float(np.mean((x - means[place]) ** 2)), least), x.shape[1], shrinkages[:, None]
    outside = r[:, 0] * level
    scores = np.empty((len(shrinkages), len(other), len(labels)))
    for number, mean in enumerate(means):
        own, away = x[place == number], other - mean
        _, along, lengths = principal(own - mean, away)
        variances = lengths / len(own)
        inside = (1 - r) * variances + r * level
        logs = np.log(inside).sum(axis=1) + (features - len(variances)) * np.log(outside)
        squares = along**2
        distance = (1 / inside) @ squares.T
        if len(variances) < features:
            rest = np.maximum(np.sum(away**2, axis=1) - squares.sum(axis=1), 0)
            distance += rest / outside[:, None]
        scores[:, :, number] = np.log(len(own) / len(x)) - 0.5 * (distance + logs[:, None])
    return softmax(scores, axis=2)
