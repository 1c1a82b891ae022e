"""How many generated rows are added: held-out rows are new to the generator, harm is refused, help is found."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from measured import subject
from measured import treatments as by_name

from inn_experiments.contracts import About, Rows, Samples, Split
from inn_experiments.measures.utility.amounts import FOLDS, candidates, folds
from inn_experiments.measures.utility.utility import Utility
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex

CLASSES = tuple("abcdef")


def rows(seed: int, each: int, groups: int | None = None) -> Rows:
    rng, y = np.random.default_rng(seed), np.repeat(np.arange(6), each)
    x = rng.normal(size=(len(y), 12)) + 2 * np.eye(6, 12)[y]
    return Rows(x.astype(np.float32), y, None if groups is None else np.arange(len(y)) % groups)


class Oracle(Bootstrap):
    """Draws from the classes' true law, shifted by `shift` classes: help, or harm."""

    shift = 0
    seen: ClassVar[list[Rows]] = []

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        Oracle.seen.append(train)
        super().fit(train, about, seed=seed)

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        labels = np.asarray(labels)
        x = np.random.default_rng(seed).normal(size=(len(labels), 12)) + 2 * np.eye(6, 12)[(labels + self.shift) % 6]
        return Samples(x.astype(np.float32), labels)


class Harm(Oracle):
    shift = 1


def split_of(each: int, groups: int | None = None) -> Split:
    train, test = rows(0, each, groups), rows(1, 20)
    return Split(train, test, test, None, CLASSES, np.arange(12), "k", scaling=None, bounded=False, name="toy")


def measured(kind: type, each: int = 4, **options: object):
    split, generator = split_of(each), kind()
    generator.fit(split.train, split.about(), seed=0)
    utility = Utility(repeats=1, trees=30, per_class=20, protocols=["same_rows"], amount="auto", **options)
    return utility(subject(generator, split, kind), seed=0)


def chosen(found) -> float:
    return next(number.value for number in found.numbers if number.key == "amount/chosen")


def test_rows_that_help_are_added_and_the_gains_are_told():
    found = measured(Oracle, each=8)
    assert chosen(found) in (20, 60)
    tried = {number.of: number for number in found.numbers if number.key == "amount/gain"}
    assert list(tried) == ["8 rows a class", "20 rows a class", "60 rows a class"]
    best = tried[f"{chosen(found):.0f} rows a class"]
    assert best.value > best.half > 0
    table = by_name(found, "same_rows")
    assert table["synthetic"]["n_train"].value == 6 * (8 + chosen(found))
    # What it is compared with stays at the number that was asked for.
    assert table["convex"]["n_train"].value == 6 * 28 and table["synthetic_only"]["n_train"].value == 6 * 20


def test_rows_that_harm_are_left_out_so_that_nothing_is_lost():
    found = measured(Harm)
    assert chosen(found) == 0
    table = by_name(found, "same_rows")
    assert table["synthetic"]["n_train"].value == table["real"]["n_train"].value
    assert table["synthetic"]["difference_f1_macro"].value == 0.0
    assert table["synthetic_only"]["n_train"].value == 6 * 20


def test_with_two_rows_a_class_some_classes_keep_both_and_held_out_rows_are_never_fitted():
    Oracle.seen = []
    found = measured(Oracle, each=2)
    assert len(Oracle.seen) == 1 + FOLDS and chosen(found) > 0
    for inner in Oracle.seen[1:]:
        counts = np.bincount(inner.y)
        assert set(counts) == {1, 2} and len(inner) < 12


@pytest.mark.parametrize(("kind", "each", "words"), [(Convex, 2, "has 1 training row"), (Oracle, 1, "no class has")])
def test_what_cannot_be_judged_is_not_added_and_said(kind, each, words):
    with pytest.warns(UserWarning, match=f"amount=auto: no generated rows are added.*{words}"):
        found = measured(kind, each)
    assert chosen(found) == 0


def test_folds_hold_out_whole_groups_and_every_scored_class_has_rows_left():
    train = rows(0, 6, groups=9)
    parts = list(folds(train, 0))
    assert len(parts) == FOLDS
    for inner, held in parts:
        assert not set(inner.group) & set(held.group) and set(held.y) <= set(inner.y)
    plain = list(folds(replace(train, group=None), 0))
    assert sum(len(held) for _, held in plain) == len(train)


def test_the_numbers_tried_follow_the_one_that_was_asked_for():
    assert candidates(rows(0, 5), 20) == [5, 20, 60] and candidates(rows(0, 5), None) == [5, 15]
    assert candidates(rows(0, 20), 20) == [20, 60]


def test_refit_chooses_anew_in_every_repeat():
    split, generator = split_of(4), Oracle()
    generator.fit(split.train, split.about(), seed=0)
    Oracle.seen = []
    utility = Utility(repeats=2, trees=5, per_class=5, protocols=["same_rows"], amount="auto", refit=True)
    utility(subject(generator, split, Oracle), seed=0)
    assert len(Oracle.seen) == 2 * (1 + FOLDS)
