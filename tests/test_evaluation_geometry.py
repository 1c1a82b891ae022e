"""The geometry of a class: closed forms, a perfect generator, and a blob with the moments alone."""

from __future__ import annotations

import json

import numpy as np
import pytest

from inn_experiments.contracts import Rows, UserError
from inn_experiments.measures.geometry import ARMS, Geometry, over_classes
from inn_experiments.measures.numbers.moments import gaussian_rows, moments
from inn_experiments.measures.numbers.two_samples import along, sliced_wasserstein

CLASSES = ("ring", "tendril")


def tendrils(seed: int, per_class: int = 300, features: int = 6) -> Rows:
    """Two curves with a little noise: an arc of a circle, and a parabola that thins out."""
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], per_class)
    u = rng.uniform(0, 1, len(y))
    x = 0.02 * rng.standard_normal((len(y), features))
    x[:, 0] += np.where(y == 0, np.cos(5 * u), 3 * u**2)
    x[:, 1] += np.where(y == 0, np.sin(5 * u), 4 * u * (1 - u))
    return Rows(x.astype(np.float32), y)


def blob(real: Rows, seed: int) -> Rows:
    """A Gaussian with the moments of each class of `real`."""
    parts = [gaussian_rows(real.x[real.y == c], int(np.sum(real.y == c)), seed=seed) for c in (0, 1)]
    return Rows(np.concatenate(parts).astype(np.float32), np.sort(real.y))


def arms_of(row: dict) -> dict[str, dict]:
    """Arm -> moment or score -> value, of one class."""
    return {arm: {key.removeprefix(f"{arm}/"): row[key] for key in row if key.startswith(f"{arm}/")} for arm in ARMS}


def metrics(scored: dict[str, dict]) -> dict[str, float]:
    """Key -> value of the numbers over classes."""
    return {number.key: number.value for number in over_classes(scored)}


@pytest.fixture(scope="module")
def scored() -> dict[str, dict]:
    return Geometry(300).score(tendrils(0), tendrils(1), tendrils(2), tendrils(3, 1000), CLASSES, seed=0)


def test_moments_are_those_of_all_values_and_shares_those_of_the_components():
    rng = np.random.default_rng(0)
    x = 3.0 + rng.standard_normal((20000, 3)) * np.array([3.0, 2.0, 1.0])
    found = moments(x)
    assert found["mean"] == pytest.approx(x.mean()) and found["std"] == pytest.approx(x.std())
    assert found["pc1"] == pytest.approx(9 / 14, abs=0.01) and found["pc2"] == pytest.approx(4 / 14, abs=0.01)
    line = np.outer(np.arange(5.0), [1.0, 2.0])
    assert moments(line)["pc1"] == pytest.approx(1) and moments(line)["pc2"] == pytest.approx(0, abs=1e-12)
    assert moments(np.full((5, 3), 0.1)) == pytest.approx(
        {"mean": 0.1, "std": 0, "spread": 0, "pc1": 0, "pc2": 0}, abs=1e-12
    )
    assert moments(np.arange(4.0)[:, None])["pc2"] == 0


def test_sliced_wasserstein_of_shifts_and_scales_has_a_closed_form():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((400, 5))
    assert sliced_wasserstein(a, rng.permutation(a), seed=0) == pytest.approx(0, abs=1e-12)
    # A shift s moves every projection by s.l: the mean square over the unit sphere is |s|^2 / d.
    shifted = [sliced_wasserstein(a, a + 0.7, seed=seed, directions=2000) for seed in range(3)]
    assert np.mean(shifted) == pytest.approx(0.7, rel=0.03)
    # Sorted projections of c a are c times those of a: the mean square is (c - 1)^2 |a|^2 / d per row.
    scaled = sliced_wasserstein(a, 3 * a, seed=0, directions=2000)
    assert scaled == pytest.approx(2 * np.sqrt(np.mean(a**2)), rel=0.03)
    with pytest.raises(ValueError, match="one shape"):
        sliced_wasserstein(a, a[:10], seed=0)


