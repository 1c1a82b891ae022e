"""Splits: stratified, disjoint, grouped without leakage, few-shot; and the two scalings."""

from __future__ import annotations

import numpy as np
import pytest

from inn_experiments.contracts import UserError
from inn_experiments.data.classes import sort_classes
from inn_experiments.data.division import Division, Parts
from inn_experiments.data.scaling import BasePeak, Standard
from inn_experiments.maths.division import balanced_counts

FRACTIONS = (0.1, 0.3, 0.1)


def divide(y, group, classes, fractions, per_class: int | None, seed: int) -> Parts:
    val, test, fresh = fractions
    division = Division(val_fraction=val, test_fraction=test, fresh_fraction=fresh, per_class=per_class)
    return division.parts(y, group, classes, seed)


def imbalanced(seed: int = 0) -> tuple[np.ndarray, tuple[str, ...]]:
    y = np.repeat([0, 1, 2], [60, 25, 5])
    return np.random.default_rng(seed).permutation(y), ("a", "b", "c")


def test_every_row_is_in_exactly_one_part_and_every_class_in_each():
    y, classes = imbalanced()
    for seed in range(10):
        parts = divide(y, None, classes, FRACTIONS, None, seed)
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(y)))
        assert all(len(np.unique(y[part])) == 3 for part in parts)
        np.testing.assert_array_equal(np.bincount(y[parts.test])[:2], [18, 8])


def test_the_seed_decides_the_division():
    y, classes = imbalanced()
    one, same, other = (divide(y, None, classes, FRACTIONS, None, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(first, second) for first, second in zip(one, same, strict=True))
    assert not np.array_equal(one.test, other.test)


def test_the_smallest_allowed_class_keeps_two_training_rows_and_a_smaller_one_is_named():
    classes = ("big", "small")
    y = np.repeat([0, 1], [20, 5])
    parts = divide(y, None, classes, (0.45, 0.3, 0.1), None, 0)
    assert np.bincount(y[parts.train])[1] == 2
    with pytest.warns(UserWarning, match="class 'small': 4 rows leave none for the validation part"):
        parts = divide(y[:-1], None, classes, (0.45, 0.3, 0.1), None, 0)
    assert [np.bincount(y[part], minlength=2)[1] for part in parts] == [2, 0, 1, 1]
    with pytest.raises(UserError, match="'small' has 3.*at least 4.*1 for test and fresh"):
        divide(y[:-2], None, classes, (0.45, 0.3, 0.1), None, 0)


def test_no_group_is_in_two_parts_every_class_is_in_train_and_test_and_sizes_are_near():
    rng = np.random.default_rng(0)
    y, group = rng.integers(0, 5, 600), rng.integers(0, 40, 600)
    tests = set()
    for seed in range(5):
        parts = divide(y, group, tuple("abcde"), (0.1, 0.3, 0.0), None, seed)
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(600))
        owners = [set(group[part]) for part in parts]
        assert not owners[0] & owners[1] and not owners[0] & owners[2] and not owners[1] & owners[2]
        assert len(np.unique(y[parts.train])) == len(np.unique(y[parts.test])) == 5
        assert abs(len(parts.test) / 600 - 0.3) < 0.05 and len(parts.fresh) == 0
        tests.add(frozenset(owners[2]))
    assert len(tests) > 1, "repeats must differ"


def test_groups_that_cannot_be_divided_name_the_class():
    y, group = np.repeat([0, 1], 10), np.arange(20) % 5
    with pytest.raises(UserError, match="'b'.*one group only"):
        divide(y, np.where(y == 1, 9, group), ("a", "b"), (0.1, 0.3, 0.0), None, 0)
    with pytest.warns(UserWarning, match="2 groups leave none for the validation part"):
        parts = divide(y, np.arange(20) % 2, ("a", "b"), (0.1, 0.3, 0.0), None, 0)
    assert [len(part) for part in parts] == [10, 0, 10, 0]
    with pytest.raises(UserError, match="2 groups cannot fill 3 parts"):
        divide(y, np.arange(20) % 2, ("a", "b"), (0.1, 0.3, 0.1), None, 0)
    scarce = np.array([0, 0, 0, 0, 1, 1])
    with pytest.raises(UserError, match="'b'.*at least 2 rows of it in train and 1 in test"):
        divide(scarce, np.array([0, 1, 2, 3, 0, 1]), ("a", "b"), (0.0, 0.3, 0.0), None, 0)


