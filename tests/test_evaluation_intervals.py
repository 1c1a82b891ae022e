"""Intervals against SciPy, and that they cover what they say they cover."""

import numpy as np
import pytest
from scipy import stats

from inn_experiments.measures.numbers.intervals import (
    bounded_share,
    corrected_interval,
    mean_interval,
    mean_of,
    paired_interval,
    score_interval,
)

VALUES = [0.61, 0.64, 0.58, 0.66]


def test_mean_interval_is_students():
    mean, half_width = mean_interval(VALUES)
    low, high = stats.t.interval(0.95, 3, loc=np.mean(VALUES), scale=stats.sem(VALUES))
    assert (mean - half_width, mean + half_width) == pytest.approx((low, high))


def test_one_value_has_no_half_width_and_none_is_an_error():
    assert mean_interval([2.0]) == (2.0, None)
    assert corrected_interval([2.0], 10, 5) == (2.0, None)
    assert score_interval([0.5], [0.5, 0.6], 5, trials=20) == (0.5, None, None, None)
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


def test_wilsons_bounds_are_scipys_and_stay_in_range():
    for hits, count in ((0, 4), (7, 16), (16, 16)):
        wanted = stats.binomtest(hits, count).proportion_ci(method="wilson")
        assert bounded_share(hits / count, count)[1:] == pytest.approx((wanted.low, wanted.high))
    mean = mean_of([bounded_share(1.0, 5)] * 4)
    assert mean.value == mean.high == 1.0 and mean.low == pytest.approx(1 - (1 - bounded_share(1.0, 5).low) / 2)


def test_a_score_has_an_interval_in_its_range_or_none():
    rng = np.random.default_rng(0)
    rows = (rng.random((200, 16)) < 0.75).mean(axis=1)
    # Two repeats that differ: their own t interval would be 0.75 +- 2.7.
    mean, half, low, high = score_interval([0.5, 1.0], rows, 4, trials=16, fewest=4)
    assert mean == 0.75 and half is None and ((low, high) == (None, None) or (0 <= low < 0.5 and 0.9 < high <= 1))
    # A symmetric one where it fits.
    found = score_interval([0.5, 0.52, 0.51], rows - 0.25, 16, trials=16)
    assert found.low is found.high is None and 0.15 < found.half < 0.35
    # Equal scores are not certain, nor is a gain of 0, nor what a handful of rows say.
    same = np.ones(200)
    assert score_interval([1.0, 1.0], same, 16, trials=16) == (1.0, None, *bounded_share(1.0, 16)[1:])
    _, half, low, high = score_interval([0.0, 0.0], 0 * same, 16, trials=16, signed=True)
    assert half is None and -low == high == bounded_share(0.0, 16).high
    assert score_interval([0.5, 0.5], 0.5 * same, 1, trials=4, fewest=1).half > 0.4
    for options in ({"trials": 1}, {"trials": 1, "share": 0.5}, {"trials": 1.5, "signed": True}):
        assert score_interval([1.0, 1.0], same, 1, **options) == (1.0, None, None, None)
    assert score_interval([1.0, -1.0], np.r_[same, -same], 4, trials=8, signed=True) == (0.0, None, None, None)
    assert score_interval([1.0, 1.0], same, 2, trials=4, fewest=2, signed=True).high == 1.0


@pytest.mark.parametrize(("per_class", "gap"), [(4, 3.0), (8, 1.5), (20, 2.0)])
@pytest.mark.parametrize("repeats", (2, 3))
def test_intervals_of_redrawn_halves_cover_the_truth(per_class, gap, repeats):
    """Nearest means on halves of few rows: the corrected t interval, cut to 0..1, covers a half to nine tenths."""
    rng, y = np.random.default_rng(per_class), np.repeat([0, 1], per_class)

    def halves() -> tuple[list[float], list[np.ndarray]]:
        x, scores, drawn = rng.normal(size=(len(y), 3)) + gap * np.eye(2, 3)[y], [], []
        for _ in range(repeats):
            train = np.concatenate([rng.permutation(np.flatnonzero(y == c))[: per_class // 2] for c in (0, 1)])
            test = np.setdiff1d(np.arange(len(y)), train)
            means = np.stack([x[train][y[train] == c].mean(axis=0) for c in (0, 1)])
            right = ((x[test, None] - means) ** 2).sum(axis=2).argmin(axis=1) == y[test]
            parts = [right[y[test] == c] for c in (0, 1)]
            scores.append(right.mean())
            drawn.append(np.mean([part[rng.integers(len(part), size=(100, len(part)))].mean(1) for part in parts], 0))
        return scores, drawn

    truth, covered = np.mean([np.mean(halves()[0]) for _ in range(400)]), 0
    options = {"trials": per_class, "fewest": per_class // 2, "share": 0.5}
    for _ in range(200):
        scores, drawn = halves()
        value, half, low, high = score_interval(scores, np.mean(drawn, axis=0), per_class // 2, **options)
        bounds = (value - half, value + half) if half is not None else (low, high)
        covered += bounds == (None, None) or bounds[0] <= truth <= bounds[1]
    assert covered / 200 > 0.9


def test_intervals_of_one_test_set_cover_the_truth_where_the_plain_one_does_not():
    rng = np.random.default_rng(0)
    covered, covered_plainly = 0, 0
    for _ in range(300):
        hard = 0.5 + 0.5 * rng.uniform(
            -1, 1, size=100
        )  # how hard each of the test rows is, shared by the three repeats
        repeats = hard + rng.normal(scale=0.01, size=(3, 1))
        resampled = repeats.mean(axis=0)[rng.integers(100, size=(200, 100))].mean(axis=1)
        mean, half_width, _, _ = score_interval(repeats.mean(axis=1), resampled, 100, trials=100)
        covered += abs(mean - 0.5) < half_width
        covered_plainly += abs(mean - 0.5) < mean_interval(repeats.mean(axis=1))[1]
    assert 0.91 < covered / 300 < 0.99
    assert covered_plainly < covered