def test_along_counts_the_mass_that_is_in_the_wrong_place():
    real = np.stack([np.linspace(0, 1, 400), np.zeros(400)], axis=1)
    assert along(real, real) == pytest.approx(0, abs=1e-12)
    assert along(real, real[:200]) == pytest.approx(0.5, abs=0.01)
    assert along(real, np.full((50, 2), [0.5, 9.0])) == pytest.approx(0.95, abs=0.01)
    assert along(real[:7], real[:7]) == pytest.approx(0, abs=1e-12)


def test_gaussian_rows_have_the_mean_and_covariance_with_many_and_with_few_rows():
    rng = np.random.default_rng(0)
    train = rng.standard_normal((2000, 3)) @ np.array([[2.0, 1, 0], [0, 1, 0], [0, 0, 0.1]]) + 5
    drawn = gaussian_rows(train, 200000, seed=1)
    assert np.allclose(drawn.mean(axis=0), train.mean(axis=0), atol=0.02)
    assert np.allclose(np.cov(drawn.T), np.cov(train.T), atol=0.05)
    few = rng.standard_normal((20, 50))
    # Shrinkage towards a multiple of the identity keeps the trace.
    assert gaussian_rows(few, 20000, seed=1).var(axis=0).sum() == pytest.approx(few.var(axis=0).sum(), rel=0.02)
    assert np.array_equal(gaussian_rows(few, 9, seed=1), gaussian_rows(few, 9, seed=1))


def test_a_second_real_sample_is_what_a_perfect_generator_gets(scored):
    assert list(scored) == list(CLASSES) and {row["n"] for row in scored.values()} == {300}
    for row in scored.values():
        generated, second = arms_of(row)["generated"], arms_of(row)["second"]
        for arm in (generated, second):
            assert arm["c2st"] == pytest.approx(0.5, abs=0.08)
            assert arm["mean_error"] < 0.15 and arm["std_error"] < 0.1 and arm["swd"] < 0.35
        assert generated["coverage_ratio"] == pytest.approx(1, abs=0.06)
        assert generated["distance_ratio"] == pytest.approx(1, abs=0.15)
        assert second["distance_ratio"] == 1 and second["coverage_ratio"] == 1
        assert row["generated/pc1"] == pytest.approx(row["real/pc1"], abs=0.05)


def test_a_blob_with_the_right_moments_is_told_by_the_structure_alone(scored):
    real = tendrils(0)
    collapsed = Geometry(300).score(real, blob(real, 7), tendrils(2), tendrils(3, 1000), CLASSES, seed=0)
    for row in (*collapsed.values(), *scored.values()):
        control = arms_of(row)["gaussian"]
        arms = (arms_of(row)["generated"], control) if row in collapsed.values() else (control,)
        for arm in arms:
            assert arm["mean_error"] < 0.15 and arm["std_error"] < 0.1 and arm["pc1_error"] < 0.06
            assert arm["c2st"] > row["second/c2st"] + 0.15
            assert arm["coverage_ratio"] < 0.7 and arm["distance_ratio"] > 2
    means = metrics(scored)
    assert means["test/geometry/gaussian/along"] > 2 * means["test/geometry/generated/along"]


def test_copies_shifts_and_lost_tails_are_told_by_the_score_made_for_them():
    real, train = tendrils(0), tendrils(3)
    copies = Geometry(200).score(real, train, tendrils(2), train, CLASSES, seed=0)
    assert all(row["generated/distance_ratio"] < 0.01 for row in copies.values())
    shifted = Geometry(200).score(real, Rows(tendrils(1).x + 1, real.y), tendrils(2), train, CLASSES, seed=0)
    for row in shifted.values():
        assert row["generated/mean_error"] == pytest.approx(1 / row["real/std"], rel=0.1)
        assert row["generated/swd"] == pytest.approx(1 / row["real/spread"], rel=0.35)
    tail = tendrils(1, 900)
    short = tail.take((tail.y == 0) | (tail.x[:, 0] < 0.75))
    lost = arms_of(Geometry(200).score(real, short, tendrils(2), train, CLASSES, seed=0)["tendril"])["generated"]
    assert lost["along"] == pytest.approx(0.5, abs=0.12) and lost["coverage"] < 0.65 and lost["precision"] > 0.9


