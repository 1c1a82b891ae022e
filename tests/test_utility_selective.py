"""Balance and choice class by class: what is mixed, who decides, and that test rows decide nothing but the oracle."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from measured import subject
from measured import treatments as by_name
from test_utility_amounts import CLASSES, Oracle, rows

from inn_experiments.contracts import Rows, Split
from inn_experiments.measures.utility import selective
from inn_experiments.measures.utility.selective import ARMS, best_by_class, class_f1, selected
from inn_experiments.measures.utility.treatments import BALANCES, treatments
from inn_experiments.measures.utility.utility import Utility

SPLIT = Split(rows(0, 6), rows(1, 0), rows(2, 20), None, CLASSES, np.arange(12), "k", None, False, "toy")


def fitted(kind=Oracle):
    made = kind()
    made.fit(SPLIT.train, SPLIT.about(), seed=0)
    return made


def found(kind=Oracle, split: Split = SPLIT, **options):
    utility = Utility(repeats=1, trees=20, per_class=8, protocols=["same_rows"], **options)
    return utility(subject(fitted(kind), split, kind), seed=0)


def test_mixtures_have_an_equal_total_and_the_shares_of_their_names():
    sets = dict(treatments(SPLIT.train, subject(fitted(), SPLIT), 8, seed=0, balance=True))
    plain = dict(treatments(SPLIT.train, subject(fitted(), SPLIT), 8, seed=0))
    assert sets.keys() - plain.keys() == BALANCES.keys()
    for name, rows_ in plain.items():
        np.testing.assert_array_equal(rows_.x, sets[name].x)
    generated, convex = ({row.tobytes() for row in sets[name].x[36:]} for name in ("synthetic", "convex"))
    for name, share in BALANCES.items():
        mixed = sets[name]
        assert len(mixed) == len(sets["synthetic"]) and np.bincount(mixed.y).tolist() == [14] * 6
        for label in range(6):
            added = [row.tobytes() for row in mixed.x[36:][mixed.y[36:] == label]]
            assert sum(row in generated for row in added) == 8 * share
            assert sum(row in convex for row in added) == 8 * (1 - share)


def test_each_class_gets_the_rows_of_its_arm():
    sets = dict(treatments(SPLIT.train, subject(fitted(), SPLIT), 8, seed=0))
    chosen = selected(sets, np.array([0, 1, 2, 0, 1, 2]))
    assert np.bincount(chosen.y).tolist() == [6, 14, 14, 6, 14, 14]
    for label, arm in ((1, "synthetic"), (2, "convex")):
        np.testing.assert_array_equal(chosen.x[chosen.y == label], sets[arm].x[sets[arm].y == label])
    scores = {arm: np.array([0.5, 0.5, float(arm == "convex"), np.nan]) for arm in ARMS}
    assert best_by_class(scores, 4).tolist() == [0, 0, 2, 0] and best_by_class({}, 2).tolist() == [0, 0]


def test_f1_of_a_class_is_scikit_learns():
    from sklearn.metrics import f1_score

    true, given = np.random.default_rng(0).integers(0, 5, (2, 100))
    np.testing.assert_allclose(class_f1(true, given, 5), f1_score(true, given, average=None))


def test_the_choice_is_of_training_rows_and_the_oracle_of_test_rows(monkeypatch):
    """Other test rows change the oracle's choice alone; with test labels turned round it chooses otherwise."""
    seen = {}
    usual = selective.selective

    def watched(sets, test, inner, predict):
        for name, chosen, arms in usual(sets, test, inner, predict):
            seen.setdefault(name, []).append(arms)
            yield name, chosen, arms

    monkeypatch.setattr(selective, "selective", watched)
    found(selective=True)
    turned = replace(SPLIT, test=Rows(SPLIT.test.x, (SPLIT.test.y + 1) % 6))
    found(split=turned, selective=True)
    assert np.array_equal(*seen["by_class"]) and np.array_equal(*seen["one_rule"])
    assert not np.array_equal(*seen["oracle_by_class"]) and len(set(seen["one_rule"][0])) == 1


def test_held_out_rows_are_new_to_the_generator_that_is_judged_by_them():
    Oracle.seen.clear()
    found(selective=True)
    inner = [each for each in Oracle.seen if len(each) < len(SPLIT.train)]
    assert len(inner) == 4 and sum(len(SPLIT.train) - len(each) for each in inner) == len(SPLIT.train)


def test_rows_of_the_wrong_class_are_chosen_for_hardly_a_class():
    class Harm(Oracle):
        shift = 1

    shares = {n.of: n.value for n in found(Harm, selective=True).numbers if n.key == "chosen/by_class"}
    assert sum(shares.values()) == pytest.approx(1) and shares["synthetic"] <= 0.34


def test_nothing_is_added_to_a_table_unless_asked_for():
    plain, more = by_name(found(), "same_rows"), by_name(found(balance=True, selective=True), "same_rows")
    assert more.keys() - plain.keys() == {*BALANCES, "by_class", "one_rule", "oracle_by_class"}
    assert all(more[name]["f1_macro"].value == plain[name]["f1_macro"].value for name in plain)


def test_the_experiment_as_it_is_typed(run, tmp_path):
    quick = ("generator=bootstrap", "seed=0", "utility.trees=3", "utility.per_class=4", "tracking=none")
    status, _, err = run("experiment=balance_mnist1d", *quick)
    assert status == 0, err
    (path,) = (tmp_path / "out/runs").rglob("report.json")
    keys = {number["key"] for number in json.loads(path.read_text())["numbers"]}
    wanted = {f"utility/same_rows/{name}/difference_f1_macro" for name in (*BALANCES, "by_class", "oracle_by_class")}
    assert wanted <= keys and "chosen/one_rule" in keys
