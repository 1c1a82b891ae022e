"""Rows that settings are chosen on: cut out of the training rows, and of no row that is tested in the end."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from inn_experiments.configuration import compose as config
from inn_experiments.contracts import InnerSource, UserError
from inn_experiments.data.division import Division
from inn_experiments.data.source import ArrayRows
from inn_experiments.running.beginning import begin, divided

Y = np.repeat(np.arange(3), 12)
GROUP = np.tile(np.repeat(np.arange(6), 2), 3)


def raw(x: np.ndarray, group: np.ndarray | None = None) -> ArrayRows:
    return ArrayRows(x=x, y=Y, classes=("a", "b", "c"), name="numbered", group=group)


def numbers(part, scaling) -> set[int]:
    """Which rows of `numbered` these are."""
    return set(np.rint(scaling.undo(part.x)[:, 0]).astype(int).tolist())


@pytest.mark.parametrize("group", [None, GROUP])
def test_all_inner_rows_are_training_rows_and_every_division_is_another(group) -> None:
    x = np.column_stack([np.arange(len(Y)), np.random.default_rng(0).random(len(Y))]).astype(np.float64)
    division = Division(test_fraction=0.3, val_fraction=0.1, fresh_fraction=0.1, pool_seed=4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        outer = raw(x, group).divided(division, seed=7)
        found = [raw(x, group).within(division, seed=7, child=child) for child in range(4)]
    train = numbers(outer.train, outer.scaling)
    for split in found:
        parts = [numbers(part, split.scaling) for part in (split.train, split.val, split.test)]
        assert set.union(*parts) == train and sum(map(len, parts)) == len(train)
        assert split.fresh is None and set(split.train.y) == set(split.test.y) == {0, 1, 2}
        if group is not None:
            assert not set(GROUP[list(parts[0])]) & set(GROUP[list(parts[2])])
    assert len({frozenset(numbers(split.test, split.scaling)) for split in found}) > 1


def test_nothing_of_an_inner_division_depends_on_the_other_rows() -> None:
    rng, division = np.random.default_rng(1), Division(pool_seed=0)
    x = rng.random((len(Y), 4))
    parts = division.parts(Y, None, ("a", "b", "c"), 3)
    other = x.copy()
    away = np.concatenate([parts.test, parts.val])
    other[away] = 1e6 * rng.random((len(away), 4))
    first, second = (raw(each).within(division, seed=3, child=0) for each in (x, other))
    for one, two in zip((first.train, first.val, first.test), (second.train, second.val, second.test), strict=True):
        assert np.array_equal(one.x, two.x) and np.array_equal(one.y, two.y)
    assert first.scaling.describe() == second.scaling.describe()
    assert raw(x).divided(division, seed=3).test_rows != first.test_rows


def test_test_rows_of_one_pool_are_in_no_inner_part_of_any_seed() -> None:
    x = np.column_stack([np.arange(len(Y)), np.zeros(len(Y))]).astype(np.float64)
    division = Division(pool_seed=0)
    tested = {number for seed in range(3) for number in division.parts(Y, None, ("a", "b", "c"), seed).test}
    for seed in range(3):
        split = raw(x).within(division, seed=seed, child=seed)
        seen = (
            numbers(split.train, split.scaling) | numbers(split.val, split.scaling) | numbers(split.test, split.scaling)
        )
        assert not seen & tested


def test_a_cell_says_that_it_is_scored_inside_and_is_no_ordinary_cell(tmp_path: Path) -> None:
    given = ("data=coffee", "generator=convex", "utility=none", f"paths.outputs={tmp_path}")
    outer, inner = config.compose(*given), config.compose(*given, "inner=1")
    assert inner.axes == {**outer.axes, "inner": 1} and inner.name == "coffee-convex-inner1"
    assert inner.fingerprint != outer.fingerprint and "inner" not in outer.axes
    begun = begin(inner)
    assert begun.report.split["inner"] == 1 and begun.whole is None
    assert any("inner=1: all scores are of a part of the training rows" in one for one in begun.report.warnings)
    assert len(begun.split.train) + len(begun.split.val) + len(begun.split.test) == 36
    assert not config.compose(*given, "inner=0", "final_fit=true").final_fit


def test_mnist1d_is_divided_inside_its_training_rows_and_toys_are_refused(tmp_path: Path) -> None:
    small = ("data=mnist1d", "data.rows=100", "data.val_rows=20", "data.fresh_rows=0", f"paths.outputs={tmp_path}")
    cell = config.compose(*small, "generator=convex", "utility=none", "inner=0")
    split = divided(cell, cell.source())
    assert isinstance(cell.source(), InnerSource)
    assert len(split.train) + len(split.val) + len(split.test) == 100 and set(split.test.y) == set(range(10))
    cell = config.compose("data=swiss_roll", "generator=convex", "utility=none", "inner=0")
    with pytest.raises(UserError, match="data=swiss_roll draws its rows"):
        divided(cell, cell.source())


def test_a_class_too_small_to_be_divided_twice_is_named() -> None:
    y = np.array([0] * 12 + [1] * 3)
    rows = ArrayRows(x=np.random.default_rng(0).random((15, 3)), y=y, classes=("many", "few"), name="small")
    with pytest.raises(UserError, match=r"inner: the \d+ training rows cannot be divided once more: class 'few' has 2"):
        rows.within(Division(val_fraction=0.0), seed=0, child=0)
