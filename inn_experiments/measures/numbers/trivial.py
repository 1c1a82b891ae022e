"""What one gets without learning anything deep: the predictors that every error must stand beside."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.errors import direction_errors
from inn_experiments.measures.numbers.rows import class_means

RIDGES = np.logspace(-3, 5, 17)


def trivial_errors(
    train_input: np.ndarray,
    train_target: np.ndarray,
    train_y: np.ndarray,
    test_input: np.ndarray,
    test_target: np.ndarray,
    test_y: np.ndarray,
) -> dict[str, dict[str, float]]:
    """The errors of the trivial predictors on test rows, predictor -> measure -> value; lower is better.

    `zeros`; `global_mean` and `class_mean` of the training targets (`class_mean` is an oracle: it reads the test row's
    label, which no network is given); `identity`, the input itself; `linear`, ridge regression from input to target
    fitted on training pairs (the Wiener denoiser), its ridge chosen by leave-one-out on those. Inputs and targets are
    (n, d), labels (n,).

    Raises:
        UserError: a test class has no training row.
    """
    missing = sorted(set(test_y.tolist()) - set(train_y.tolist()))
    if missing:
        raise UserError(f"class {missing[0]} has test rows but no training row; give it some or drop it")
    shape = test_target.shape
    means = class_means(train_target, train_y)
    predictions = {
        "zeros": np.zeros(shape),
        "global_mean": np.broadcast_to(train_target.mean(axis=0), shape),
        "class_mean": np.stack([means[label] for label in test_y]),
        "identity": test_input,
        "linear": ridge(train_input, train_target, test_input),
    }
    return {name: direction_errors(prediction, test_target) for name, prediction in predictions.items()}


def ridge(train_input: np.ndarray, train_target: np.ndarray, test_input: np.ndarray) -> np.ndarray:
    """Predictions (m, d) for `test_input` of a ridge regression fitted on training pairs (n, d)."""
    from sklearn.linear_model import RidgeCV

    model = RidgeCV(alphas=RIDGES).fit(train_input.astype(np.float64), train_target.astype(np.float64))
    return model.predict(test_input.astype(np.float64))
