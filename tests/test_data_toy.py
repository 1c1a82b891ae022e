"""Toy data: parts, classes and places on what the points scatter about."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from inn_experiments.data.toys.checker import PATTERNS, Checker
from inn_experiments.data.toys.swiss_roll import SwissRoll
from inn_experiments.data.toys.two_clusters import Centres, TwoClusters

SIZES = {"rows": 4000, "val_rows": 100, "test_rows": 301, "fresh_rows": 200}
TOYS = [SwissRoll, TwoClusters, Checker]


@pytest.fixture(params=TOYS, ids=lambda toy: toy.__name__)
def toy(request):
    return request.param


def test_parts_have_their_sizes_share_no_row_and_come_from_the_seed(toy, tmp_path):
    one, same, other = (toy(**SIZES).load(seed=seed, cache=tmp_path) for seed in (0, 0, 1))
    parts = [one.train, one.val, one.test, one.fresh]
    assert [len(part) for part in parts] == list(SIZES.values())
    for first, second in combinations(parts, 2):
        assert not {row.tobytes() for row in first.x} & {row.tobytes() for row in second.x}
    np.testing.assert_array_equal(one.train.x, same.train.x)
    assert not np.array_equal(one.train.x, other.train.x)
    np.testing.assert_allclose([one.train.x.mean(), one.train.x.std()], [0, 1], atol=1e-5)
    assert one.train.x.dtype == np.float32 and one.shape is None and not one.bounded
    assert one.axis.shape == (one.features,) and not list(tmp_path.iterdir())


def test_no_part_but_training_decides_the_scaling(toy, tmp_path):
    few = toy(rows=100, val_rows=0, test_rows=10, fresh_rows=0).load(seed=0, cache=tmp_path)
    many = toy(rows=100, val_rows=50, test_rows=500, fresh_rows=70).load(seed=0, cache=tmp_path)
    assert few.fresh is None and len(few.val) == 0
    np.testing.assert_array_equal(few.train.x, many.train.x)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_clusters_are_halves_with_the_middle_halfway(seed, tmp_path):
    data = TwoClusters(**SIZES)
    split = data.load(seed=seed, cache=tmp_path)
    raw = split.scaling.undo(split.train.x)
    distance, place = split.manifold.project(raw)
    assert np.bincount(place.astype(int)).tolist() == [2000, 2000]
    # The middle of the rows' own units, in the file's: the error of a mean of 8,000 draws with deviation 0.5.
    assert abs(split.scaling.mean) < 5 * 0.5 / 8000**0.5
    ends = np.linalg.norm(split.scaling.undo(np.zeros((1, 2))) - split.manifold.points, axis=1)
    assert abs(ends[0] - ends[1]) < 4 * abs(split.scaling.mean) + 1e-9
    for number, centre in enumerate(split.manifold.points):
        np.testing.assert_allclose(raw[place == number].mean(0), centre, atol=5 * 0.5 / 2000**0.5)
    # The mean square distance of a point of the plane to its own centre is twice the variance.
    np.testing.assert_allclose(np.mean(distance**2), 2 * 0.5**2, rtol=0.1)


def test_the_place_among_centres_is_the_nearer_one():
    manifold = Centres(np.array([[-1.0, -1.0], [1.0, 1.0]]), 0.5)
    distance, place = manifold.project(np.array([[-1.0, -1.0], [1.0, 2.0], [0.1, 0.0], [-3.0, 2.0]]))
    np.testing.assert_array_equal(place, [0, 1, 1, 0])
    np.testing.assert_allclose(distance, [0, 1, np.hypot(0.9, 1), np.hypot(2, 3)])
    assert 0 < manifold.near < 1 and manifold.project(np.zeros((0, 2)))[0].shape == (0,)
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        manifold.project(np.zeros((3, 3)))


def test_the_roll_is_the_manifold_of_its_own_points(tmp_path):
    split = SwissRoll(**SIZES, noise=0.0).load(seed=0, cache=tmp_path)
    distance, place = split.manifold.project(split.scaling.undo(split.test.x))
    # Rows are float32, of a size of about 10.
    assert distance.max() < 1e-5
    # Uniform in the angle, which is nearly so in the length: no place is so wide as to hold them all.
    assert np.mean(np.abs(place[:, None] - place) < split.manifold.near) < 0.15
    assert place.min() >= 0 and place.max() <= 1


def test_the_checker_scatters_about_its_two_patterns(tmp_path):
    split = Checker(**SIZES, noise=10.0).load(seed=0, cache=tmp_path)
    raw = split.scaling.undo(split.train.x)
    assert split.classes == ("checker", "inverse") and split.manifold is None
    assert np.bincount(split.train.y).tolist() == [2000, 2000]
    for label, pattern in enumerate(PATTERNS):
        mine = raw[split.train.y == label]
        np.testing.assert_allclose(mine.mean(0), pattern, atol=5 * 10 / 2000**0.5)
        np.testing.assert_allclose(mine.std(0), 10, rtol=0.1)
    np.testing.assert_array_equal(PATTERNS.sum(0), 250)


def test_grey_values_end_at_black_and_white(tmp_path):
    split = Checker(**SIZES, noise=100.0).load(seed=0, cache=tmp_path)
    raw = split.scaling.undo(split.train.x)
    np.testing.assert_allclose([raw.min(), raw.max()], [0, 255], atol=1e-3)
