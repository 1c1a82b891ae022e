"""Intervals against SciPy, and that they cover what they say they cover."""

import numpy as np
import pytest
from scipy import stats

from inn_experiments.measures.numbers.intervals import (
    corrected_interval,
    mean_interval,
    paired_interval,
    shared_test_interval,
)

VALUES = [0.61, 0.64, 0.58, 0.66]


def test_mean_interval_is_students():
    mean, half_width = mean_interval(VALUES)
    low, high = stats.t.interval(0.95, 3, loc=np.mean(VALUES), scale=stats.sem(VALUES))
    assert (mean - half_width, mean + half_width) == pytest.approx((low, high))


def test_one_value_has_no_half_width_and_none_is_an_error():
    assert mean_interval([2.0]) == (2.0, None)
    assert corrected_interval([2.0], 10, 5) == (2.0, None)
    assert shared_test_interval([2.0], [2.0, 2.1], 5) == (2.0, None)
    with pytest.raises(ValueError, match="none"):
        mean_interval([])


def test_paired_interval_is_scipys_paired_t():
    other = [0.60, 0.60, 0.59, 0.61]
    mean, half_width = paired_interval(VALUES, other)
    interval = stats.ttest_rel(VALUES, other).confidence_interval(0.95)
    assert (mean - half_width, mean + half_width) == pytest.approx((interval.low, interval.high))
    with pytest.raises(ValueError, match="one length"):
        paired_interval(VALUES, other[:2])


def test_correction_widens_by_nadeau_and_bengios_factor():
    plain, corrected = mean_interval(VALUES)[1], corrected_interval(VALUES, n_train=80, n_test=20)[1]
    assert corrected / plain == pytest.approx(np.sqrt((1 / 4 + 20 / 80) / (1 / 4)))


def test_shared_test_interval_covers_the_truth_where_the_plain_one_does_not():
    rng = np.random.default_rng(0)
    covered, covered_plainly = 0, 0
    for _ in range(300):
        hard = rng.normal(size=100)  # how hard each of the test rows is, shared by the three repeats
        repeats = hard + rng.normal(scale=0.05, size=(3, 1))
        resampled = repeats.mean(axis=0)[rng.integers(100, size=(200, 100))].mean(axis=1)
        mean, half_width = shared_test_interval(repeats.mean(axis=1), resampled, 100)
        covered += abs(mean) < half_width
        covered_plainly += abs(mean) < mean_interval(repeats.mean(axis=1))[1]
    assert 0.91 < covered / 300 < 0.99
    assert covered_plainly < covered
