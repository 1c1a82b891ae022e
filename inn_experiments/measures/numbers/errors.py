"""How far predicted rows are from their targets, and what one gets without learning anything deep."""

import numpy as np

from inn_experiments.contracts import Rows, UserError
from inn_experiments.maths.moments import blocks
from inn_experiments.measures.numbers.rows import class_means

RIDGES = np.logspace(-3, 5, 17)
BLOCK = 2048
"""Rows that are worked on at a time."""
LEAST_LEFT = 1e-12
"""Of a row in its own prediction: where all others lie on one point, nothing is left but rounding."""
PSEUDO_COUNT = 0.5
"""Per bin: every logarithm stays finite, also where a collapsed prediction leaves bins empty."""


def squared_error(found: np.ndarray, wanted: np.ndarray) -> float:
    """The mean squared difference of paired rows (n, d), in float64."""
    return float(np.mean(np.square(np.asarray(found, np.float64) - wanted)))


def direction_errors(prediction: np.ndarray, target: np.ndarray) -> dict[str, float]:
    """`mse` and `mae` of paired rows (n, d), `kl` and `fid` of the two sets of rows; lower is better, best 0.

    All are NaN where a prediction is not finite; a report leaves such numbers out and says so. Raises ValueError where
    the shapes differ.
    """
    prediction, target = np.asarray(prediction, np.float64), np.asarray(target, np.float64)
    if prediction.shape != target.shape:
        raise ValueError(f"prediction and target must have one shape, got {prediction.shape}, {target.shape}")
    if not np.isfinite(prediction).all():
        return dict.fromkeys(("mse", "mae", "kl", "fid"), float("nan"))
    return {
        "mse": squared_error(prediction, target),
        "mae": float(np.mean(np.abs(prediction - target))),
        "kl": histogram_kl(prediction, target),
        "fid": frechet(prediction, target),
    }


def trivial_errors(
    train_input: np.ndarray, train: Rows, test_input: np.ndarray, test: Rows
) -> dict[str, dict[str, float]]:
    """The errors of the trivial predictors on test rows, predictor -> measure -> value; lower is better.

    Inputs are (n, d), the rows beside them the targets. `zeros`; `global_mean` and `class_mean` of the training targets
    (`class_mean` is an oracle: it reads the test row's label, which no network is given); `identity`, the input itself;
    `linear`, ridge regression from input to target fitted on training pairs (the Wiener denoiser). Raises UserError for
    a test class without a training row.
    """
    missing = sorted(set(test.y.tolist()) - set(train.y.tolist()))
    if missing:
        raise UserError(f"class {missing[0]} has test rows but no training row; give it some or drop it")
    means = class_means(train.x, train.y)
    # One after the other: of wide rows all of them at once would need much room.
    predictions = {
        "zeros": lambda: np.zeros(test.x.shape),
        "global_mean": lambda: np.broadcast_to(train.x.mean(axis=0), test.x.shape),
        "class_mean": lambda: np.stack([means[label] for label in test.y]),
        "identity": lambda: test_input,
        "linear": lambda: ridge(train_input, train.x, test_input),
    }
    return {name: direction_errors(predict(), test.x) for name, predict in predictions.items()}


def ridge(train_input: np.ndarray, train_target: np.ndarray, test_input: np.ndarray) -> np.ndarray:
    """Predictions (m, d) of a ridge regression fitted on training pairs (n, d), its ridge chosen by leave-one-out.

    One decomposition serves all RIDGES: with the centred rows' scores Z on their principal axes, of squared lengths l,
    a ridge a fits Z (Z'Y / (l + a)), row i has the leverage h_i = 1/n + sum_k Z_ik^2 / (l_k + a), and left out it has
    the error (y_i - fit_i) / (1 - h_i). These are the predictions of scikit-learn's RidgeCV, in half the time.
    """
    x, y = train_input.astype(np.float64), train_target.astype(np.float64)
    middle, mean = x.mean(axis=0), y.mean(axis=0)
    x -= middle
    y -= mean
    scores, tested, lengths = principal(x, test_input.astype(np.float64) - middle)
    weights = scores.T @ y
    errors = np.zeros(len(RIDGES))
    for z, target in zip(blocks(scores, BLOCK), blocks(y, BLOCK), strict=True):
        squares = z**2
        for number, penalty in enumerate(RIDGES):
            left = 1 - 1 / len(x) - squares @ (1 / (lengths + penalty))
            residual = target - z @ (weights / (lengths + penalty)[:, None])
            errors[number] += np.sum(np.sum(residual**2, axis=1) / np.maximum(left, LEAST_LEFT) ** 2)
    return tested @ (weights / (lengths + RIDGES[np.argmin(errors)])[:, None]) + mean


