"""A recommendation: what the choice may see, who may lead, and that nothing is found where there is nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from recommend_examples import CHEAP, Oracle, clusters, quick, raw_rows

from inn_experiments.contracts import UserError
from inn_experiments.recommending.division import LEAST_OUTER, bounded, in_turn, outer, usual_times
from inn_experiments.recommending.gains import Judge
from inn_experiments.recommending.nested import chosen_on, nested
from inn_experiments.recommending.settings import Candidate
from inn_experiments.recommending.summary import lines, unseen
from inn_experiments.recommending.verdict import verdict


def recommended(raw, candidates, settings):
    index = np.arange(len(raw.y))
    parts = nested(raw, index, candidates, settings, lambda done, count, part: None)
    judge = Judge(raw.y, raw.group, index, settings.seed)
    found = lines(parts, judge, len(index))
    score = unseen(parts, found, judge)
    return verdict(found, score, settings.worth), found, score, parts


@pytest.mark.parametrize("grouped", [False, True])
def test_each_row_is_unseen_once_and_enough_of_its_class_is_left(grouped):
    y = np.repeat([0, 1, 2], [8, 13, 21])
    group = np.arange(42) // 2 if grouped else None
    parts = outer(y, group, ("a", "b", "c"), 5, seed=3)
    assert sorted(np.concatenate(parts)) == list(range(42)) and len(parts) >= 2
    for part in parts:
        left = np.delete(np.arange(42), part)
        assert np.bincount(y[left], minlength=3).min() >= LEAST_OUTER
        assert not grouped or not set(group[part]) & set(group[left])
        inner = in_turn(y[left], None if group is None else group[left], 3, 2, 1, 5)
        assert sorted(np.concatenate(inner)) == list(range(len(left)))


def test_a_class_that_is_too_small_to_be_judged_is_named():
    with pytest.raises(UserError, match="'rare' has 3 rows, and it takes 4"):
        outer(np.repeat([0, 1], [20, 3]), None, ("usual", "rare"), 5, seed=0)
    with pytest.raises(UserError, match="'rare' has 2 groups"):
        outer(np.repeat([0, 1], [20, 8]), np.repeat(np.arange(7), 4), ("usual", "rare"), 5, seed=0)


def test_rows_of_large_data_are_bounded_class_by_class():
    y = np.repeat([0, 1, 2], [900, 90, 10])
    chosen = bounded(y, 100, 0)
    assert np.bincount(y[chosen]).tolist() == [90, 9, 4]
    assert len(bounded(y, 2000, 0)) == 1000


def test_all_classes_get_as_many_times_their_rows():
    assert usual_times(np.repeat([0, 1], [4, 6])) == 4
    assert usual_times(np.repeat([0, 1], [100, 20])) == 1


def test_the_choice_never_sees_the_rows_that_score_it():
    centres, y = clusters(0, rows=6, classes=3)
    x = centres[y] + np.random.default_rng(1).normal(size=(len(y), 20))
    held = outer(y, None, ("a", "b", "c"), 3, seed=0)[0]
    left = np.delete(np.arange(len(y)), held)
    other, labels = x.copy(), y.copy()
    other[held], labels[held] = 1e6, (labels[held] + 1) % 3
    found = [chosen_on(raw_rows(*rows), left, CHEAP, quick(), seed=2) for rows in ((x, y), (other, labels))]
    assert found[0].best == found[1].best
    for name, trail in found[0].trails.items():
        assert trail.gains == found[1].trails[name].gains and trail.told == found[1].trails[name].told


def test_a_generator_that_knows_the_classes_is_found():
    centres, y = clusters(0)
    x = centres[y] + np.random.default_rng(1).normal(size=(len(y), 20))
    candidates = [*CHEAP, Candidate("oracle", lambda: Oracle(centres))]
    answer, found, score, _ = recommended(raw_rows(x, y), candidates, quick(repeats=2, times=4))
    assert answer.preset == "oracle" and answer.sentence.startswith("take oracle: it adds +")
    assert found[0].name == "oracle" and score.gain.low > 0


def test_rows_that_are_told_with_certainty_never_lead_however_they_score():
    centres, y = clusters(0)
    x = centres[y] + np.random.default_rng(1).normal(size=(len(y), 20))
    candidates = [*CHEAP, Candidate("marked", lambda: Oracle(centres, mark=50.0))]
    answer, found, _, parts = recommended(raw_rows(x, y), candidates, quick(times=4))
    line = next(line for line in found if line.name == "marked")
    assert line.gated and found[-1] is line and line.gain.value > found[0].gain.value
    assert answer.preset != "marked" and line.chosen == 0
    assert all(part.choice.trails["marked"].rungs == 1 for part in parts)


def test_a_preset_that_cannot_be_fitted_is_listed_with_the_reason():
    def refuse():
        raise UserError("it takes more rows")

    centres, y = clusters(0, classes=3)
    x = centres[y] + np.random.default_rng(1).normal(size=(len(y), 20))
    _, found, _, _ = recommended(raw_rows(x, y), [*CHEAP, Candidate("refusing", refuse)], quick())
    assert found[-1].failed == "it takes more rows" and found[-1].gain is None


def test_halving_tries_all_first_and_only_the_better_half_further():
    centres, y = clusters(0, classes=3)
    x = centres[y] + np.random.default_rng(1).normal(size=(len(y), 20))
    four = [*CHEAP, Candidate("oracle", lambda: Oracle(centres)), Candidate("again", lambda: Oracle(centres))]
    trails = chosen_on(raw_rows(x, y), np.arange(len(y)), four, quick(rungs=3), seed=0).trails.values()
    assert all(len(trail.first) == 3 for trail in trails)
    assert sum(trail.rungs > 1 for trail in trails) <= 2 and sum(trail.rungs > 2 for trail in trails) <= 2


def test_nothing_is_found_where_labels_are_shuffled():
    """One false alarm in twenty is promised; two in six would be no such thing."""
    taken = 0
    for seed in range(6):
        centres, y = clusters(seed, classes=2, rows=8)
        x = centres[y] + np.random.default_rng(seed).normal(size=(len(y), 20))
        y = np.random.default_rng(100 + seed).permutation(y)
        taken += recommended(raw_rows(x, y), CHEAP, quick(seed=seed, rungs=1))[0].preset is not None
    assert taken <= 1


def test_what_all_parts_together_show_to_be_told_gives_its_gains_back():
    centres, y = clusters(0)
    x = centres[y] + np.random.default_rng(1).normal(size=(len(y), 20))
    candidates = [*CHEAP, Candidate("oracle", lambda: Oracle(centres))]
    _, found, _, parts = recommended(raw_rows(x, y), candidates, quick(times=4))
    judge, index = Judge(y, None, np.arange(len(y)), 0), next(place for place, one in enumerate(found) if one.chosen)
    gated = [replace(line, gated=True) if place == index else line for place, line in enumerate(found)]
    before, after = (unseen(parts, these, judge) for these in (found, gated))
    assert after.none == before.none + found[index].chosen and after.score < before.score
