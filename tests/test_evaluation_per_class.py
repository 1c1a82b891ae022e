"""Uplift class by class: F1 as scikit-learn has it, its intervals, and what is left out."""

import numpy as np
import pytest
from measured import subject, treatments
from sklearn.metrics import f1_score

from inn_experiments.contracts import Rows, Split
from inn_experiments.measures.numbers.intervals import score_interval
from inn_experiments.measures.utility.scores import (
    CLASSWISE,
    Held,
    Scores,
    class_numbers,
    confusion,
    measures,
    units_of,
)
from inn_experiments.measures.utility.utility import Utility
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap

SIZES = (60, 30, 8)


def rows(seed: int, sizes: tuple[int, ...] = SIZES, gap: float = 3.0) -> Rows:
    rng, y = np.random.default_rng(seed), np.repeat(np.arange(len(sizes)), sizes)
    return Rows((rng.normal(size=(len(y), 5)) + gap * np.eye(3, 5)[y]).astype(np.float32), y)


def split_of(gap: float = 3.0) -> Split:
    parts = [rows(seed, gap=gap) for seed in range(3)]
    return Split(*parts, None, ("a", "b", "c"), np.arange(5), "k", scaling=None, bounded=False, name="toy")


def fitted(split: Split) -> Bootstrap:
    generator = Bootstrap()
    generator.fit(split.train, split.about(), seed=0)
    return generator


def scores(split: Split, **options) -> tuple[dict[str, dict], dict[str, dict]]:
    """Treatment -> measure -> number, over all classes; and class -> the same of each, in the order of the report."""
    measure = Utility(**{"repeats": 3, "trees": 15, "per_class": None, "protocols": ["same_rows"], **options})
    found = measure(subject(fitted(split), split, Bootstrap), seed=0)
    assert all(np.isfinite(number.value) for number in found.numbers)
    classes = dict.fromkeys(number.of for number in found.numbers if number.of)
    return treatments(found, "same_rows"), {name: treatments(found, "same_rows", name) for name in classes}


def test_f1_of_a_class_is_scikit_learns_and_unknown_without_its_rows():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(3, size=50), rng.integers(4, size=50)
    found = measures(confusion(true, predicted, 4, np.ones((1, 50))))["f1"][0]
    np.testing.assert_allclose(found[:3], f1_score(true, predicted, labels=[0, 1, 2], average=None))
    assert np.isnan(found[3])


@pytest.mark.parametrize("refit", (False, True))
def test_classes_are_told_smallest_first_and_average_to_the_macro_score(refit):
    found, classes = scores(split_of(), refit=refit)
    assert list(classes) == ["c", "b", "a"]
    for name in ("real", "synthetic", "convex"):
        told = [one[name] for one in classes.values()]
        assert [one["n_train"].value for one in told] == sorted(SIZES) == [one["n_test"].value for one in told]
        for measure in ("f1", "difference_f1"):
            mean = np.mean([one[measure].value for one in told])
            assert mean == pytest.approx(found[name][f"{measure}_macro"].value)
        assert all(one["f1"].half is not None or 0 <= one["f1"].low < one["f1"].high <= 1 for one in told)
    zero = [one["real"]["difference_f1"] for one in classes.values()]
    assert all((number.value, number.half) == (0.0, 0.0) for number in zero)
    assert all(set(one) == set(CLASSWISE) & set(found) for one in classes.values())


def test_without_any_signal_no_class_gains():
    _, classes = scores(split_of(gap=0.0), repeats=4)
    gains = [one["convex"]["difference_f1"] for one in classes.values()]
    assert len(gains) == 3 and all(number.half is None or abs(number.value) <= number.half for number in gains)


def test_the_intervals_are_those_of_the_macro_measures():
    rng = np.random.default_rng(1)
    found, real = (Scores(0.4 + 0.2 * rng.random((4, 2)), 0.4 + 0.2 * rng.random((50, 2))) for _ in range(2))
    by_class = {"f1": found, "difference_f1": found - real}
    held = ("p", by_class, ("x", "y"), np.array([9.0, 3.0]), np.array([5.0, 4.0]))
    told = list(class_numbers(*held, Held(np.array([5, 4]), 5, None, False)))
    assert [number.of for number in told] == [*"yyyy", *"xxxx"] and told[7].key == "p/difference_f1"
    gain = (found.values - real.values)[:, 0], (found.resampled - real.resampled)[:, 0], 5
    assert (told[7].value, told[7].half) == score_interval(*gain, trials=5, signed=True)[:2] and told[7].half
    # A single test row cannot say how the choice of test rows would matter.
    lone = list(class_numbers(*held, Held(np.array([5, 1]), 3, None, False)))
    assert lone[2].key == "p/f1" and lone[2].half is lone[2].low is None and lone[4:] == told[4:]


def test_a_macro_score_is_as_uncertain_as_its_smallest_class():
    one = Scores(np.ones(3), np.ones(50))
    found = [Held(np.array(units), 50, None, False).interval("f1_macro", one) for units in ((50, 50), (99, 1))]
    assert 1 - found[1].low > 10 * (1 - found[0].low) > 0
    assert Held(np.array([99, 1]), 50, None, False).interval("accuracy", one) == pytest.approx(found[0], nan_ok=True)


def test_a_class_without_test_rows_in_some_repeat_is_left_out():
    one = Scores(np.array([[0.5, np.nan], [0.5, 0.2]]), np.full((9, 2), 0.5))
    told = class_numbers("p", {"f1": one}, ("x", "y"), np.ones(2), np.ones(2), Held(np.ones(2), 1, None, False))
    assert {number.of for number in told} == {"x"}


def test_units_are_rows_or_the_groups_that_hold_a_class():
    plain = Rows(np.zeros((6, 1), np.float32), np.array([0, 0, 0, 0, 1, 1]))
    assert units_of(plain, 3).tolist() == [4, 2, 0]
    grouped = Rows(plain.x, plain.y, np.array([0, 0, 1, 1, 2, 2]))
    assert units_of(grouped, 3).tolist() == [2, 1, 0]
