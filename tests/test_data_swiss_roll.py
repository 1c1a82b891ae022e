"""The Swiss roll: parts of any size, and the distance to the spiral against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from inn_experiments.data.toys import swiss_roll
from inn_experiments.data.toys.swiss_roll import END, START, SwissRoll, arc_length, project, spiral_points

LENGTH = arc_length(END) - arc_length(START)


def frame(t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of the spiral at the angles `t`, unit tangents and unit normals there."""
    point = np.stack([t * np.cos(t), t * np.sin(t)], axis=1)
    tangent = np.stack([np.cos(t) - t * np.sin(t), np.sin(t) + t * np.cos(t)], axis=1)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    return point, tangent, np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)


@pytest.mark.parametrize("offset", [0.0, 0.3, -0.3, 2.0, -2.0])
def test_a_step_along_the_normal_is_the_distance_and_leaves_the_place(offset):
    t = np.linspace(START + 0.01, END - 0.01, 777)
    point, _, normal = frame(t)
    distance, place = project(point + offset * normal)
    np.testing.assert_allclose(distance, abs(offset), atol=1e-9)
    np.testing.assert_allclose(place, (arc_length(t) - arc_length(START)) / LENGTH, atol=1e-8)


def test_beyond_an_end_the_end_is_nearest():
    point, tangent, _ = frame(np.array([START, END]))
    distance, place = project(point + 0.5 * tangent * np.array([[-1.0], [1.0]]))
    np.testing.assert_allclose(distance, 0.5, atol=1e-12)
    np.testing.assert_allclose(place, [0.0, 1.0], atol=1e-12)


def test_no_point_of_a_fine_curve_is_nearer(monkeypatch):
    monkeypatch.setattr(swiss_roll, "BLOCK", 64)
    points = np.random.default_rng(0).uniform(-16, 16, (200, 2))
    curve = frame(np.linspace(START, END, 40001))[0]
    least = np.array([np.linalg.norm(curve - point, axis=1).min() for point in points])
    distance, _ = project(points)
    assert np.all(distance <= least + 1e-12)
    np.testing.assert_allclose(distance, least, atol=1e-4)


def test_the_arc_length_is_the_integral_of_the_speed():
    t = np.linspace(0.0, 5.0, 200001)
    speed = np.sqrt(1 + t**2)
    integral = np.sum((speed[1:] + speed[:-1]) / 2 * np.diff(t))
    np.testing.assert_allclose(arc_length(5.0), integral, rtol=1e-9)


def test_noise_free_points_lie_on_the_spiral_and_fill_it():
    distance, place = project(spiral_points(5000, 0.0, 1))
    assert distance.max() < 1e-9
    assert np.histogram(place, 20, (0, 1))[0].min() > 0


def test_parts_have_their_sizes_and_noise_and_come_from_the_seed(tmp_path):
    data = SwissRoll(rows=4000, val_rows=0, test_rows=300, fresh_rows=0, noise=0.1)
    one, same, other = (data.load(seed=seed, cache=tmp_path) for seed in (0, 0, 1))
    assert (len(one.train), len(one.val), len(one.test), one.fresh) == (4000, 0, 300, None)
    assert one.classes == ("swiss_roll",) and one.features == 2 and not one.bounded and one.smiles is None
    np.testing.assert_array_equal(one.train.x, same.train.x)
    assert not np.array_equal(one.train.x, other.train.x)
    assert one.train.x.dtype == np.float32 and set(one.train.y) == {0}
    np.testing.assert_allclose([one.train.x.mean(), one.train.x.std()], [0, 1], atol=1e-5)
    distance, _ = project(one.scaling.undo(one.train.x))
    # The distance of a noisy point is the part of its noise across the spiral: a half-normal draw.
    np.testing.assert_allclose(np.sqrt(np.mean(distance**2)), 0.1, rtol=0.05)
    assert not list(tmp_path.iterdir())


def test_other_shapes_are_refused_and_none_is_an_answer():
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        project(np.zeros((3, 3)))
    assert project(np.zeros((0, 2)))[0].shape == (0,)
