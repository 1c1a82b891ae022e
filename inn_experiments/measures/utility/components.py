"""Principal components before a classifier, where rows have thousands of values and there are few rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inn_experiments.contracts import Rows

LEAST_VARIATION = 1e-6
"""Of rows in float32, a direction that varies less than this, relative to the first, is rounding."""


def reduced(train: Rows, test_x: np.ndarray, components: int, *, seed: int) -> tuple[Rows, np.ndarray]:
    """Training and test rows in the first principal components of the training rows.

    Args:
        train: rows (n, d).
        test_x: (m, d).
        components: how many to take; never more than min(n - 1, d), nor than directions in which `train` varies at all,
            but always one. How many there are is the width of what is returned.
        seed: of the randomised solver that scikit-learn takes for large arrays.
    """
    from sklearn.decomposition import PCA

    most = max(1, min(components, len(train) - 1, train.x.shape[1]))
    # Rows without any variance have no shares of it.
    with np.errstate(invalid="ignore"):
        model = PCA(most, random_state=seed % 2**32).fit(train.x.astype(np.float64))
    sizes = model.singular_values_
    # Copies of a row add rows but no direction: what lies beyond is rounding, in train alone.
    kept = max(1, int(np.sum(sizes > LEAST_VARIATION * sizes[0])))
    train_x, test_x = (model.transform(x.astype(np.float64))[:, :kept].astype(np.float32) for x in (train.x, test_x))
    return Rows(train_x, train.y, train.group), test_x


def lacking(components: int, found: Mapping[str, tuple[int, int]]) -> str:
    """The warning that treatments had fewer than `components`, '' where none had.

    Args:
        components: how many were asked for.
        found: treatment -> (the fewest components of its repeats, their training rows).
    """
    fewer = [f"{name} {used} of {rows} rows" for name, (used, rows) in found.items() if used < components]
    if not fewer:
        return ""
    return (
        f"utility.components is {components}, but there were fewer in: {', '.join(fewer)}; n training rows "
        "have at most n - 1 principal components, and no more than columns or directions in which they differ"
    )
