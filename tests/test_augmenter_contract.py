"""Augmenter keeps imbalanced-learn's contract of samplers and scikit-learn's of parameters: their own checks say so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from imblearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_param_validation,
    estimator_checks_generator,
)
from sklearn.base import BaseEstimator, clone
from sklearn.utils.estimator_checks import estimator_checks_generator as checks_of_estimators

from inn_experiments import Augmenter

TINY = {"generator.steps": 3, "generator.hidden": 4}
SAMPLERS = [
    Augmenter("convex", random_state=0),
    Augmenter("smote", random_state=0),
    Augmenter("law", random_state=0, settings=TINY),
]

CHECKS = [pair for sampler in SAMPLERS for pair in estimator_checks_generator(sampler)]
OF_SKLEARN = [*checks_of_estimators(SAMPLERS[0])]


def called(value: BaseEstimator | partial) -> str:
    """What a test is called after."""
    return value.func.__name__ if isinstance(value, partial) else value.preset


@pytest.mark.parametrize(("estimator", "check"), CHECKS, ids=called)
def test_every_check_of_samplers_passes(estimator: BaseEstimator, check: Callable) -> None:
    check(estimator)


@pytest.mark.parametrize(("estimator", "check"), OF_SKLEARN, ids=called)
def test_every_check_of_estimators_passes(estimator: BaseEstimator, check: Callable) -> None:
    check(estimator)


def test_none_of_the_checks_is_left_out() -> None:
    names = {called(check) for _, check in (*CHECKS, *OF_SKLEARN)}
    assert {"check_samplers_fit_resample", "check_samplers_sparse", "check_samplers_pandas_sparse"} <= names
    assert {
        "check_samplers_preserve_dtype",
        "check_estimators_pickle",
        "check_parameters_default_constructible",
    } <= names
    assert len(CHECKS) >= 15 * len(SAMPLERS) and len(OF_SKLEARN) > 30


@pytest.mark.parametrize("check", [check_param_validation, check_dataframe_column_names_consistency])
def test_the_checks_pass_that_imbalanced_learn_makes_of_its_own_samplers(check: Callable) -> None:
    check("Augmenter", Augmenter("convex", random_state=0))


def test_every_parameter_is_given_back_and_cloned() -> None:
    given = {
        "preset": "kde",
        "n_per_class": {0: 3},
        "sampling_strategy": "auto",
        "random_state": 4,
        "scaling": "none",
        "settings": {"generator.bandwidth": 0.5},
        "axis": [1.0, 2.0],
        "unit": "nm",
    }
    augmenter = Augmenter(**given)
    assert augmenter.get_params() == given == clone(augmenter).get_params()
    assert augmenter.set_params(preset="law").preset == "law"
    with pytest.raises(ValueError, match="Invalid parameter 'presets'"):
        augmenter.set_params(presets="law")
