"""Two-sample scores on distributions whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from inn_experiments.contracts import Rows, Samples, Split, Subject, UserError
from inn_experiments.measures.fidelity import Fidelity, fidelity
from inn_experiments.measures.numbers import two_samples
from inn_experiments.measures.numbers.two_samples import c2st, comparable, prdc


def normal(seed: int, count: int = 300, features: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, features)).astype(np.float32)


def rows(seed: int, count: int = 300) -> Rows:
    return Rows(normal(seed, count), np.arange(count) % 3)


def test_c2st_is_calibrated():
    same = [c2st(normal(2 * seed), normal(2 * seed + 1), seed=seed) for seed in range(3)]
    assert np.mean([found.value for found in same]) == pytest.approx(0.5, abs=0.04)
    assert all(found.low < 0.5 < found.high for found in same)
    assert c2st(normal(0) + 1.0, normal(1), seed=0).low > 0.85
    assert c2st(np.repeat(normal(0)[:3], 100, axis=0), normal(1), seed=0).value > 0.95
    correlated = normal(0)
    correlated[:, ::2] = correlated[:, 1::2]
    assert c2st(correlated, normal(1), seed=0).value > 0.6
    assert c2st(normal(0), normal(1), seed=4) == c2st(normal(0), normal(1), seed=4)


@pytest.mark.parametrize(("size", "classes", "seeds"), [(3, 4, 40), (6, 1, 60), (6, 4, 30), (20, 3, 20)])
def test_two_real_samples_of_few_rows_a_class_score_a_half(monkeypatch, size, classes, seeds):
    # Fewer trees: what is tested are the folds. Before, these sizes scored 0.25, 0.45, 0.36 and 0.45.
    monkeypatch.setattr(two_samples, "TREES", 20)
    found = []
    for seed in range(seeds):
        rng, y = np.random.default_rng(seed), np.repeat(np.arange(classes), 2 * size)
        x = 6 * np.eye(classes, 8)[y] + rng.normal(size=(len(y), 8))
        # Halves of one table, class by class.
        found.append(c2st(x[::2], x[1::2], (y[::2], y[1::2]), seed=seed))
    values = np.array([each.value for each in found])
    assert abs(values.mean() - 0.5) < 3 * values.std(ddof=1) / seeds**0.5 < 0.09
    assert np.mean([each.low <= 0.5 <= each.high for each in found]) > 0.87


def test_c2st_tells_few_rows_that_differ_and_pairs_only_rows_of_one_class():
    y = np.repeat([0, 1], 20)
    assert c2st(normal(0, 40) + 1.0, normal(1, 40), (y, y), seed=0).low > 0.5
    # Rows of classes that the other side lacks are of no use, however far they lie.
    far = np.concatenate([normal(0, 40), normal(1, 40) + 100])
    labels = np.r_[y, y + 2]
    assert c2st(far, normal(2, 40), (labels, y), seed=0).high < 0.8
    assert comparable(labels, y) and not comparable(np.array([0, 1]), np.array([1, 2, 2]))
    with pytest.raises(ValueError, match="2 pairs of rows of one class, got 1"):
        c2st(normal(0, 2), normal(1, 3), (np.array([0, 1]), np.array([1, 2, 2])), seed=0)


def test_rows_that_cannot_be_told_apart_count_half():
    assert c2st(np.ones((8, 3)), np.ones((8, 3)), seed=0).value == 0.5


def test_c2st_is_balanced_when_one_side_is_larger():
    assert c2st(normal(0, 2000), normal(1, 200), seed=0).value == pytest.approx(0.5, abs=0.1)


def test_prdc_on_a_line_by_hand():
    # k = 1: radii of the real balls 1, 1, 3, of the synthetic ones 8.5, 2, 2.
    real = np.array([[0.0], [1.0], [4.0]])
    synthetic = np.array([[-8.0], [0.5], [2.5]])
    # Distances real x synthetic: (8, .5, 2.5), (9, .5, 1.5), (12, 3.5, 1.5).
    # In real balls: -8 in none; 0.5 in those of 0 and 1; 2.5 in that of 4.
    # In synthetic balls: all three real rows (0 in that of -8, 1 and 4 in that of 2.5).
    assert prdc(real, synthetic, k=1) == pytest.approx(
        {"precision": 2 / 3, "recall": 1.0, "density": 3 / 3, "coverage": 1.0}
    )
    far = prdc(real, real + 100, k=1)
    assert far == {"precision": 0, "recall": 0, "density": 0, "coverage": 0}


def test_prdc_follows_theory_and_tells_lost_modes():
    # For identical distributions E[coverage] = 1 - (n-1)...(n-k) / ((2n-1)...(2n-k)) (Naeem et al. 2020).
    n, k = 500, 5
    expected = 1 - np.prod([(n - i) / (2 * n - i) for i in range(1, k + 1)])
    scores = prdc(normal(0, n), normal(1, n), k)
    assert scores["coverage"] == pytest.approx(expected, abs=0.03)
    assert scores["density"] == pytest.approx(1, abs=0.1)
    collapsed = prdc(normal(0), 0.05 * normal(1), k)
    assert collapsed["precision"] == 1 and collapsed["recall"] < 0.1 and collapsed["coverage"] < 0.5


def test_fidelity_of_real_rows_copies_and_broken_rows():
    train, real = rows(0), rows(1)
    fresh = fidelity(Rows(normal(2), real.y), real, train, seed=0)
    assert set(fresh) == {
        *(f"{key}{end}" for key in ("c2st", "c2st_labelled") for end in ("", "/low", "/high", "/n")),
        *("precision", "recall", "density", "coverage", "fid", "kl", "swd"),
        *("nearest_train", "nearest_train_ratio", "copies"),
    }
    assert fresh["nearest_train_ratio"] == pytest.approx(1, abs=0.1) and fresh["copies"] < 0.05
    assert fresh == fidelity(Rows(normal(2), real.y), real, train, seed=0)
    copied = fidelity(train, real, train, seed=0)
    assert fresh["swd"] < 0.3 and fidelity(Rows(normal(2) + 2, real.y), real, train, seed=0)["swd"] > 1.8
    assert copied["nearest_train"] == 0 and copied["nearest_train_ratio"] < 1e-9 and copied["copies"] == 1
    everything_equal = Rows(np.ones_like(real.x), real.y)
    constant = fidelity(everything_equal, everything_equal, everything_equal, seed=0)
    assert all(np.isfinite(value) for value in constant.values()) and constant["nearest_train_ratio"] == 1
    broken = normal(2)
    broken[7, 3] = np.nan
    with pytest.raises(UserError, match="1 of 300 rows"):
        fidelity(Rows(broken, real.y), real, train, seed=0)


def test_rows_that_stand_twice_in_a_file_do_not_hide_copies():
    train, real = rows(0), rows(1)
    repeated = Rows(np.concatenate([train.x[:30], real.x[30:]]), real.y)
    near = Rows(train.x + 0.01, train.y)
    for held_out in (real, repeated):
        assert fidelity(near, held_out, train, seed=0)["copies"] == 1
        assert fidelity(Rows(normal(2), real.y), held_out, train, seed=0)["copies"] < 0.05
    assert fidelity(repeated, real, train, seed=0)["copies"] == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("fresh", (rows(3), None))
def test_the_sanity_row_looks_perfect(fresh):
    split = Split(
        rows(0), rows(1), rows(2), fresh, ("a", "b", "c"), np.arange(8), "k", scaling=None, bounded=False, name="toy"
    )
    samples = Samples(split.test.x, split.test.y)
    subject = Subject(None, split, samples, {}, None, split.about())
    scores = {number.key: number.value for number in Fidelity()(subject, seed=0).numbers}
    assert scores["fresh/samples/c2st"] == pytest.approx(0.5, abs=0.08) and scores["fresh/samples/coverage"] > 0.9
    assert scores["test/samples/fid"] == pytest.approx(0, abs=1e-6)
    decoded = replace(subject, samples=replace(samples, latent=samples.x))
    assert Fidelity(decoded=False)(decoded, seed=0).numbers == [] != Fidelity()(decoded, seed=0).numbers


def test_a_side_with_too_few_rows_is_left_out_with_a_word_and_the_other_is_scored():
    named = {"scaling": None, "bounded": False, "name": "toy"}
    split = Split(rows(0), rows(1), rows(2, 8), None, ("a", "b", "c"), np.arange(8), "k", **named)
    subject = Subject(None, split, Samples(normal(3, 8), split.test.y), {}, None, split.about())
    with pytest.warns(UserWarning, match="fresh real rows are left out: . of them beside . test rows.*takes 5"):
        found = Fidelity()(subject, seed=0).numbers
    assert {number.key.split("/")[0] for number in found} == {"test"}
    [score] = [number for number in found if number.key == "test/samples/c2st"]
    assert 0 <= score.low < score.value < score.high <= 1
    strange = replace(split, test=rows(2), fresh=Rows(normal(4, 9), np.full(9, 3)))
    subject = replace(subject, split=strange, samples=Samples(normal(3), strange.test.y))
    with pytest.warns(UserWarning, match="fresh real rows and test rows have hardly a class in common"):
        keys = {number.key for number in Fidelity()(subject, seed=0).numbers}
    assert "fresh/samples/fid" in keys and "fresh/samples/c2st" not in keys and "test/samples/c2st" in keys
