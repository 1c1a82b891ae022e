"""The class-wise linear predictor: exact where classes are told apart and each has a linear map."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import multivariate_normal

from inn_experiments.contracts import Rows
from inn_experiments.measures.numbers.classwise import class_linear, discriminant, probabilities
from inn_experiments.measures.numbers.errors import ridge


def toy(rows: int = 600, classes: int = 3, features: int = 24) -> tuple[np.ndarray, Rows]:
    """Classes about one centre, told apart by their shapes alone, each with a linear map of its own."""
    rng = np.random.default_rng(0)
    y = np.arange(rows) % classes
    widths = np.where(np.arange(features) // 8 == np.arange(classes)[:, None], 3.0, 0.3)
    x = rng.standard_normal((rows, features)) * widths[y]
    maps = rng.standard_normal((classes, features, features))
    shifts = rng.standard_normal((classes, features))
    return x, Rows(np.einsum("nd,nde->ne", x, maps[y]) + shifts[y], y)


def test_it_is_exact_where_classes_have_shapes_and_maps_of_their_own():
    x, target = toy()
    train, test = np.arange(600) < 400, np.arange(600) >= 400
    found = class_linear(x[train], target.take(np.flatnonzero(train)), x[test])
    assert probabilities(x[train], target.y[train], x[test]).max(axis=1).min() > 1 - 1e-6
    np.testing.assert_allclose(found, target.x[test], atol=1e-2)
    assert np.mean((found - target.x[test]) ** 2) < 1e-6
    one_map = ridge(x[train], target.x[train], x[test])
    assert np.mean((one_map - target.x[test]) ** 2) > 0.1, "one map for all cannot do it"


def test_a_class_that_is_not_sure_is_weighed_by_its_probability():
    rng = np.random.default_rng(1)
    y = np.arange(2000) % 2
    x = rng.standard_normal((2000, 2))
    target = Rows(np.where(y[:, None] == 0, x, -x), y)
    found = class_linear(x, target, x)
    assert np.mean(found**2) < 0.01, "the two maps cancel"
    assert np.mean((found - target.x) ** 2) < 1.05 * np.mean(x**2), "a guess of one class would cost twice as much"


@pytest.mark.parametrize("share", [1e-3, 0.1, 0.9])
@pytest.mark.parametrize("features", [5, 60])
def test_probabilities_are_those_of_gaussians_with_shrunken_covariances(share, features):
    rng = np.random.default_rng(2)
    y = np.repeat([0, 1, 3], [40, 30, 50])
    x = rng.standard_normal((120, features)) * (1 + y[:, None]) + y[:, None]
    other = rng.standard_normal((50, features)) * 2
    own = [x[y == label] for label in (0, 1, 3)]
    mean_variance = np.mean(np.concatenate([(rows - rows.mean(axis=0)) ** 2 for rows in own]))
    expected = np.empty((50, 3))
    for place, rows in enumerate(own):
        covariance = (1 - share) * np.cov(rows.T, bias=True) + share * mean_variance * np.eye(features)
        density = multivariate_normal(rows.mean(axis=0), covariance)
        expected[:, place] = np.log(len(rows) / 120) + density.logpdf(other)
    found = discriminant(x, y, other, np.array([0.5, share]))[1]
    np.testing.assert_allclose(found, softmax(expected, axis=1), atol=1e-8)


def test_few_rows_of_a_wide_space_and_a_class_of_one_row_do():
    rng = np.random.default_rng(3)
    y = np.array([0] * 6 + [1] * 6 + [4])
    centres = 5 * rng.standard_normal((5, 50))
    x = centres[y] + rng.standard_normal((13, 50))
    found = probabilities(x, y, centres[[0, 1, 4]])
    assert found.shape == (3, 3) and np.array_equal(found.argmax(axis=1), [0, 1, 2])
    np.testing.assert_allclose(found.sum(axis=1), 1)
    answer = class_linear(x, Rows(2 * x, y), centres[[0, 1, 4]])
    np.testing.assert_allclose(answer[2], 2 * x[-1], atol=1e-6)
    assert np.isfinite(class_linear(np.zeros((4, 3)), Rows(np.ones((4, 3)), np.arange(4)), np.zeros((2, 3)))).all()
