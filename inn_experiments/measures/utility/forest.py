"""The task's classifier: a random forest on rows or their principal components; what it said is kept."""

import warnings
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Rows, kept
from inn_experiments.measures.numbers.cores import workers
from inn_experiments.measures.numbers.two_samples import visible

LEAST_VARIATION = 1e-6
"""Of rows in float32, a direction that varies less than this, relative to the first, is rounding."""


def forest_predictions(
    train: Rows,
    test_x: np.ndarray,
    *,
    trees: int,
    levels: int | None,
    seed: int,
    cache: Path | None = None,
    wait: bool = True,
) -> np.ndarray | None:
    """The labels (m,) that a random forest fitted to `train` gives to test rows (m, d); None for one not waited for.

    A sweep asks for the same forests (real rows, convex, bootstrap) in every cell of a seed: they are kept in `cache`,
    and `wait` is that of `kept`.

    Every feature is first rounded to `levels` quantiles of its distinct training values; None: not at all. Trees only
    use the order of values: on MNIST1D 64 levels halve the time of a fit and cost about 0.01 of macro-F1, in every
    treatment alike.
    """
    from sklearn.ensemble import RandomForestClassifier

    def compute() -> dict[str, np.ndarray]:
        train_x, seen = train.x, test_x
        if levels is not None:
            edges = [_edges(column, levels) for column in train_x.T]
            train_x, seen = (_rounded(x, edges) for x in (train_x, test_x))
        else:
            train_x, seen = visible(train_x, test_x)
        model = RandomForestClassifier(trees, random_state=seed % 2**32, n_jobs=workers())
        with warnings.catch_warnings():
            # Few rows of many classes are no regression.
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
            model.fit(train_x, train.y)
        # Threads would add up the trees' votes in the order in which they end: the last digits can decide a tie.
        return {"labels": model.set_params(n_jobs=1).predict(seen)}

    content = (train.x, train.y, test_x, trees, levels, seed)
    found = kept(cache, "forests", content, compute, wait=wait)
    return found and found["labels"]


def _edges(column: np.ndarray, levels: int) -> np.ndarray:
    """Thresholds between levels of `column` (n,): exact for few distinct values, their quantiles for many.

    Quantiles of *distinct* values: in a sparse spectrum those of all values would be zero throughout.
    """
    values = np.unique(column)
    if len(values) > levels:
        values = values[np.linspace(0, len(values) - 1, levels).round().astype(int)]
    return (values[1:] + values[:-1]) / 2


def _rounded(x: np.ndarray, edges: list[np.ndarray]) -> np.ndarray:
    places = np.empty(x.shape, np.float32)
    for number, edge in enumerate(edges):
        places[:, number] = np.searchsorted(edge, x[:, number])
    return places


def reduced(train: Rows, test_x: np.ndarray, components: int, *, seed: int) -> tuple[Rows, np.ndarray]:
    """Rows `train` (n, d) and `test_x` (m, d) in the first principal components of `train`.

    At most `components` of them, never more than min(n - 1, d), nor than directions in which `train` varies at all, but
    always one: for rows of thousands of values of which there are few. `seed` is of the randomised solver that
    scikit-learn takes for large arrays.
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