@pytest.mark.parametrize("seed", range(5))
def test_two_groups_a_class_are_one_in_train_and_one_in_test(seed):
    y, group = np.repeat(np.arange(4), 10), np.arange(40) // 5
    with pytest.warns(UserWarning, match="8 groups leave none"):
        parts = divide(y, group, tuple("abcd"), (0.1, 0.3, 0.0), None, seed)
    assert np.bincount(y[parts.train]).tolist() == np.bincount(y[parts.test]).tolist() == [5] * 4
    with pytest.raises(UserError, match="fresh_fraction.*take all 8 groups"):
        divide(y, group, tuple("abcd"), (0.1, 0.3, 0.2), None, seed)


def test_few_shot_keeps_k_training_rows_per_class_and_spends_the_rest_as_fresh_only_if_asked():
    y, classes = np.repeat([0, 1], 50), ("a", "b")
    whole, few = (divide(y, None, classes, (0.1, 0.3, 0.0), k, 0) for k in (None, 3))
    assert np.bincount(y[few.train]).tolist() == [3, 3] and set(few.train) <= set(whole.train)
    np.testing.assert_array_equal(few.test, whole.test)
    assert len(few.fresh) == 0
    asked = divide(y, None, classes, (0.1, 0.3, 0.1), 3, 0)
    assert len(asked.fresh) == 100 - 6 - 10 - 30
    group = np.arange(100) % 20
    grouped = divide(y, group, classes, (0.1, 0.3, 0.1), 3, 0)
    assert not set(group[grouped.fresh]) & set(group[grouped.train])


@pytest.mark.parametrize("groups", (None, 20))
def test_one_pool_is_the_test_part_of_every_seed_and_the_seeds_divide_the_rest(groups):
    y, classes = np.repeat([0, 1, 2], 40), ("a", "b", "c")
    group = None if groups is None else np.random.default_rng(0).permutation(np.arange(120) % groups)
    options = {"test_fraction": 0.4, "val_fraction": 0.1, "fresh_fraction": 0.1}
    whole = [Division(pool_seed=7, **options).parts(y, group, classes, seed) for seed in range(5)]
    few = [Division(pool_seed=7, per_class=k, **options).parts(y, group, classes, 0) for k in (2, 5)]
    assert all(np.array_equal(parts.test, whole[0].test) for parts in (*whole, *few))
    assert len({parts.train.tobytes() for parts in whole}) == 5
    assert not np.array_equal(Division(pool_seed=8, **options).parts(y, group, classes, 0).test, whole[0].test)
    for parts in whole:
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(120))
        assert [round(len(part) / 120, 1) for part in parts] == [0.4, 0.1, 0.4, 0.1]
        if group is not None:
            assert sum(len(set(group[part])) for part in parts) == groups
    assert [np.bincount(y[parts.train]).tolist() for parts in few] == [[2] * 3, [5] * 3]


def test_beside_a_pool_training_is_served_before_validation_and_fresh_rows():
    y, group = np.array([0, 0, 1, 1] * 3), np.arange(12) // 4
    division = Division(pool_seed=0, test_fraction=0.3, val_fraction=0.3, fresh_fraction=0.3)
    parts = division.parts(y, group, ("a", "b"), 0)
    assert np.bincount(y[parts.train]).min() >= 2 and len(parts.test) == 4
    y = np.repeat([0, 1], 4)
    assert [len(part) for part in division.parts(y, None, ("a", "b"), 0)] == [4, 0, 2, 2]


def test_balanced_counts_fill_evenly():
    assert balanced_counts(np.array([5, 100, 100]), 65).tolist() == [5, 30, 30]
    assert balanced_counts(np.array([9, 9, 9]), 7).tolist() == [3, 2, 2]
    assert balanced_counts(np.array([2, 3]), 9).tolist() == [2, 3]


def test_scalings_undo_themselves():
    x = np.random.default_rng(0).gamma(1.0, 1e6, (20, 30))
    standard = Standard.fit(x)
    np.testing.assert_allclose(standard.undo(standard.apply(x)), x, rtol=1e-3, atol=10)
    peak = BasePeak().apply(x)
    assert peak.dtype == np.float32 and (peak.max(axis=1) == 1).all() and peak.min() >= 0
    np.testing.assert_array_equal(BasePeak().undo(peak), peak)
    np.testing.assert_array_equal(BasePeak().apply(3 * x), peak)


def test_classes_are_ordered_by_value_when_all_are_numbers():
    assert sort_classes(["10", "9", "1"]) == ("1", "9", "10")
    assert sort_classes(["b", "10", "a"]) == ("10", "a", "b")
    assert sort_classes(["nan", "2", "1"]) == ("1", "2", "nan")


def test_a_column_of_names_is_no_column_of_classes() -> None:
    names = tuple(f"P{number:03d}" for number in range(12))
    with pytest.raises(UserError, match="12 rows have 12 classes, most of them of one row, such as 'P000'.*data.label"):
        divide(np.arange(12), None, names, FRACTIONS, None, 0)
