"""Uplift class by class: F1 as scikit-learn has it, its intervals, and what is left out."""

import json

import numpy as np
import pytest
from sklearn.metrics import f1_score

from inn_experiments.contracts import Rows, Split
from inn_experiments.measures.numbers.intervals import corrected_interval, shared_test_interval
from inn_experiments.measures.utility.per_class import SHOWN, ClassScores, class_f1, class_rows, units_of
from inn_experiments.measures.utility.scores import confusion
from inn_experiments.measures.utility.utility import Utility
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex

SIZES = (60, 30, 8)


def rows(seed: int, sizes: tuple[int, ...] = SIZES, gap: float = 3.0) -> Rows:
    rng, y = np.random.default_rng(seed), np.repeat(np.arange(len(sizes)), sizes)
    return Rows((rng.normal(size=(len(y), 5)) + gap * np.eye(3, 5)[y]).astype(np.float32), y)


def split_of(gap: float = 3.0) -> Split:
    parts = [rows(seed, gap=gap) for seed in range(3)]
    return Split(*parts, None, ("a", "b", "c"), np.arange(5), "k", scaling=None, bounded=False, name="toy")


def fitted(split: Split) -> Bootstrap:
    generator = Bootstrap()
    generator.fit(split.train, split.val, seed=0)
    return generator


def scores(split: Split, **options) -> dict[str, dict]:
    measure = Utility(**{"repeats": 3, "trees": 15, "per_class": None, "protocols": ["same_rows"], **options})
    references = {"convex": Convex, "bootstrap": Bootstrap}
    table = measure.score(fitted(split), split, references, seed=0, rebuild=Bootstrap)
    json.dumps(table, allow_nan=False)
    return {row["treatment"]: row for row in table}


def test_f1_of_a_class_is_scikit_learns_and_unknown_without_its_rows():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(3, size=50), rng.integers(4, size=50)
    found = class_f1(confusion(true, predicted, 4, np.ones((1, 50))))[0]
    np.testing.assert_allclose(found[:3], f1_score(true, predicted, labels=[0, 1, 2], average=None))
    assert np.isnan(found[3])


@pytest.mark.parametrize("refit", (False, True))
def test_classes_are_told_smallest_first_and_average_to_the_macro_score(refit):
    found = scores(split_of(), refit=refit)
    for name in ("real", "synthetic", "convex"):
        told = found[name]["per_class"]
        assert [one["name"] for one in told] == ["c", "b", "a"]
        assert [one["n_train"] for one in told] == sorted(SIZES) == [one["n_test"] for one in told]
        for measure in ("f1", "difference_f1"):
            mean = np.mean([one[measure]["mean"] for one in told])
            assert mean == pytest.approx(found[name][f"{measure}_macro"]["mean"])
        assert all(one["f1"]["half_width"] is not None for one in told)
    zero = {"mean": 0.0, "half_width": 0.0}
    assert all(one["difference_f1"] == zero for one in found["real"]["per_class"])
    assert {name for name, row in found.items() if "per_class" in row} == set(SHOWN) & set(found)


def test_without_any_signal_no_class_gains():
    told = scores(split_of(gap=0.0), repeats=4)["convex"]["per_class"]
    assert all(abs(one["difference_f1"]["mean"]) <= one["difference_f1"]["half_width"] for one in told)


def test_the_intervals_are_those_of_the_macro_measures():
    rng = np.random.default_rng(1)
    found, real = (ClassScores(rng.random((4, 2)), rng.random((50, 2))) for _ in range(2))

    def interval(values, resampled, units):
        mean, half = shared_test_interval(values, resampled, units)
        return {"mean": mean, "half_width": half}

    held = {"names": ("x", "y"), "trained": np.array([9.0, 3.0]), "tested": np.array([5.0, 4.0])}
    told = class_rows(found, real, units=np.array([5, 4]), interval=interval, **held)
    assert [one["class"] for one in told] == [1, 0]
    gain = (found.values - real.values)[:, 0], (found.resampled - real.resampled)[:, 0], 5
    assert tuple(told[1]["difference_f1"].values()) == shared_test_interval(*gain)
    # A single test row cannot say how the choice of test rows would matter.
    lone = class_rows(found, real, units=np.array([5, 1]), interval=interval, **held)
    assert lone[0]["f1"]["half_width"] is None and lone[1] == told[1]


def test_a_class_without_test_rows_in_some_repeat_is_left_out():
    values = np.array([[0.5, np.nan], [0.5, 0.2]])
    one = ClassScores(values, None)

    def interval(values, resampled, units):
        return dict(zip(("mean", "half_width"), corrected_interval(values, 9, 3), strict=True))

    told = class_rows(one, one, ("x", "y"), np.ones(2), np.ones(2), np.ones(2), interval)
    assert [row["name"] for row in told] == ["x"]


def test_units_are_rows_or_the_groups_that_hold_a_class():
    plain = Rows(np.zeros((6, 1), np.float32), np.array([0, 0, 0, 0, 1, 1]))
    assert units_of(plain, 3).tolist() == [4, 2, 0]
    grouped = Rows(plain.x, plain.y, np.array([0, 0, 1, 1, 2, 2]))
    assert units_of(grouped, 3).tolist() == [2, 1, 0]
