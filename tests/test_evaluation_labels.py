"""Wrong labels and second real samples: what fidelity says of them, over all classes and class by class."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from measured import subject

from inn_experiments.contracts import Findings, Rows, Samples, Split, Subject
from inn_experiments.measures.fidelity import Fidelity
from inn_experiments.measures.numbers import beside_real, labelled, two_samples
from inn_experiments.measures.numbers.beside_real import class_by_class, excess
from inn_experiments.measures.numbers.intervals import Bounded, difference_of
from inn_experiments.measures.numbers.labelled import c2st_labelled
from inn_experiments.measures.numbers.two_samples import c2st, pair_count
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap


@pytest.fixture(autouse=True)
def few_trees(monkeypatch) -> None:
    monkeypatch.setattr(two_samples, "TREES", 12)
    monkeypatch.setattr(labelled, "TREES", 5)
    monkeypatch.setattr(beside_real, "CLASS_TREES", 10)


def clusters(seed: int, per_class: int, classes: int = 4, features: int = 8) -> Rows:
    rng, y = np.random.default_rng(seed), np.repeat(np.arange(classes), per_class)
    return Rows((3 * np.eye(classes, features)[y] + rng.normal(size=(len(y), features))).astype(np.float32), y)


def shuffled(rows: Rows, seed: int = 0) -> Rows:
    return Rows(rows.x, np.random.default_rng(seed).permutation(rows.y))


@pytest.mark.parametrize("wrong", [shuffled, lambda rows: Rows(rows.x, (rows.y + 1) % 4)])
def test_right_rows_with_wrong_labels_are_told_by_the_labelled_one_alone(wrong):
    made, real = clusters(0, 60), clusters(1, 60)
    told = wrong(made)
    # As the rows are paired class by class, half a class is another one's: each side has all rows all the same.
    assert c2st(told.x, real.x, (told.y, real.y), seed=0).low < 0.5
    assert c2st_labelled(told.x, real.x, (told.y, real.y), seed=0).low > 0.6
    assert c2st_labelled(made.x, real.x, (made.y, real.y), seed=0).low < 0.5


@pytest.mark.parametrize(("per_class", "classes", "seeds"), [(2, 6, 30), (6, 4, 15), (40, 2, 6)])
def test_two_real_samples_score_a_half_with_their_labels(per_class, classes, seeds):
    found = []
    for seed in range(seeds):
        rows = clusters(seed, 2 * per_class, classes)
        found.append(c2st_labelled(rows.x[::2], rows.x[1::2], (rows.y[::2], rows.y[1::2]), seed=seed))
    values = np.array([each.value for each in found])
    assert abs(values.mean() - 0.5) < 3 * values.std(ddof=1) / seeds**0.5 < 0.14
    assert np.mean([each.low <= 0.5 <= each.high for each in found]) > 0.8


def test_an_excess_is_about_as_many_pairs_of_either_side():
    assert difference_of(Bounded(0.7, 0.6, 0.8), Bounded(0.5, 0.4, 0.6)).low == pytest.approx(0.2 - 0.02**0.5)
    real, second, made = clusters(0, 30), clusters(1, 20), clusters(2, 90)
    found = excess(made, second, real, seed=0)
    assert found["c2st_excess/n"] == pair_count(second.y, real.y) == 80
    assert found["c2st_excess/low"] < 0 < found["c2st_excess/high"]
    moved = excess(Rows(made.x + 2, made.y), second, real, seed=0)
    assert moved["c2st_excess/low"] > 0.1 and moved["c2st_excess"] > found["c2st_excess"]


def test_classes_are_compared_at_one_number_of_pairs_and_small_ones_are_left_out():
    real, second, made = clusters(0, 40), clusters(1, 40), clusters(2, 40)
    made.x[made.y == 2] += 3
    kept = np.r_[np.flatnonzero(made.y != 1), np.flatnonzero(made.y == 1)[:25], np.flatnonzero(made.y == 3)[:0]]
    made = made.take(kept)
    real = real.take(np.r_[np.flatnonzero(real.y != 3), np.flatnonzero(real.y == 3)[:19]])
    found, short = class_by_class(made, second, real, tuple("abcd"), seed=0)
    assert short == ["d"] and list(found) == ["a", "b", "c"]
    assert {one["c2st/n"] for arms in found.values() for one in arms.values()} == {25}
    assert (
        found["c"]["test"]["c2st/low"] > 0.6 > found["c"]["fresh"]["c2st/low"] and found["a"]["test"]["c2st/low"] < 0.5
    )


def halved(per_class: int) -> Split:
    parts = [clusters(seed, per_class, 2) for seed in range(4)]
    return Split(*parts, ("a", "b"), np.arange(8), "k", scaling=None, bounded=False, name="toy")


def measured(split: Split, samples: Samples) -> Findings:
    made = Bootstrap()
    made.fit(split.train, split.about(), seed=0)
    one = subject(made, split)
    return Fidelity()(Subject(made, split, samples, one.references, None, split.about()), seed=0)


def test_fidelity_has_all_of_it_or_says_what_it_left_out():
    split = halved(25)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measured(split, Samples(split.fresh.x, split.fresh.y))
    by = {(one.key, one.of): one for one in found.numbers}
    over = by["test/samples/c2st_excess", None]
    assert (over.value, over.n) == (0.0, by["test/samples/c2st", None].n) and over.low < 0 < over.high
    assert ("fresh/samples/c2st_excess", None) not in by
    told = {key: one.n for key, one in by.items() if key[1] is not None}
    assert set(told) == {(f"{part}/samples/c2st", name) for part in ("test", "fresh") for name in split.classes}
    assert len(set(told.values())) == 1 and min(told.values()) == 25
    few = halved(15)
    with pytest.warns(UserWarning, match="2 of 2 classes have no C2ST of their own, the first is .*it takes 20"):
        found = measured(few, Samples(few.fresh.x, few.fresh.y))
    assert not [one for one in found.numbers if one.of is not None]
    assert [one for one in found.numbers if one.key == "test/samples/c2st_labelled"]
