"""The task's classifier: a random forest, with repeated identical fits answered from memory."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np

from inn_experiments.contracts import Rows

_REMEMBERED: OrderedDict[str, np.ndarray] = OrderedDict()
"""A sweep asks for the same forests (real rows, convex, bootstrap) in every cell of a seed."""
_CAPACITY = 512


def forest_predictions(train: Rows, test_x: np.ndarray, *, trees: int, levels: int | None, seed: int) -> np.ndarray:
    """The labels (n,) that a random forest gives to test rows.

    Args:
        train: the rows that it is fitted to.
        test_x: (n, d).
        trees: how many.
        levels: every feature is first rounded to that many quantiles of its distinct training values; None: not at all.
            Trees only use the order of values: on MNIST1D 64 levels halve the time of a fit and cost about 0.01 of
            macro-F1, in every treatment alike.
        seed: of the forest.
    """
    key = _digest(train.x, train.y, test_x, np.array([trees, levels or 0, seed]))
    if key not in _REMEMBERED:
        _REMEMBERED[key] = _fit_and_predict(train, test_x, trees, levels, seed)
        if len(_REMEMBERED) > _CAPACITY:
            _REMEMBERED.popitem(last=False)
    _REMEMBERED.move_to_end(key)
    return _REMEMBERED[key].copy()


def _fit_and_predict(train: Rows, test_x: np.ndarray, trees: int, levels: int | None, seed: int) -> np.ndarray:
    from sklearn.ensemble import RandomForestClassifier

    train_x = train.x
    if levels is not None:
        edges = [_edges(column, levels) for column in train_x.T]
        train_x, test_x = (_rounded(x, edges) for x in (train_x, test_x))
    model = RandomForestClassifier(trees, random_state=seed % 2**32, n_jobs=1)
    return model.fit(train_x, train.y).predict(test_x)


def _edges(column: np.ndarray, levels: int) -> np.ndarray:
    """Thresholds between levels of `column` (n,): exact for few distinct values, their quantiles for many.

    Quantiles of *distinct* values: in a sparse spectrum those of all values would be zero throughout.
    """
    values = np.unique(column)
    if len(values) > levels:
        values = values[np.linspace(0, len(values) - 1, levels).round().astype(int)]
    return (values[1:] + values[:-1]) / 2


def _rounded(x: np.ndarray, edges: list[np.ndarray]) -> np.ndarray:
    columns = [np.searchsorted(edge, column) for edge, column in zip(edges, x.T, strict=True)]
    return np.stack(columns, axis=1).astype(np.float32)


def _digest(*arrays: np.ndarray) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