def test_the_same_seed_gives_the_same_finite_json():
    first, again, other = (
        json.dumps(
            Geometry(60).score(tendrils(0), tendrils(1), tendrils(2), tendrils(3), CLASSES, seed=seed), allow_nan=False
        )
        for seed in (0, 0, 1)
    )
    assert first == again != other
    constant = Rows(np.ones((20, 3), np.float32), np.zeros(20, np.int64))
    flat = Geometry(10).score(constant, constant, constant, constant, ("flat",), seed=0)
    assert all(np.isfinite(value) for value in metrics(flat).values())
    assert flat["flat"]["generated/distance_ratio"] == 1


def test_metrics_are_means_and_worst_classes(scored):
    found = metrics(scored)
    values = [arms_of(row)["generated"] for row in scored.values()]
    assert found["test/geometry/generated/c2st"] == pytest.approx(np.mean([value["c2st"] for value in values]))
    assert found["test/geometry/generated/c2st_worst"] == max(value["c2st"] for value in values)
    assert found["test/geometry/generated/coverage_worst"] == min(value["coverage"] for value in values)
    assert found["test/geometry/second/distance_ratio_worst"] == 1
    [mean] = [number for number in over_classes(scored) if number.key == "test/geometry/generated/c2st"]
    assert mean.value - mean.low < max(value["c2st"] - value["c2st/low"] for value in values) and mean.high <= 1
    assert {key.split("/")[2] for key in found} == {"generated", "second", "gaussian"} and metrics({}) == {}


def test_classes_without_enough_rows_are_left_out_by_name_and_broken_rows_refused():
    real, few = tendrils(0), tendrils(1)
    few = few.take((few.y == 0) | (np.arange(len(few)) < 304))
    with pytest.warns(UserWarning, match="1 of 2 classes.*tendril"):
        found = Geometry(50).score(real, few, tendrils(2), tendrils(3), CLASSES, seed=0)
    assert list(found) == ["ring"] and found["ring"]["n"] == 50
    broken = tendrils(1)
    broken.x[310, 2] = np.nan
    with pytest.raises(UserError, match="1 of 600 rows.*'tendril'"):
        Geometry(50).score(real, broken, tendrils(2), tendrils(3), CLASSES, seed=0)
    with pytest.raises(UserError, match="geometry.rows is 0; it must be 5 or more"):
        Geometry(0)


def test_the_judge_tells_a_blob_and_not_a_second_sample():
    real = tendrils(0)
    found = Geometry(300).judge(real, blob(real, 7), tendrils(2), CLASSES, seed=0)
    assert set(found) == set(CLASSES)
    for values in found.values():
        assert values["generated/judge"] > values["second/judge"] + 0.15
        assert values["second/judge"] == pytest.approx(0.5, abs=0.08)


def test_the_gaussian_control_is_perfect_where_the_class_is_gaussian():
    parts = []
    for seed in range(4):
        x = np.random.default_rng(seed).standard_normal((300, 4)).astype(np.float32) * np.array([3, 2, 1, 1])
        parts.append(Rows(x.astype(np.float32), np.zeros(300, np.int64)))
    control = arms_of(Geometry(300).score(*parts, ("blob",), seed=0)["blob"])["gaussian"]
    assert control["c2st"] == pytest.approx(0.5, abs=0.08) and control["coverage_ratio"] > 0.9