def principal(x: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of centred rows `x` (n, d), and of `other` ones, on the principal axes of `x`; squared lengths (k,)."""
    few = len(x) <= x.shape[1]
    lengths, vectors = np.linalg.eigh(x @ x.T if few else x.T @ x)
    # What is shorter is rounding.
    long = lengths > max(lengths[-1], 0.0) * max(x.shape) * np.finfo(float).eps
    lengths, vectors = lengths[long], vectors[:, long]
    if not few:
        return x @ vectors, other @ vectors, lengths
    root = np.sqrt(lengths)
    return vectors * root, other @ (x.T @ vectors) / root, lengths


def frechet(a: np.ndarray, b: np.ndarray, shrinkage: float = 1e-3) -> float:
    """The squared Frechet distance of Gaussian fits to `a` (n, d) and `b` (m, d); lower is better, best 0.

    `|mean_a - mean_b|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2)`, each covariance shrunk by `shrinkage` towards
    `tr(S)/d I`, so that fewer rows than features will do. Infinite where squares leave float64. Raises ValueError for
    fewer than two rows on a side.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if min(len(a), len(b)) < 2:
        raise ValueError(f"frechet needs two rows on each side, got {len(a)} and {len(b)}")
    features = a.shape[1]
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    a, b = a - mean_a, b - mean_b
    level_a, level_b = (shrinkage * np.sum(z**2) / (len(z) - 1) / features for z in (a, b))
    squared_means = float(np.sum((mean_a - mean_b) ** 2))
    outside = 0.0
    if len(a) + len(b) < features:
        # Outside the span of the rows both covariances are multiples of I: solve inside it, add the rest.
        # X' = QR: the rows' coordinates along the columns of Q are R', and nobody needs Q itself.
        inside = np.linalg.qr(np.concatenate([a, b]).T, mode="r").T
        outside = (features - len(inside)) * (np.sqrt(level_a) - np.sqrt(level_b)) ** 2
        a, b = inside[: len(a)], inside[len(a) :]
    covariance_a, covariance_b = (
        (1 - shrinkage) * z.T @ z / (len(z) - 1) + level * np.eye(z.shape[1])
        for z, level in ((a, level_a), (b, level_b))
    )
    if not (np.isfinite(covariance_a).all() and np.isfinite(covariance_b).all() and np.isfinite(squared_means)):
        return float("inf")
    # With A = RR', R'BR has the eigenvalues of A^1/2 B A^1/2.
    root = square_root(covariance_a)
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root.T @ covariance_b @ root), 0, None)).sum()
    traces = np.trace(covariance_a) + np.trace(covariance_b)
    return float(max(squared_means + traces - 2 * cross + outside, 0.0))


def square_root(covariance: np.ndarray) -> np.ndarray:
    """R (d, d) with RR' = `covariance` (d, d): Cholesky's, or where it is not positive definite by eigenvalues."""
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return vectors * np.sqrt(np.clip(values, 0, None))


def histogram_kl(a: np.ndarray, reference: np.ndarray, bins: int = 20) -> float:
    """The sum over features of KL(reference || a) of smoothed histograms; lower is better, best 0.

    `a` (n, d) and `reference` (m, d) share `bins` equal bins over the reference's range, plus one open bin on either
    side for values that the reference never takes. Always finite, at most d log(2 m + bins + 2) or so.
    """
    a, reference = np.asarray(a, np.float64), np.asarray(reference, np.float64)
    low, high = reference.min(axis=0), reference.max(axis=0)
    # A constant feature gets a bin of its own width around its value.
    margin = np.where(high > low, 0.0, 1e-6 * np.maximum(np.abs(low), 1.0))
    low, high = low - margin, high + margin
    p, q = (_smoothed(rows, low, high, bins) for rows in (reference, a))
    return float(np.sum(p * np.log(p / q)))


def _smoothed(rows: np.ndarray, low: np.ndarray, high: np.ndarray, bins: int) -> np.ndarray:
    """Smoothed frequencies (d, bins + 2) of each feature of `rows` (n, d)."""
    features = rows.shape[1]
    counts = np.zeros(features * (bins + 2), np.int64)
    for some in blocks(rows, BLOCK):
        position = np.floor((some - low) / (high - low) * bins)
        # The upper edge belongs to the last closed bin, as in numpy.histogram.
        position = np.where(some == high, bins - 1, np.clip(position, -1, bins)).astype(np.int64) + 1
        counts += np.bincount((position + np.arange(features) * (bins + 2)).ravel(), minlength=len(counts))
    counts = counts.reshape(features, bins + 2)
    return (counts + PSEUDO_COUNT) / (len(rows) + PSEUDO_COUNT * (bins + 2))
